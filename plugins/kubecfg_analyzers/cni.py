"""The network plugin (CNI): who sets up the pod network of a node, and what is at fault where it is not set up."""

import re
from collections import defaultdict
from typing import Final

from kubecfg_core import ClusterView, ObjectRef
from kubecfg_core.kinds.cluster import Node
from kubecfg_core.kinds.meta import find_condition
from kubecfg_core.kinds.pods import PODS, Pod

# What the DaemonSets of the usual plugins are called, by their makers' manifests and charts.
_PLUGIN: Final = re.compile(
    r"^(rke2-)?(antrea-agent|aws-node|azure-cni|calico-node|canal|cilium|(kube-)?flannel|kindnet|kube-multus|kube-ovn-cni"
    r"|kube-router|multus|ovnkube-node|sdn|weave-net)(-ds|-node)*$"
)
_COMPLAINT: Final = re.compile(r"cni|network plugin|NetworkPluginNotReady", re.IGNORECASE)


def is_plugin(pod: Pod) -> bool:
    """Whether it is the pod of a network plugin. It needs no pod network itself."""
    owner = pod.controller
    return owner is not None and owner.kind == "DaemonSet" and _PLUGIN.match(owner.name) is not None


def complains(node: Node) -> bool:
    """Whether the node says that it is not ready for want of the pod network."""
    ready = find_condition(node.status.conditions, "Ready")
    return ready is not None and ready.status == "False" and _COMPLAINT.search(ready.message) is not None


def behind(view: ClusterView, node: str) -> ObjectRef:
    """What is at fault on a node without pod network: the plugin's pod there that is not ready, or else the plugin."""
    bad = next((pod for pod in view.once(_by_node).get(node, ()) if not _ready(pod)), None)
    if bad is None:
        return ObjectRef(kind="CNI", name=node)
    return ObjectRef(kind=PODS.kind, name=bad.name, namespace=bad.namespace)


def _by_node(view: ClusterView) -> dict[str, list[Pod]]:
    pods: dict[str, list[Pod]] = defaultdict(list)
    for pod in view.all(PODS):
        if is_plugin(pod) and not pod.finished:
            pods[pod.spec.nodeName].append(pod)
    return pods


def _ready(pod: Pod) -> bool:
    condition = find_condition(pod.status.conditions, "Ready")
    return condition is not None and condition.status == "True"
