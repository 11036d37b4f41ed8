"""DaemonSets that are not on every node that wants them."""

from typing import Final

from kubecfg_core import ActionType, Playbook
from kubecfg_playbooks.workloads import (
    ADMIT,
    BROKEN_POD,
    CLEAR_POD,
    CONTROL_PLANE,
    DESCRIBE,
    POD_LOG,
    QUOTA,
    SEEN,
)
from kubecfg_playbooks.writing import book, delete, look, outside, step, verify

_PLACES: Final = look(
    "See on which nodes its pods are not ready.",
    "kubectl get pods {scope} -o wide",
    "Bad pods on every node point to the DaemonSet, on one node to that node.",
)
_UNDO: Final = step(
    ActionType.ROLLBACK,
    "If this began with the last change, go back to the version that worked.",
    "kubectl rollout undo daemonset/{name} {scope}",
    "The previous version's pods replace the failing ones.",
)
_DONE: Final = verify(
    "Wait until every node has its pod: {desired} want one.",
    "kubectl rollout status daemonset/{name} {scope} --timeout 120s",
    "The rollout is reported as complete.",
)

DAEMONSETS: Final[tuple[Playbook, ...]] = (
    book(
        "daemonset.unavailable",
        "On none of the {desired} nodes is a pod of DaemonSet {name} available.",
        "What it does for the nodes (network, storage, logs) is done on none of them.",
        DESCRIBE,
        BROKEN_POD,
        POD_LOG,
        CLEAR_POD,
        _UNDO,
        _DONE,
        minutes=15,
    ),
    book(
        "daemonset.degraded",
        "DaemonSet {name} is available on {available} of {desired} nodes.",
        "Nodes that are not ready do not count here: these nodes are well, and lack what the DaemonSet does for them.",
        _PLACES,
        BROKEN_POD,
        POD_LOG,
        outside("Follow the solution of the problem at its pods.", "The pods become ready, or are replaced."),
        _DONE,
        confidence=0.7,
        minutes=15,
    ),
    book(
        "daemonset.rollout_stuck",
        "The rollout of DaemonSet {name} has stopped: {updated} of {desired} nodes have the newest version.",
        "A rollout takes away no more pods than may be unavailable at once. A new pod that is not ready, or a node "
        "that is not, uses that up.",
        _PLACES,
        BROKEN_POD,
        POD_LOG,
        look(
            "See what is wrong with node {node}.",
            "kubectl describe node {node}",
            "The conditions say why it is not ready.",
        ),
        _UNDO,
        outside(
            "Bring the nodes that are not ready back, or have those removed that are gone for good.",
            "The rollout goes on.",
        ),
        _DONE,
        minutes=15,
    ),
    book(
        "daemonset.misscheduled",
        "{misscheduled} pods of DaemonSet {name} run on nodes that they do not tolerate, as node {node}.",
        "A taint keeps new pods away and leaves those that run. When such a pod ends, the node is without it.",
        look(
            "See the taints of the node.",
            "kubectl describe node {node}",
            "Taints names {taint}.",
        ),
        look(
            "See where the pods of the DaemonSet are, and which nodes it wants.",
            "kubectl describe daemonset {name} {scope}",
            "It counts the nodes that are misscheduled.",
        ),
        outside(
            "If the node needs it, add a toleration of {taint} to the DaemonSet's pods.",
            "The pod counts as wanted there.",
        ),
        delete(
            "If the node does not need it, delete the pod: it does not come back there.",
            "kubectl delete pod {pod} {scope}",
            "The node is without it.",
        ),
        verify(
            "See whether it counts one node less.",
            "kubectl describe daemonset {name} {scope}",
            "'Number of Nodes Misscheduled' is 0.",
        ),
        confidence=0.75,
        minutes=10,
    ),
    book(
        "daemonset.create_failed",
        "Pods of DaemonSet {name} are refused by the API server.",
        "The controller asks for the pods and is turned down, by a quota, a limit, a policy, a webhook or a missing "
        "ServiceAccount. The message names which.",
        DESCRIBE,
        QUOTA,
        ADMIT,
        _DONE,
        minutes=15,
    ),
    book(
        "daemonset.not_observed",
        "The DaemonSet controller has not acted on the newest version of {name}.",
        "Every change raises the generation; the controller notes the one it has seen. When it lags for long, the "
        "controller manager does not run, is overloaded, or cannot reach the API server.",
        *CONTROL_PLANE,
        SEEN,
        confidence=0.6,
        minutes=20,
    ),
)
