"""The analyzer of IngressClasses: several by default, and controllers of which no pod is ready."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from kubecfg_analyzers import pods
from kubecfg_analyzers.events import Warnings
from kubecfg_analyzers.report import CRITICAL, WARNING, counted, found, listed
from kubecfg_core import Analyzer, ClusterView, Finding, Resource
from kubecfg_core.kinds.meta import find_condition
from kubecfg_core.kinds.network import INGRESSCLASSES, INGRESSES, Ingress, IngressClass
from kubecfg_core.kinds.pods import PODS, Pod

READS: Final[tuple[Resource[Any], ...]] = (INGRESSCLASSES, INGRESSES, *pods.STATUS_READS)

_DOC: Final = "concepts/services-networking/ingress/#ingress-class"
_CONTROLLERS_DOC: Final = "concepts/services-networking/ingress-controllers/"
# What the makers' own manifests and charts put on the controllers' pods, as (label, value).
_LABELS: Final = {
    "k8s.io/ingress-nginx": ("app.kubernetes.io/name", "ingress-nginx"),
    "traefik.io/ingress-controller": ("app.kubernetes.io/name", "traefik"),
    "nginx.org/ingress-controller": ("app.kubernetes.io/name", "nginx-ingress"),
    "haproxy.org/ingress-controller/haproxy": ("app.kubernetes.io/name", "kubernetes-ingress"),
    "ingress.k8s.aws/alb": ("app.kubernetes.io/name", "aws-load-balancer-controller"),
}


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What is wrong with the classes of the cluster, and with each one."""
    classes = view.all(INGRESSCLASSES)
    yield from _several_defaults(classes)
    for item in classes:
        yield from _dead(view, item)


def controllers(view: ClusterView, controller: str) -> list[Pod]:
    """The live pods of a well-known controller, wherever they run; none where they cannot be told for certain."""
    label, value = _LABELS.get(controller, ("", ""))
    if not label or view.namespace is not None:
        return []
    return [pod for pod in view.all(PODS) if pod.metadata.labels.get(label) == value and _serves(pod)]


def _serves(pod: Pod) -> bool:
    """A Job's pod makes certificates and the like, and answers no request."""
    by_job = pod.controller is not None and pod.controller.kind == "Job"
    return not pod.finished and pod.metadata.deletionTimestamp is None and not by_job


def _several_defaults(classes: Sequence[IngressClass]) -> Iterator[Finding]:
    names = sorted(item.name for item in classes if item.default)
    if len(names) > 1:
        newest = max((item for item in classes if item.default), key=_made)
        others = [name for name in names if name != newest.name]
        yield found(
            INGRESSCLASSES,
            newest,
            "ingressclass.several_defaults",
            f"{len(names)} IngressClasses are marked as the default: {listed([newest.name, *others])}.",
            severity=WARNING,
            cause="An Ingress that names no class is refused, or gets the newest of them, as the version may be.",
            doc=_DOC,
            facts={"other_name": others[0], "others": ",".join(others), "count": len(names)},
            names=names,
        )


def _made(item: IngressClass) -> tuple[str, str]:
    at = item.metadata.creationTimestamp
    return (at.isoformat() if at else "", item.name)


def _dead(view: ClusterView, item: IngressClass) -> Iterator[Finding]:
    """A class that no Ingress uses harms nobody."""
    running = controllers(view, item.spec.controller)
    users = [each for each in view.all(INGRESSES) if _uses(each, item)]
    if not running or not users or any(_ready(pod) for pod in running):
        return
    warnings = view.once(Warnings)
    troubles = [(pod, trouble) for pod in running[:20] if (trouble := pods.trouble(view, warnings, pod)) is not None]
    if not troubles:
        return  # all of them are too young to tell
    pod, trouble = min(troubles, key=lambda pair: (pair[1].severity.rank, pair[0].name))
    yield found(
        INGRESSCLASSES,
        item,
        "ingressclass.controller_not_ready",
        f"None of {counted(len(running), 'pod')} of its controller {item.spec.controller} is ready: "
        f"{'1 Ingress of the class is' if len(users) == 1 else f'{len(users)} Ingresses of the class are'} not served.",
        severity=CRITICAL,
        cause=f"Pod {pod.name}: {pods.in_short(trouble)}",
        doc=_CONTROLLERS_DOC,
        facts={
            "pod": pod.name,
            "pod_namespace": pod.namespace,
            "pod_code": trouble.code,
            "ingresses": len(users),
            "total": len(running),
        },
        names=(pod.namespace, *trouble.sensitive),
    )


def _uses(ingress: Ingress, item: IngressClass) -> bool:
    return ingress.class_name == item.name or (item.default and not ingress.class_name)


def _ready(pod: Pod) -> bool:
    condition = find_condition(pod.status.conditions, "Ready")
    return condition is not None and condition.status == "True"


ANALYZER: Final = Analyzer(
    name="ingressclasses",
    reads=READS,
    analyze=analyze,
    summary="Ingress classes: several by default, and controllers of which no pod is ready.",
)
