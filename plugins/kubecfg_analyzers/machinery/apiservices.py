"""The analyzer of APIServices: aggregated APIs that do not answer, and why."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from kubecfg_analyzers.machinery import backends
from kubecfg_analyzers.machinery.backends import Backends, Trouble
from kubecfg_analyzers.report import ERROR, WARNING, clip, elapsed, found, sentence, span_since
from kubecfg_core import Analyzer, ClusterView, Finding
from kubecfg_core.kinds.machinery import APISERVICES, APIService
from kubecfg_core.kinds.meta import Condition, find_condition

FLAP: Final = timedelta(minutes=1)

_DOC: Final = "tasks/extend-kubernetes/setup-extension-api-server/"
_CODES: Final = {
    backends.MISSING: "apiservice.service_missing",
    backends.NO_PORT: "apiservice.port_missing",
    backends.NOT_READY: "apiservice.not_ready",
    backends.UNPARSABLE: "apiservice.ca_unparsable",
    backends.EXPIRED: "apiservice.ca_expired",
    backends.EXPIRING: "apiservice.ca_expiring",
}
_EFFECTS: Final = {
    "metrics.k8s.io": "HorizontalPodAutoscalers that go by CPU or memory do not scale, and kubectl top fails.",
    "custom.metrics.k8s.io": "HorizontalPodAutoscalers that go by metrics of pods do not scale.",
    "external.metrics.k8s.io": "HorizontalPodAutoscalers that go by outside metrics do not scale.",
}
_EFFECT: Final = "Its objects cannot be read or written, and no namespace can be deleted meanwhile."


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What is wrong with every APIService of the view."""
    called = Backends(view)
    for item in view.all(APISERVICES):
        if item.metadata.deletionTimestamp is None:
            yield from _judge(view, called, item)


def down(view: ClusterView, item: APIService) -> Condition | None:
    """The condition that says that the API does not answer, once it has said so for a moment."""
    condition = find_condition(item.status.conditions, "Available")
    if condition is None or condition.status != "False":
        return None
    age = elapsed(view.now, condition.lastTransitionTime)
    return condition if age is None or age > FLAP else None


def _judge(view: ClusterView, called: Backends, item: APIService) -> Iterator[Finding]:
    spec = item.spec
    condition = down(view, item)
    bundle = None if spec.insecureSkipTLSVerify else backends.untrusted(view.now, spec.caBundle)
    if condition is None:
        if bundle is not None:
            yield _warned(item, bundle)
        return
    gone = called.unreachable(spec.service) if spec.service else None
    trouble = gone or bundle
    since = span_since(view.now, condition.lastTransitionTime)
    effect = _EFFECTS.get(spec.group, _EFFECT)
    told = sentence(condition.message)
    yield found(
        APISERVICES,
        item,
        _CODES[trouble.what] if trouble and trouble.what != backends.EXPIRING else "apiservice.unavailable",
        f"The API {spec.group}/{spec.version} has not answered for {since}: {_why(trouble, condition)}.",
        cause=f"{trouble.cause if trouble else told} {effect}".strip(),
        doc=_DOC,
        severity=ERROR,
        facts={
            "group": spec.group,
            "reason": condition.reason,
            "message": clip(condition.message),
            "service": spec.service.name if spec.service else None,
            "service_namespace": spec.service.namespace if spec.service else None,
            **(trouble.facts if trouble else {}),
        },
        names=(*(trouble.names if trouble else ()), *((spec.service.namespace,) if spec.service else ())),
    )


def _why(trouble: Trouble | None, condition: Condition) -> str:
    return trouble.text if trouble else condition.reason or "no reason is given"


def _warned(item: APIService, trouble: Trouble) -> Finding:
    """It answers still: connections that are open are not checked again."""
    soon = trouble.what == backends.EXPIRING
    return found(
        APISERVICES,
        item,
        _CODES[trouble.what],
        f"The API {item.spec.group}/{item.spec.version} answers, but {trouble.text}.",
        cause=f"{trouble.cause} {'After that' if soon else 'Once the connection is lost'}, it answers no longer.",
        doc=_DOC,
        severity=ERROR if trouble.urgent or not soon else WARNING,
        facts={"group": item.spec.group, **trouble.facts},
        names=trouble.names,
    )


ANALYZER: Final = Analyzer(
    name="apiservices",
    reads=(APISERVICES, *backends.READS),
    analyze=analyze,
    summary="Aggregated APIs that do not answer: no Service, no ready pod, certificates that have ended.",
)
