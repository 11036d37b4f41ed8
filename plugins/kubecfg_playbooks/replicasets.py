"""ReplicaSets of their own without the pods they want."""

from typing import Final

from kubecfg_core import Playbook
from kubecfg_playbooks.workloads import ADMIT, BROKEN_POD, CLEAR_POD, CONTROL_PLANE, DESCRIBE, POD_LOG, QUOTA, SEEN
from kubecfg_playbooks.writing import book, look, outside, verify

_DONE: Final = verify(
    "See whether every pod is there and ready: {desired} are wanted.",
    "kubectl get replicaset {name} {scope}",
    "READY equals DESIRED.",
)

REPLICASETS: Final[tuple[Playbook, ...]] = (
    book(
        "replicaset.unavailable",
        "None of the {desired} pods of ReplicaSet {name} is available: nobody is served.",
        "A ReplicaSet is as well as its pods. No Deployment manages this one, so what made it must also change it.",
        DESCRIBE,
        BROKEN_POD,
        POD_LOG,
        CLEAR_POD,
        outside(
            "If nothing needs the ReplicaSet any more, have its owner remove it.", "It is gone, or its pods are ready."
        ),
        _DONE,
        minutes=15,
    ),
    book(
        "replicaset.degraded",
        "Only {available} of the {desired} pods of ReplicaSet {name} are available.",
        "It serves, with less in reserve. The pods that are not ready have a cause of their own.",
        look(
            "See which pods are not ready, and on which nodes.",
            "kubectl get pods {scope} -o wide",
            "All bad pods on one node point to that node.",
        ),
        BROKEN_POD,
        POD_LOG,
        outside(
            "Follow the solution of the problem at its pods.", "The pod becomes ready, or is replaced by one that does."
        ),
        _DONE,
        confidence=0.7,
        minutes=15,
    ),
    book(
        "replicaset.create_failed",
        "Pods of ReplicaSet {name} are refused by the API server.",
        "The controller asks for the pods and is turned down, by a quota, a limit, a policy, a webhook or a missing "
        "ServiceAccount. The message names which.",
        DESCRIBE,
        QUOTA,
        ADMIT,
        _DONE,
        minutes=15,
    ),
    book(
        "replicaset.not_observed",
        "The ReplicaSet controller has not acted on the newest version of {name}.",
        "Every change raises the generation; the controller notes the one it has seen. When it lags for long, the "
        "controller manager does not run, is overloaded, or cannot reach the API server.",
        *CONTROL_PLANE,
        SEEN,
        confidence=0.6,
        minutes=20,
    ),
)
