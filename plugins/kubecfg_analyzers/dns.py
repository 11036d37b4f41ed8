"""The DNS of the cluster: what answers, who cannot reach it, and whose words say that it does not answer."""

import re
from dataclasses import dataclass
from typing import Final

from kubecfg_analyzers import enforcement, reach
from kubecfg_analyzers.reach import Door
from kubecfg_core import ClusterView, ObjectRef
from kubecfg_core.kinds.cluster import NAMESPACES
from kubecfg_core.kinds.network import SERVICES, Service
from kubecfg_core.kinds.pods import PODS, Pod
from kubecfg_core.kinds.policies import EGRESS, NETWORKPOLICIES, NetworkPolicy

PORT: Final = 53

_SYSTEM: Final = "kube-system"
_NAMES: Final = (("kube-system", "kube-dns"), ("kube-system", "coredns"), ("openshift-dns", "dns-default"))
_ELSEWHERE: Final = ("None", "Default")
# What programs say when nobody answers. That a name does not exist is an answer.
_SILENT: Final = re.compile(
    r"temporary failure in name resolution|EAI_AGAIN|server misbehaving"
    r"|lookup \S+( on \S+)?:[^.]*(i/o timeout|connection refused|timed out)"
    r"|(resolv|dns|name ?server)[^.]{0,80}(timed? ?out|no response|connection refused|SERVFAIL)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Resolvers:
    """The pods that resolve names, and their port."""

    pods: list[Pod]
    door: Door


def service(view: ClusterView) -> Service | None:
    """The Service that resolves names, under the names that are usual; `None` where none of them was read."""
    found = (view.get(SERVICES, namespace, name) for namespace, name in _NAMES)
    return next((item for item in found if item is not None), None)


def resolvers(view: ClusterView) -> Resolvers | None:
    """What resolves names; `None` where that is not known, or where it may be done elsewhere too."""
    item = service(view)
    pods = view.within(PODS, _SYSTEM)
    if item is None or any(pod.metadata.labels.get("k8s-app") == "node-local-dns" for pod in pods):
        return None
    serving = [pod for pod in reach.behind(view, item) if not pod.spec.hostNetwork]
    ports = [port for port in item.spec.ports if port.port == PORT]
    doors = [reach.doors(pod, port.targetPort or port.port, port.protocol) for pod in serving for port in ports]
    if not doors or not view.covers(NAMESPACES):
        return None
    numbers = frozenset({PORT}).union(*(door.numbers for door in doors))
    names = frozenset[str]().union(*(door.names for door in doors))
    return Resolvers(serving, Door(numbers, names, frozenset({"TCP", "UDP"})))


def cut_off(view: ClusterView, pod: Pod) -> bool:
    """Whether no policy that selects the pod lets it out to what resolves names; no where that is not certain."""
    known = view.once(resolvers)
    if known is None or pod.finished or pod.spec.hostNetwork or pod.spec.dnsPolicy in _ELSEWHERE:
        return False
    about = reach.about(view, pod, EGRESS)
    return bool(about) and not any(
        reach.opens(ports, known.door) and reach.includes(view, pod.namespace, peers, known.pods)
        for peers, ports in reach.rules(about, EGRESS)
    )


def by_name(policy: NetworkPolicy) -> bool:
    """Whether it lets pods out to other pods, which are reached by their names."""
    return any(
        peer.podSelector or peer.namespaceSelector for peers, _ in reach.rules([policy], EGRESS) for peer in peers
    )


def behind(view: ClusterView, pod: Pod, words: str) -> ObjectRef | None:
    """What is at fault where a pod's last words are that names are not resolved: a policy, or else the DNS itself."""
    if not _SILENT.search(words) or pod.spec.dnsPolicy in _ELSEWHERE:
        return None
    if enforcement.certain(view, pod.namespace) and cut_off(view, pod):
        closing = min(reach.about(view, pod, EGRESS), key=lambda policy: not by_name(policy))
        return ObjectRef(kind=NETWORKPOLICIES.kind, name=closing.name, namespace=closing.namespace)
    item = service(view)
    return ObjectRef(kind=SERVICES.kind, name=item.name, namespace=item.namespace) if item is not None else None
