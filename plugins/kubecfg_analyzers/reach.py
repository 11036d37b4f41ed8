"""What NetworkPolicies let through, by what they say alone: answers are only for what is certain."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from kubecfg_core import ClusterView, LabelSelector
from kubecfg_core.kinds.cluster import NAMESPACES
from kubecfg_core.kinds.network import Service, ServicePort
from kubecfg_core.kinds.pods import PODS, Pod
from kubecfg_core.kinds.policies import INGRESS, NETWORKPOLICIES, NetworkPolicy, Peer, PolicyPort

NAMESPACE_LABEL: Final = "kubernetes.io/metadata.name"

_DIGITS: Final = 5

Rule = tuple[Sequence[Peer], Sequence[PolicyPort]]


@dataclass(frozen=True, slots=True)
class Door:
    """A port of a pod that is reached: its numbers as far as they are known, its names, and its protocols."""

    numbers: frozenset[int]
    names: frozenset[str] = frozenset()
    protocols: frozenset[str] = frozenset({"TCP"})


def about(view: ClusterView, pod: Pod, direction: str) -> list[NetworkPolicy]:
    """The policies that select the pod for a direction; none where everything is let through."""
    if pod.spec.hostNetwork:
        return []  # it has the node's address, to which policies do not apply
    return [
        policy
        for policy in view.within(NETWORKPOLICIES, pod.namespace)
        if policy.restricts(direction) and policy.spec.podSelector.matches(pod.metadata.labels)
    ]


def rules(policies: Iterable[NetworkPolicy], direction: str) -> list[Rule]:
    """All that the policies let through together: whom, and at which ports."""
    return [
        (rule.peers, rule.ports)
        for policy in policies
        for rule in ((policy.spec.ingress if direction == INGRESS else policy.spec.egress) or ())
    ]


def opens(ports: Sequence[PolicyPort], door: Door) -> bool:
    """Whether a rule's ports may include the door; a rule without ports includes every one."""
    return not ports or any(_opens(port, door) for port in ports)


def _opens(port: PolicyPort, door: Door) -> bool:
    if port.protocol not in door.protocols:
        return False
    if port.port is None:
        return True
    if isinstance(port.port, str):
        return port.port in door.names
    last = port.endPort or port.port
    return any(port.port <= number <= last for number in door.numbers)


def includes(view: ClusterView, policy_namespace: str, peers: Sequence[Peer], others: Iterable[Pod]) -> bool:
    """Whether a rule's peers may include one of the pods; addresses may be anybody's."""
    if not peers or any(peer.ipBlock is not None for peer in peers):
        return True
    return any(_is(view, policy_namespace, peer, pod) for peer in peers for pod in others)


def _is(view: ClusterView, policy_namespace: str, peer: Peer, pod: Pod) -> bool:
    if peer.podSelector is not None and not peer.podSelector.matches(pod.metadata.labels):
        return False
    if peer.namespaceSelector is None:
        return pod.namespace == policy_namespace
    namespace = view.get(NAMESPACES, "", pod.namespace)
    if namespace is None:
        return True  # its labels are not known, so it may be
    return peer.namespaceSelector.matches({NAMESPACE_LABEL: namespace.name, **namespace.metadata.labels})


def doors(pod: Pod, target: int | str, protocol: str) -> Door:
    """The port of a pod that a Service's target port means."""
    declared = [port for container in pod.spec.containers for port in container.ports if port.protocol == protocol]
    if isinstance(target, str) and not (target.isascii() and target.isdigit() and len(target) <= _DIGITS):
        numbers = {port.containerPort for port in declared if port.name == target}
        return Door(frozenset(numbers), frozenset({target}), frozenset({protocol}))
    names = {port.name for port in declared if port.containerPort == int(target) and port.name}
    return Door(frozenset({int(target)}), frozenset(names), frozenset({protocol}))


def behind(view: ClusterView, service: Service) -> list[Pod]:
    """The live pods of a Service; none for one without a selector."""
    if not service.spec.selector:
        return []
    selected = view.selected(PODS, service.namespace, LabelSelector(matchLabels=service.spec.selector))
    return [pod for pod in selected if not pod.finished]


@dataclass(frozen=True, slots=True)
class Target:
    """A Service, its pods, the policies about each of them, and what those let in."""

    service: Service
    pods: list[Pod]
    policies: list[list[NetworkPolicy]]
    rules: list[list[Rule]]

    def lets_in(self, view: ClusterView, senders: list[Pod] | None = None) -> bool:
        """Whether a port of the Service may be reached at one of its pods, by anybody or by one of the senders."""
        return any(
            any(opens(ports, _door(pod, port)) for port in self.service.spec.ports)
            and (senders is None or includes(view, pod.namespace, peers, senders))
            for pod, allowed in zip(self.pods, self.rules, strict=True)
            for peers, ports in allowed
        )


def target(view: ClusterView, service: Service) -> Target | None:
    """A Service all of whose pods are selected by some policy; `None` for any other."""
    pods = behind(view, service)
    policies = [about(view, pod, INGRESS) for pod in pods]
    if not pods or not service.spec.ports or not all(policies):
        return None
    return Target(service, pods, policies, [rules(each, INGRESS) for each in policies])


def _door(pod: Pod, port: ServicePort) -> Door:
    return doors(pod, port.targetPort or port.port, port.protocol)
