"""Pods that cannot be set up on their node, are left over, or do not go away."""

from typing import Final

from kubecfg_core import Playbook
from kubecfg_playbooks.writing import DESCRIBE_POD, LOGS, book, delete, escalate, look, outside, patch, verify

_NODE: Final = look(
    "See the state of its node {node}.",
    "kubectl describe node {node}",
    "Ready is True and no pressure is reported, or the conditions name the trouble.",
)
_WARNINGS: Final = look(
    "See the newest warnings about this pod.",
    "kubectl get events {scope} --field-selector involvedObject.name={name},type=Warning",
    "The message names what fails on the node.",
)
_PODS: Final = verify(
    "See the pods of the namespace.",
    "kubectl get pods {scope} -o wide",
    "The pod runs, or another has taken its place.",
)
_REPLACE: Final = delete(
    "Delete the pod, so that {controller} makes a new one, perhaps on another node.",
    "kubectl delete pod {name} {scope}",
    "A new pod of {controller} starts.",
)

LIFECYCLE: Final[tuple[Playbook, ...]] = (
    book(
        "pod.sandbox_failed",
        "The node cannot set up the network or the sandbox of pod {name}.",
        "Before any container, the runtime makes a sandbox and the network plugin gives it an address. That fails when "
        "the plugin does not run on the node, has no address left, or the runtime itself is in trouble.",
        _WARNINGS,
        look(
            "See whether the network plugin's pods run on node {node}.",
            "kubectl get pods -n kube-system -o wide --field-selector spec.nodeName={node}",
            "The plugin's pod on this node is Running and ready, or is not.",
        ),
        _NODE,
        _REPLACE,
        escalate("If it stays, have the network plugin or the runtime of the node mended.", "New pods get an address."),
        confidence=0.6,
        minutes=20,
    ),
    book(
        "pod.mount_failed",
        "A volume of pod {name} cannot be mounted.",
        "The kubelet mounts every volume before the containers start. The message says whether an object is missing, "
        "the storage does not answer, or the file system is at fault.",
        _WARNINGS,
        look(
            "See the claims that the namespace's pods mount.",
            "kubectl get persistentvolumeclaims {scope}",
            "STATUS is Bound for each.",
        ),
        look(
            "See whether the driver's pods run.",
            "kubectl get pods -A -o wide",
            "The storage driver has a running pod on the pod's node.",
        ),
        outside(
            "Make what the message misses, open the way to the storage, or correct the volume in the pod template.",
            "The mount succeeds at the kubelet's next try, within two minutes.",
        ),
        _PODS,
        confidence=0.6,
        minutes=20,
    ),
    book(
        "pod.attach_failed",
        "A volume of pod {name} cannot be attached to its node.",
        "A ReadWriteOnce disk is attached to one node at a time. It may still be held by an old pod on another node, "
        "by a node that is gone, or the driver may refuse.",
        _WARNINGS,
        look(
            "See which node the volume is attached to.",
            "kubectl get volumeattachments",
            "The attachment names another node: the pod there must end first.",
        ),
        look(
            "Find the other pod that still uses it.",
            "kubectl get pods {scope} -o wide",
            "An old pod with the same claim is Running or Terminating on another node.",
        ),
        outside(
            "Let the old pod end (strategy Recreate in place of RollingUpdate avoids the overlap). If its node is gone "
            "for good, delete the node object, and the attachment is given up.",
            "The volume is free, and attaches to the new node.",
        ),
        _PODS,
        confidence=0.7,
        minutes=20,
    ),
    book(
        "pod.stuck_creating",
        "Pod {name} has been set up for {minutes} min, and no event says what it waits for.",
        "Large images, slow volumes or a kubelet that is overloaded take long; events are kept for one hour only, so "
        "the first warning may be gone.",
        DESCRIBE_POD,
        _NODE,
        _REPLACE,
        _PODS,
        escalate("If the next pod hangs as well, have the kubelet's log on {node} read.", "The log names the cause."),
        confidence=0.5,
        minutes=15,
    ),
    book(
        "pod.evicted",
        "Pod {name} was evicted from its node and is only left over.",
        "A node that runs out of memory, disk or processes ends pods, first those that use more than they request. The "
        "failed pod stays as a record; its controller has made another.",
        look(
            "Read why it was evicted.",
            "kubectl describe pod {name} {scope}",
            "The message names the resource that ran out.",
        ),
        look(
            "See whether the nodes are still under pressure.",
            "kubectl describe nodes",
            "MemoryPressure, DiskPressure and PIDPressure are False.",
        ),
        outside(
            "Give the containers requests that match their use (also ephemeral-storage), so that others go first.",
            "The pods are no longer the first to be evicted.",
        ),
        delete(
            "Remove the record.",
            "kubectl delete pod {name} {scope}",
            "The pod is gone from the list.",
        ),
        minutes=10,
    ),
    book(
        "pod.failed",
        "Pod {name} has failed for good, and is not started again.",
        "A pod in phase Failed is never started again. Where a controller owns it, another pod takes its place; a Job "
        "gives up after its backoff limit, and a pod on its own stays as it is.",
        DESCRIBE_POD,
        LOGS,
        outside(
            "Remove the cause that the reason and the log name, before the next try.",
            "The next pod has what this one missed.",
        ),
        delete(
            "Remove the failed pod; a controller that still wants it makes a new one.",
            "kubectl delete pod {name} {scope}",
            "The failed pod is gone from the list.",
        ),
        _PODS,
        confidence=0.6,
        minutes=15,
    ),
    book(
        "pod.node_lost",
        "The node of pod {name} is gone, so nobody knows how the pod is.",
        "The kubelet no longer reports. Whether the pod still runs cannot be told from here, so a StatefulSet waits "
        "rather than start a second copy.",
        look(
            "See whether the node is there and ready.",
            "kubectl get nodes -o wide",
            "The node is NotReady or missing.",
        ),
        DESCRIBE_POD,
        escalate(
            "Bring the node back; or, once it is certainly switched off, delete its node object.",
            "The pod reports again, or is removed with its node.",
        ),
        delete(
            "Only when the machine is certainly off: remove the pod without waiting for its kubelet.",
            "kubectl delete pod {name} {scope} --grace-period=0 --force",
            "The pod is gone, and its controller starts another.",
        ),
        confidence=0.7,
        minutes=20,
    ),
    book(
        "pod.node_not_ready",
        "Node {node}, on which pod {name} runs, is not ready.",
        "The node's kubelet is silent or reports a fault, so its pods get no traffic. After five minutes the pods of "
        "controllers are replaced on other nodes; those of StatefulSets and DaemonSets wait.",
        look(
            "Read the conditions of node {node}.",
            "kubectl describe node {node}",
            "The Ready condition says since when, and what the kubelet last reported.",
        ),
        look(
            "See whether other nodes are affected.",
            "kubectl get nodes -o wide",
            "One node points to the machine, several to the network or the control plane.",
        ),
        escalate(
            "Have the machine mended: kubelet and container runtime, disk, memory, network.",
            "STATUS of {node} is Ready again.",
        ),
        patch(
            "Until then, keep new pods off it.",
            "kubectl cordon {node}",
            "STATUS of {node} shows SchedulingDisabled.",
        ),
        _PODS,
        minutes=20,
    ),
    book(
        "pod.stuck_terminating",
        "Pod {name} was deleted {minutes} min ago and is still there.",
        "A deleted pod goes when its kubelet has ended the containers and every finalizer has been removed by its "
        "controller. A node that is gone, or a controller that no longer runs, leaves it for ever.",
        look(
            "See its finalizers, and on which node it runs.",
            "kubectl get pod {name} {scope} -o yaml",
            "metadata.finalizers is empty, or names a controller.",
        ),
        _NODE,
        outside(
            "If the finalizer {finalizer} is left, see that the controller that owns it runs, and let it finish.",
            "The controller removes its finalizer.",
        ),
        patch(
            "Only if that controller is gone for good: take away the finalizer {finalizer} by hand.",
            'kubectl patch pod {name} {scope} --type merge -p \'{{"metadata":{{"finalizers":null}}}}\'',
            "The pod is gone.",
        ),
        delete(
            "Only when its node is certainly off: remove the pod without waiting for the kubelet.",
            "kubectl delete pod {name} {scope} --grace-period=0 --force",
            "The pod is gone, and its controller starts another.",
        ),
        confidence=0.7,
        minutes=15,
    ),
)
