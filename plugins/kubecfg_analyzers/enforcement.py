"""Whether NetworkPolicies hold: other kinds of policies count too, and some network plugins enforce none."""

from collections.abc import Iterator
from typing import Any, Final

from kubecfg_core import ClusterView, KubeObject, ObjectRef, Resource
from kubecfg_core.kinds.machinery import DEFINITIONS
from kubecfg_core.kinds.pods import PODS
from kubecfg_core.kinds.policies import NETWORKPOLICIES
from kubecfg_core.kinds.workloads import DAEMONSETS


def _kind(group: str, version: str, plural: str, kind: str, *, namespaced: bool = False) -> Resource[Any]:
    return Resource(group, version, plural, kind, KubeObject, namespaced=namespaced)


OTHERS: Final = (
    _kind("cilium.io", "v2", "ciliumnetworkpolicies", "CiliumNetworkPolicy", namespaced=True),
    _kind("cilium.io", "v2", "ciliumclusterwidenetworkpolicies", "CiliumClusterwideNetworkPolicy"),
    _kind("crd.projectcalico.org", "v1", "networkpolicies", "NetworkPolicy", namespaced=True),
    _kind("crd.projectcalico.org", "v1", "globalnetworkpolicies", "GlobalNetworkPolicy"),
    _kind("crd.antrea.io", "v1beta1", "networkpolicies", "NetworkPolicy", namespaced=True),
    _kind("crd.antrea.io", "v1beta1", "clusternetworkpolicies", "ClusterNetworkPolicy"),
    _kind("policy.networking.k8s.io", "v1alpha1", "adminnetworkpolicies", "AdminNetworkPolicy"),
)
"""The kinds of policies that count beside NetworkPolicies. Only that there are any is looked at."""

_ENFORCERS: Final = (
    *("antrea", "azure-npm", "calico", "canal", "cilium", "kindnet", "kube-ovn", "kube-router", "netpol"),
    *("network-polic", "ovn", "sdn", "tigera", "weave", "nsx", "contrail", "romana", "npc"),
)
_FLANNEL: Final = "flannel"


def further(view: ClusterView) -> Iterator[Resource[Any]]:
    """The other kinds that are served, or may be; none where there are no NetworkPolicies to judge."""
    if view.all(NETWORKPOLICIES):
        yield from _served(view)


def _served(view: ClusterView) -> list[Resource[Any]]:
    """Those that have a definition. Where definitions were not read, every one may be served."""
    if not view.readable(DEFINITIONS):
        return list(OTHERS)
    return [resource for resource in OTHERS if view.get(DEFINITIONS, "", resource.full_name) is not None]


def alone(view: ClusterView, namespace: str) -> bool:
    """Whether NetworkPolicies alone say what is let through in a namespace: else nobody can tell from them."""
    return not any(
        not view.covers(resource, namespace)
        or (view.within(resource, namespace) if resource.namespaced else view.all(resource))
        for resource in view.once(_served)
    )


def certain(view: ClusterView, namespace: str) -> bool:
    """Whether what the NetworkPolicies of a namespace say holds, as far as the objects tell."""
    return alone(view, namespace) and ignored_by(view) is None


def ignored_by(view: ClusterView) -> ObjectRef | None:
    """The network plugin's DaemonSet, where it is certain that it enforces no policy and nothing else does."""
    return view.once(_ignored_by)


def _ignored_by(view: ClusterView) -> ObjectRef | None:
    """Flannel enforces none by itself. It runs inside k3s and others too, without a DaemonSet: those are not known."""
    if not view.covers(DAEMONSETS) or not view.covers(PODS) or view.namespace is not None:
        return None
    names = [item.name for item in view.all(DAEMONSETS)]
    flannels = [item for item in view.all(DAEMONSETS) if _FLANNEL in item.name]
    if not flannels or any(word in name for name in names for word in _ENFORCERS):
        return None
    made = [pod for item in flannels for pod in view.owned_by(PODS, item.metadata.uid)]
    images = [container.image for pod in made for container in pod.spec.containers]
    if not images or any(word in image for image in images for word in _ENFORCERS):
        return None
    return ObjectRef(kind=DAEMONSETS.kind, name=flannels[0].name, namespace=flannels[0].namespace)
