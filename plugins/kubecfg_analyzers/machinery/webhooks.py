"""The analyzers of admission webhooks: what keeps the API server from asking them, and who pays for it."""

from collections.abc import Iterator
from typing import Any, Final

from kubecfg_analyzers import certificates
from kubecfg_analyzers.machinery import backends
from kubecfg_analyzers.machinery.backends import Backends, Trouble
from kubecfg_analyzers.report import CRITICAL, ERROR, WARNING, found, listed, older
from kubecfg_core import Analyzer, ClusterView, Finding, Resource
from kubecfg_core.kinds.cluster import NAMESPACES
from kubecfg_core.kinds.config import SECRETS
from kubecfg_core.kinds.machinery import MUTATING, VALIDATING, Webhook, WebhookClient, WebhookConfiguration
from kubecfg_core.kinds.network import SERVICES
from kubecfg_core.kinds.pods import Pod

READS: Final[tuple[Resource[Any], ...]] = (SECRETS, NAMESPACES, *backends.READS)

_DOC: Final = "reference/access-authn-authz/extensible-admission-controllers/"
_POLICY_DOC: Final = f"{_DOC}#failure-policy"
_CODES: Final = {
    backends.MISSING: "webhook.service_missing",
    backends.NO_PORT: "webhook.port_missing",
    backends.NOT_READY: "webhook.not_ready",
    backends.UNPARSABLE: "webhook.ca_unparsable",
    backends.EXPIRED: "webhook.ca_expired",
    backends.EXPIRING: "webhook.ca_expiring",
    backends.MISMATCH: "webhook.ca_mismatch",
}
_NAMESPACE_LABEL: Final = "kubernetes.io/metadata.name"


def validating(view: ClusterView) -> Iterator[Finding]:
    """What is wrong with every validating webhook of the view."""
    yield from _Webhooks(view, VALIDATING).check()


def mutating(view: ClusterView) -> Iterator[Finding]:
    """What is wrong with every mutating webhook of the view."""
    yield from _Webhooks(view, MUTATING).check()


class _Webhooks:
    """The checks of one kind of configuration; webhooks of one backend are told of together."""

    def __init__(self, view: ClusterView, resource: Resource[Any]) -> None:
        self._view = view
        self._resource = resource
        self._backends = Backends(view)

    def check(self) -> Iterator[Finding]:
        for item in self._view.all(self._resource):
            if item.metadata.deletionTimestamp is None and older(
                self._view.now, item.metadata.creationTimestamp, backends.GRACE
            ):
                yield from self._configuration(item)

    def _configuration(self, item: WebhookConfiguration) -> Iterator[Finding]:
        groups: dict[WebhookClient, list[Webhook]] = {}
        for webhook in item.webhooks:
            if webhook.rules:
                groups.setdefault(webhook.clientConfig, []).append(webhook)
        for client, webhooks in groups.items():
            trouble = self._trouble(client)
            own = self._own_pods(webhooks)
            if trouble is not None:
                yield self._told(item, webhooks, trouble, own)
            elif own:
                yield self._self_match(item, webhooks, own)

    def _trouble(self, client: WebhookClient) -> Trouble | None:
        ref = client.service
        gone = self._backends.unreachable(ref) if ref else None
        bundle = gone or backends.untrusted(self._view.now, client.caBundle)
        if bundle is not None or ref is None or not client.caBundle or not certificates.available():
            return bundle
        return self._backends.mismatch(ref, client.caBundle)

    def _told(self, item: WebhookConfiguration, webhooks: list[Webhook], trouble: Trouble, own: list[Pod]) -> Finding:
        fatal = [webhook for webhook in webhooks if webhook.failurePolicy != "Ignore"]
        name = (fatal or webhooks)[0].name
        locked = bool(own) and trouble.what == backends.NOT_READY
        warns = trouble.what == backends.EXPIRING and not trouble.urgent
        effect = "Every request that it is to be asked about is refused." if fatal else "Requests pass without it."
        if trouble.what == backends.EXPIRING:
            effect = "After that, requests are refused." if fatal else "After that, requests pass without it."
        if locked:
            effect += " It is asked about its own pods too, so they cannot be made again: a deadlock."
        return found(
            self._resource,
            item,
            "webhook.deadlock" if locked else _CODES[trouble.what],
            f"{_label(webhooks, name)} cannot be relied on: {trouble.text}."
            if trouble.what == backends.EXPIRING
            else f"{_label(webhooks, name)} cannot be called: {trouble.text}.",
            severity=WARNING if warns or not fatal else CRITICAL if any(_broad(each) for each in fatal) else ERROR,
            cause=f"{effect} {trouble.cause}",
            doc=_POLICY_DOC,
            facts={
                "webhook": name,
                "webhooks": ",".join(webhook.name for webhook in webhooks),
                "failure_policy": "Fail" if fatal else "Ignore",
                **trouble.facts,
            },
            names=(*(webhook.name for webhook in webhooks), *trouble.names),
        )

    def _self_match(self, item: WebhookConfiguration, webhooks: list[Webhook], own: list[Pod]) -> Finding:
        """A risk, not yet a failure: it shows when all the pods are gone at once, as when the cluster restarts."""
        service = webhooks[0].clientConfig.service
        name = next(webhook.name for webhook in webhooks if webhook.failurePolicy != "Ignore")
        return found(
            self._resource,
            item,
            "webhook.self_match",
            f"{_label(webhooks, name)} must be asked before its own pods are made, as {own[0].name}.",
            severity=WARNING,
            cause="Once they are all gone, none can be made again, nor anything else that it is asked about.",
            doc=f"{_DOC}#avoiding-deadlocks-in-self-hosted-webhooks",
            facts={
                "webhook": name,
                "service": service.name if service else None,
                "service_namespace": own[0].namespace,
                "pod": own[0].name,
            },
            names=(*(webhook.name for webhook in webhooks), own[0].namespace),
        )

    def _own_pods(self, webhooks: list[Webhook]) -> list[Pod]:
        """The pods behind it that it is certain to be asked about, and without which requests are refused."""
        ref = webhooks[0].clientConfig.service
        service = self._view.get(SERVICES, ref.namespace, ref.name) if ref else None
        namespace = self._view.get(NAMESPACES, "", ref.namespace) if ref else None
        if service is None or namespace is None:
            return []
        labels = {_NAMESPACE_LABEL: namespace.name, **namespace.metadata.labels}
        asked = [
            webhook
            for webhook in webhooks
            if webhook.failurePolicy != "Ignore"
            and not webhook.matchConditions
            and _about_new_pods(webhook)
            and webhook.namespaceSelector.matches(labels)
        ]
        pods = self._backends.pods(service) if asked else []
        made = [pod for pod in pods if pod.controller is not None and pod.controller.kind != "Node"]
        return [pod for pod in made if any(each.objectSelector.matches(pod.metadata.labels) for each in asked)]


def _label(webhooks: list[Webhook], name: str) -> str:
    others = [webhook.name for webhook in webhooks if webhook.name != name]
    return f"The webhook {name}" if not others else f"The webhook {name} (and {listed(others, 2)})"


def _about_new_pods(webhook: Webhook) -> bool:
    return any(
        {"CREATE", "*"} & set(rule.operations)
        and {"", "*"} & set(rule.apiGroups)
        and {"pods", "*", "*/*"} & set(rule.resources)
        and rule.scope != "Cluster"
        for rule in webhook.rules
    )


def _broad(webhook: Webhook) -> bool:
    """Whether it stops the making of pods in general."""
    selected = webhook.objectSelector
    return _about_new_pods(webhook) and not (selected.matchLabels or selected.matchExpressions)


VALIDATING_ANALYZER: Final = Analyzer(
    name="validatingwebhookconfigurations",
    reads=(VALIDATING, *READS),
    analyze=validating,
    summary="Validating webhooks that cannot be called, or will not be soon, and whom that stops.",
)
MUTATING_ANALYZER: Final = Analyzer(
    name="mutatingwebhookconfigurations",
    reads=(MUTATING, *READS),
    analyze=mutating,
    summary="Mutating webhooks that cannot be called, or will not be soon, and whom that stops.",
)
