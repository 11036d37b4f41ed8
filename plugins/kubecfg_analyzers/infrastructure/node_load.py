"""What the pods of a node, and those that wait for one, say about it: no room, closed, or their sandboxes all fail."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Final

from kubecfg_analyzers import cni
from kubecfg_analyzers.events import Warnings, latest
from kubecfg_analyzers.infrastructure.node_conditions import found_on
from kubecfg_analyzers.infrastructure.pods_by import unplaced
from kubecfg_analyzers.nodes import complaint, intolerable
from kubecfg_analyzers.owners import owner_of
from kubecfg_analyzers.quantities import amount_of
from kubecfg_analyzers.report import clip, counted, listed, minutes, sentence, span_since
from kubecfg_core import ClusterView, Finding
from kubecfg_core.kinds.cluster import NODES, Node
from kubecfg_core.kinds.pods import PODS, Pod

_FULL: Final = Decimal("0.95")
_SANDBOX_DOC: Final = "concepts/extend-kubernetes/compute-storage-net/network-plugins/"
_CORDON_DOC: Final = "concepts/architecture/nodes/#manual-node-administration"
_CORDON: Final = "node.kubernetes.io/unschedulable"
_COUNTED: Final = ("cpu", "memory")


class Load:
    """The checks of nodes by their pods, over one view; `pods` are the live ones by node."""

    def __init__(self, view: ClusterView, pods: dict[str, list[Pod]]) -> None:
        self._view = view
        self._pods = pods
        self._waiting = [(pod, message) for pod in view.all(PODS) if (message := unplaced(pod))]
        self._crowded = self._all_crowded()
        self._failing = _failing(view)

    def check(self, node: Node) -> Iterator[Finding]:
        """What the pods tell about a node."""
        yield from self._cordoned(node)
        yield from self._slots(node)
        yield from self._overcommitted(node)
        yield from self._suspect(node)

    def _cordoned(self, node: Node) -> Iterator[Finding]:
        """Whoever closes a node means it; it is told only where a pod that the node could take waits."""
        if not node.spec.unschedulable or not node.ready:
            return
        kept = [pod for pod, said in self._waiting if "were unschedulable" in said and _could_take(node, pod)]
        if not kept:
            return
        since = next((taint.timeAdded for taint in node.spec.taints if taint.key == _CORDON), None)
        yield found_on(
            node,
            "node.cordoned",
            f"The node has been cordoned for {span_since(self._view.now, since)}, "
            f"and {counted(len(kept), 'pod')} that it could run "
            f"{'waits' if len(kept) == 1 else 'wait'}: {listed((_named(pod) for pod in kept), 3)}.",
            cause="Somebody, or a tool that drains nodes, has closed it to new pods and not opened it again.",
            doc=_CORDON_DOC,
            facts={**_first(kept), "pods": len(kept), "minutes": minutes(self._view.now, since)},
        )

    def _all_crowded(self) -> bool:
        """Whether no node that takes pods has slots to spare: one full node among others is how it should be."""
        if any("Too many pods" in message for _, message in self._waiting):
            return True
        open_nodes = [node for node in self._view.all(NODES) if node.ready and not node.spec.unschedulable]
        return all(self._share(node) >= _FULL for node in open_nodes if not intolerable(node, ()))

    def _share(self, node: Node) -> Decimal:
        slots = amount_of(node.status.allocatable.get("pods"))
        return len(self._pods.get(node.name, ())) / slots if slots else Decimal(0)

    def _slots(self, node: Node) -> Iterator[Finding]:
        if node.spec.unschedulable or not self._crowded or self._share(node) < _FULL:
            return
        number, most = len(self._pods[node.name]), node.status.allocatable.get("pods")
        yield found_on(
            node,
            "node.pod_slots",
            f"The node runs {number} of the {most} pods that it may, and the other nodes are as full.",
            cause="The next pods find no node, whatever CPU and memory is free.",
            doc="setup/best-practices/cluster-large/",
            facts={"pods": number, "most": str(most)},
        )

    def _overcommitted(self, node: Node) -> Iterator[Finding]:
        """The scheduler never does this; a node that has shrunk, or a pod that went round it, does."""
        for resource in _COUNTED:
            offered = amount_of(node.status.allocatable.get(resource))
            asked = sum(_requested(pod, resource) for pod in self._pods.get(node.name, ()))
            if offered is not None and asked > offered:
                share = int(asked / offered * 100)
                yield found_on(
                    node,
                    "node.overcommitted",
                    f"The pods of the node ask for {share} % of its {resource}.",
                    cause="The node offers less than it did, or pods came past the scheduler; those that start again "
                    "are refused.",
                    doc="tasks/administer-cluster/reserve-compute-resources/",
                    facts={"resource_name": resource, "percent": share},
                )

    def _suspect(self, node: Node) -> Iterator[Finding]:
        """The same failure in several workloads of one node, and on no other, is the node's."""
        failing = self._failing.get(node.name, {})
        others = [name for name in self._failing if name != node.name]
        if len(failing) < 2 or others or len(self._view.all(NODES)) < 2 or complaint(node):  # noqa: PLR2004 - several
            return
        pod, message = next(iter(failing.values()))
        yield found_on(
            node,
            "node.sandbox_failures",
            f"No pod of {len(failing)} different workloads gets its sandbox on this node, and on the others all do.",
            cause=sentence(message),
            doc=_SANDBOX_DOC,
            facts={**_first([pod]), "count": len(failing), "message": clip(message)},
            culprit=cni.behind(self._view, node.name),
        )


def _failing(view: ClusterView) -> dict[str, dict[str, tuple[Pod, str]]]:
    """The pods without a sandbox, and why: by node, one for each workload."""
    warnings = Warnings(view)
    failing: dict[str, dict[str, tuple[Pod, str]]] = defaultdict(dict)
    for pod in view.all(PODS):
        if pod.status.phase == "Pending" and pod.spec.nodeName and not pod.status.podIP:
            event = latest(warnings.of(PODS, pod), "FailedCreatePodSandBox")
            if event is not None:
                owner = owner_of(view, pod)
                failing[pod.spec.nodeName].setdefault(f"{pod.namespace}/{owner or pod.name}", (pod, event.message))
    return failing


def _could_take(node: Node, pod: Pod) -> bool:
    """Whether a pod would fit on the node, empty, if it were not closed."""
    labels = node.metadata.labels
    hard = [taint for taint in intolerable(node, pod.spec.tolerations) if taint.key != _CORDON]
    if hard or any(labels.get(key) != value for key, value in pod.spec.nodeSelector.items()):
        return False
    return all(
        _requested(pod, resource) <= (amount_of(node.status.allocatable.get(resource)) or 0) for resource in _COUNTED
    )


def _requested(pod: Pod, resource: str) -> Decimal:
    """What its containers ask for: never more than what is counted for the pod."""
    asked = [item.resources.requests.get(resource) for item in pod.spec.containers]
    return sum((_amount(str(quantity)) for quantity in asked if quantity), Decimal(0))


@lru_cache(maxsize=4096)  # ten thousand pods ask for a handful of amounts
def _amount(quantity: str) -> Decimal:
    return amount_of(quantity) or Decimal(0)


def _named(pod: Pod) -> str:
    return f"{pod.namespace}/{pod.name}"


def _first(pods: Sequence[Pod]) -> dict[str, str | int | None]:
    return {"pod": pods[0].name, "pod_namespace": pods[0].namespace}
