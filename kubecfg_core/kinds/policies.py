"""NetworkPolicies, as far as kubecfg reads them."""

from typing import Final

import msgspec

from kubecfg_core.kinds.meta import KubeObject, LabelSelector
from kubecfg_core.resources import Resource

EGRESS: Final = "Egress"
INGRESS: Final = "Ingress"


class IPBlock(msgspec.Struct, frozen=True, gc=False):
    """A range of addresses, and those within it that are left out."""

    cidr: str = ""
    excludes: tuple[str, ...] = msgspec.field(default=(), name="except")


class Peer(msgspec.Struct, frozen=True, gc=False):
    """Pods by their labels and by those of their namespace, or addresses. `None` is not given: an empty one is all."""

    podSelector: LabelSelector | None = None
    namespaceSelector: LabelSelector | None = None
    ipBlock: IPBlock | None = None


class PolicyPort(msgspec.Struct, frozen=True, gc=False):
    """A port of the pod that is reached, by number, name or range; `None` is every port of the protocol."""

    protocol: str = "TCP"
    port: int | str | None = None
    endPort: int | None = None


class IngressRule(msgspec.Struct, frozen=True, gc=False):
    """Who may come in, and where; none of either is everybody and everywhere."""

    peers: tuple[Peer, ...] = msgspec.field(default=(), name="from")
    ports: tuple[PolicyPort, ...] = ()


class EgressRule(msgspec.Struct, frozen=True, gc=False):
    """Where the pods may go; none of either is everywhere."""

    peers: tuple[Peer, ...] = msgspec.field(default=(), name="to")
    ports: tuple[PolicyPort, ...] = ()


class NetworkPolicySpec(msgspec.Struct, frozen=True, gc=False):
    """Which pods it is about, and what it lets through. Rules are `None` where the field is not there."""

    podSelector: LabelSelector = LabelSelector()
    policyTypes: tuple[str, ...] = ()
    ingress: tuple[IngressRule, ...] | None = None
    egress: tuple[EgressRule, ...] | None = None


class NetworkPolicy(KubeObject, frozen=True, gc=False):
    """A policy: pods that any policy of a direction selects get only what some policy lets through."""

    spec: NetworkPolicySpec = NetworkPolicySpec()

    def restricts(self, direction: str) -> bool:
        """Whether it is about `Ingress` or `Egress`: as it says, or else as its rules tell."""
        if self.spec.policyTypes:
            return direction in self.spec.policyTypes
        return direction == INGRESS or bool(self.spec.egress)


NETWORKPOLICIES = Resource("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", NetworkPolicy)
