"""The analyzer of NetworkPolicies: those that select nothing, and those that cut off what is needed."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from kubecfg_analyzers import selectors
from kubecfg_analyzers.networking import ingressclasses, reach
from kubecfg_analyzers.networking.reach import Door
from kubecfg_analyzers.report import ERROR, WARNING, Facts, counted, found, listed, older
from kubecfg_core import Analyzer, ClusterView, Finding, Resource
from kubecfg_core.kinds.batch import CRONJOBS
from kubecfg_core.kinds.cluster import NAMESPACES
from kubecfg_core.kinds.network import INGRESSCLASSES, INGRESSES, SERVICES, Ingress, Service
from kubecfg_core.kinds.pods import PODS, Pod
from kubecfg_core.kinds.policies import EGRESS, NETWORKPOLICIES, NetworkPolicy
from kubecfg_core.kinds.workloads import DAEMONSETS, DEPLOYMENTS, STATEFULSETS

YOUNG: Final = timedelta(minutes=10)

_MAKERS: Final[tuple[Resource[Any], ...]] = (DEPLOYMENTS, STATEFULSETS, DAEMONSETS)
_DOC: Final = "concepts/services-networking/network-policies/"
_DEFAULT_DOC: Final = f"{_DOC}#default-policies"
_SYSTEM: Final = "kube-system"
_DNS_PORT: Final = 53
_OTHER_DNS: Final = ("None", "Default")


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What is wrong with every policy of the view, and what the policies of a namespace do together."""
    resolvers = _resolvers(view)
    told: set[tuple[str, str]] = set()
    for policy in view.all(NETWORKPOLICIES):
        if policy.metadata.deletionTimestamp is None and view.covers(PODS, policy.namespace):
            yield from _selects_nothing(view, policy)
            yield from _no_dns(view, policy, resolvers, told)
    for service in view.all(SERVICES):
        if service.spec.selector and reach.governed(view, service.namespace):
            yield from _service(view, service)
    for ingress in view.all(INGRESSES):
        if reach.governed(view, ingress.namespace):
            yield from _ingress(view, ingress)


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
) -> Finding:
    severity = WARNING if warns else ERROR
    return found(NETWORKPOLICIES, policy, code, text, cause=cause, severity=severity, doc=doc, facts=facts, names=names)


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


def _resolvers(view: ClusterView) -> tuple[list[Pod], Door] | None:
    """The pods that resolve names, and their port; `None` where names may be resolved elsewhere too."""
    service = view.get(SERVICES, _SYSTEM, "kube-dns") or view.get(SERVICES, _SYSTEM, "coredns")
    pods = view.within(PODS, _SYSTEM)
    if service is None or any(pod.metadata.labels.get("k8s-app") == "node-local-dns" for pod in pods):
        return None
    serving = [pod for pod in reach.behind(view, service) if not pod.spec.hostNetwork]
    ports = [port for port in service.spec.ports if port.port == _DNS_PORT]
    found_doors = [reach.doors(pod, port.targetPort or port.port, port.protocol) for pod in serving for port in ports]
    if not found_doors or not view.covers(NAMESPACES):
        return None
    numbers = frozenset({_DNS_PORT}).union(*(door.numbers for door in found_doors))
    names = frozenset[str]().union(*(door.names for door in found_doors))
    return serving, Door(numbers, names, frozenset({"TCP", "UDP"}))


def _no_dns(
    view: ClusterView,
    policy: NetworkPolicy,
    resolvers: tuple[list[Pod], Door] | None,
    told: set[tuple[str, str]],
) -> Iterator[Finding]:
    """Pods that may reach other pods, which are reached by their names, but not what resolves names.

    Pods that may reach nothing, or addresses alone, are cut off on purpose.
    """
    if resolvers is None or not policy.restricts(EGRESS) or not _by_name(policy):
        return
    pods = view.selected(PODS, policy.namespace, policy.spec.podSelector)
    cut = [pod for pod in pods if (pod.namespace, pod.name) not in told and _cut_off(view, pod, resolvers)]
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


def _by_name(policy: NetworkPolicy) -> bool:
    rules = reach.rules([policy], EGRESS)
    return any(peer.podSelector or peer.namespaceSelector for peers, _ in rules for peer in peers)


def _cut_off(view: ClusterView, pod: Pod, resolvers: tuple[list[Pod], Door]) -> bool:
    if pod.finished or pod.spec.hostNetwork or pod.spec.dnsPolicy in _OTHER_DNS:
        return False
    serving, door = resolvers
    rules = reach.rules(reach.about(view, pod, EGRESS), EGRESS)
    return not any(
        reach.opens(ports, door) and reach.includes(view, pod.namespace, peers, serving) for peers, ports in rules
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
    yield _found(
        next((policy for policy in about if closed or policy.spec.ingress), about[0]),
        "networkpolicy.blocks_service" if closed else "networkpolicy.blocks_port",
        f"Nobody may reach the pods of the Service {service.name}: no policy that selects them lets anything in."
        if closed
        else f"The Service {service.name} sends to port {wanted} of its pods, at which no policy lets anything in.",
        cause="A policy that selects a pod closes it to all that no policy names."
        if closed
        else "Policies count the port of the pod, not that of the Service.",
        facts={"service": service.name, "port": str(wanted), "pod": target.pods[0].name},
        doc=_DEFAULT_DOC if closed else _DOC,
        warns=closed,
        names=(target.pods[0].name,),
    )


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
        *_MAKERS,
    ),
    analyze=analyze,
    summary="Policies that select nothing, or cut pods off from DNS, their Service or their Ingress.",
)
