"""The analyzer of NetworkPolicies: those that select nothing, and those that cut off what is needed."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from kubecfg_analyzers import dns, enforcement, reach, selectors
from kubecfg_analyzers.networking import ingressclasses
from kubecfg_analyzers.report import ERROR, WARNING, Facts, counted, found, listed, older
from kubecfg_core import Analyzer, ClusterView, Finding, ObjectRef, Resource
from kubecfg_core.kinds.batch import CRONJOBS
from kubecfg_core.kinds.cluster import NAMESPACES
from kubecfg_core.kinds.machinery import MUTATING, VALIDATING
from kubecfg_core.kinds.network import INGRESSCLASSES, INGRESSES, SERVICES, Ingress, Service
from kubecfg_core.kinds.pods import PODS
from kubecfg_core.kinds.policies import EGRESS, NETWORKPOLICIES, NetworkPolicy
from kubecfg_core.kinds.workloads import DAEMONSETS, DEPLOYMENTS, STATEFULSETS

YOUNG: Final = timedelta(minutes=10)

_MAKERS: Final[tuple[Resource[Any], ...]] = (DEPLOYMENTS, STATEFULSETS, DAEMONSETS)
_DOC: Final = "concepts/services-networking/network-policies/"
_DEFAULT_DOC: Final = f"{_DOC}#default-policies"


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What is wrong with every policy of the view, and what the policies of a namespace do together.

    What they block is told only where nothing else decides, and where the network plugin obeys them.
    """
    told: set[tuple[str, str]] = set()
    for policy in view.all(NETWORKPOLICIES):
        if policy.metadata.deletionTimestamp is None and view.covers(PODS, policy.namespace):
            yield from _selects_nothing(view, policy)
            yield from _not_enforced(view, policy)
            yield from _no_dns(view, policy, told)
    for service in view.all(SERVICES):
        if service.spec.selector and _governed(view, service.namespace):
            yield from _service(view, service)
    for ingress in view.all(INGRESSES):
        if _governed(view, ingress.namespace):
            yield from _ingress(view, ingress)


def _governed(view: ClusterView, namespace: str) -> bool:
    """Whether there are policies in a namespace, all that counts there was read, and they alone decide."""
    read = view.covers(NETWORKPOLICIES, namespace) and view.covers(PODS, namespace)
    return read and bool(view.within(NETWORKPOLICIES, namespace)) and enforcement.certain(view, namespace)


def _found(
    policy: NetworkPolicy,
    code: str,
    text: str,
    *,
    cause: str,
    facts: Facts,
    doc: str = _DOC,
    warns: bool = False,
    names: tuple[str, ...] = (),
    culprit: ObjectRef | None = None,
) -> Finding:
    return found(
        NETWORKPOLICIES,
        policy,
        code,
        text,
        cause=cause,
        severity=WARNING if warns else ERROR,
        doc=doc,
        facts=facts,
        names=names,
        culprit=culprit,
    )


def _selects_nothing(view: ClusterView, policy: NetworkPolicy) -> Iterator[Finding]:
    """An empty selector is for every pod, also for those to come. So is one for pods that a workload would make."""
    selector = policy.spec.podSelector
    if not selector.matchLabels and not selector.matchExpressions:
        return
    if not older(view.now, policy.metadata.creationTimestamp, YOUNG) or not view.within(PODS, policy.namespace):
        return
    makers = [item for kind in _MAKERS for item in view.within(kind, policy.namespace)]
    unread = [kind for kind in (*_MAKERS, CRONJOBS) if not view.covers(kind, policy.namespace)]
    matching = view.selected(PODS, policy.namespace, selector)
    if matching or unread or view.within(CRONJOBS, policy.namespace):
        return
    if any(selector.matches(item.spec.template.metadata.labels) for item in makers):
        return
    near = selectors.nearest_pod(view.within(PODS, policy.namespace), selector.matchLabels)
    cause = "What it is to protect is open."
    if near is not None:
        has = f"{near.label}={near.actual}" if near.actual else f"no label {near.label}"
        cause = f"It selects {near.label}={near.wanted}, but pod {near.pod.name} has {has}. {cause}"
    yield _found(
        policy,
        "networkpolicy.selects_nothing",
        f"Its selector matches no pod in namespace {policy.namespace}.",
        cause=cause,
        facts={
            "selector": selectors.written(selector.matchLabels),
            "label": near.label if near else None,
            "wanted": near.wanted if near else None,
            "actual": (near.actual or "(none)") if near else None,
            "pod": near.pod.name if near else None,
        },
        warns=True,
    )


def _not_enforced(view: ClusterView, policy: NetworkPolicy) -> Iterator[Finding]:
    plugin = enforcement.ignored_by(view)
    if plugin is not None:
        yield _found(
            policy,
            "networkpolicy.not_enforced",
            f"It has no effect: the network plugin of the cluster, {plugin.name}, enforces no policies.",
            cause="Everything may reach the pods that it is to protect.",
            facts={"plugin": plugin.name, "plugin_namespace": plugin.namespace},
            doc=f"{_DOC}#prerequisites",
            warns=True,
            names=(plugin.name,),
            culprit=plugin,
        )


def _no_dns(view: ClusterView, policy: NetworkPolicy, told: set[tuple[str, str]]) -> Iterator[Finding]:
    """Pods that may reach other pods, which are reached by their names, but not what resolves names.

    Pods that may reach nothing, or addresses alone, are cut off on purpose.
    """
    if not policy.restricts(EGRESS) or not dns.by_name(policy) or not enforcement.certain(view, policy.namespace):
        return
    pods = view.selected(PODS, policy.namespace, policy.spec.podSelector)
    cut = [pod for pod in pods if (pod.namespace, pod.name) not in told and dns.cut_off(view, pod)]
    if cut:
        told |= {(pod.namespace, pod.name) for pod in cut}
        yield _found(
            policy,
            "networkpolicy.blocks_dns",
            f"{counted(len(cut), 'pod')} that it selects may reach other pods, but not the cluster's DNS: "
            f"{listed(pod.name for pod in cut)}.",
            cause="No policy that selects them lets them out at port 53, so no name is resolved.",
            facts={"pod": cut[0].name, "count": len(cut)},
            names=tuple(pod.name for pod in cut),
        )


def _service(view: ClusterView, service: Service) -> Iterator[Finding]:
    """A Service of which no port is let in at any of its pods, from anywhere."""
    target = reach.target(view, service)
    if target is None or target.lets_in(view):
        return
    closed = not any(target.rules)
    about = target.policies[0]
    port = service.spec.ports[0]
    wanted = port.targetPort or port.port
    webhooks = ",".join(_webhooks(view, service))
    yield _found(
        next((policy for policy in about if closed or policy.spec.ingress), about[0]),
        "networkpolicy.blocks_service" if closed else "networkpolicy.blocks_port",
        f"Nobody may reach the pods of the Service {service.name}: no policy that selects them lets anything in."
        if closed
        else f"The Service {service.name} sends to port {wanted} of its pods, at which no policy lets anything in.",
        cause="A policy that selects a pod closes it to all that no policy names."
        if closed
        else "Policies count the port of the pod, not that of the Service.",
        facts={"service": service.name, "port": str(wanted), "pod": target.pods[0].name, "webhooks": webhooks},
        doc=_DEFAULT_DOC if closed else _DOC,
        warns=closed,
        names=(target.pods[0].name,),
    )


def _webhooks(view: ClusterView, service: Service) -> Iterator[str]:
    """The webhooks that the API server asks at the Service: what they refuse is blamed on them by their names."""
    configurations = [*view.all(VALIDATING), *view.all(MUTATING)]
    for webhook in (webhook for item in configurations for webhook in item.webhooks):
        ref = webhook.clientConfig.service
        if ref is not None and (ref.namespace, ref.name) == (service.namespace, service.name):
            yield webhook.name


def _ingress(view: ClusterView, ingress: Ingress) -> Iterator[Finding]:
    """A backend that lets others in, but not the controller that is to send to it."""
    controller = view.get(INGRESSCLASSES, "", ingress.class_name)
    senders = ingressclasses.controllers(view, controller.spec.controller) if controller else []
    if not senders or any(pod.spec.hostNetwork for pod in senders):
        return
    for name in dict.fromkeys(_backends(ingress)):
        service = view.get(SERVICES, ingress.namespace, name)
        target = reach.target(view, service) if service else None
        if target is None or target.lets_in(view, senders) or not target.lets_in(view):
            continue
        yield _found(
            target.policies[0][0],
            "networkpolicy.blocks_ingress",
            f"The Ingress {ingress.name} sends to the Service {name}, whose pods do not let its controller in.",
            cause=f"No policy that selects them names pod {senders[0].name} in namespace {senders[0].namespace}.",
            facts={
                "ingress": ingress.name,
                "service": name,
                "pod": target.pods[0].name,
                "controller_namespace": senders[0].namespace,
            },
            names=(ingress.name, senders[0].name, senders[0].namespace),
        )


def _backends(ingress: Ingress) -> Iterator[str]:
    for rule in ingress.spec.rules:
        for path in (rule.http.paths or ()) if rule.http else ():
            if path.backend.service is not None:
                yield path.backend.service.name


ANALYZER: Final = Analyzer(
    name="networkpolicies",
    reads=(
        NETWORKPOLICIES,
        PODS,
        NAMESPACES,
        SERVICES,
        INGRESSES,
        INGRESSCLASSES,
        CRONJOBS,
        VALIDATING,
        MUTATING,
        *_MAKERS,
    ),
    analyze=analyze,
    expand=enforcement.further,
    summary="Policies that select nothing, or cut pods off from DNS, their Service or their Ingress.",
)
