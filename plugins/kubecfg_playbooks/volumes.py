"""PersistentVolumes, their attachments to nodes, and their drivers."""

from typing import Final

from kubecfg_core import ActionType, Playbook
from kubecfg_playbooks.writing import book, delete, look, outside, patch, verify

_VOLUME: Final = look(
    "Read the volume: its claim, its policy, its place.",
    "kubectl describe persistentvolume {name}",
    "Status, Claim, Reclaim Policy, Node Affinity and the events are there.",
)
_ATTACHMENT: Final = look(
    "Read what the driver says.",
    "kubectl get volumeattachment {name} -o yaml",
    "status has the last error, with its time.",
)
_DRIVERS: Final = look(
    "See which nodes have which drivers.", "kubectl get csinodes -o yaml", "Each node lists the drivers on it."
)
_POD: Final = verify(
    "See whether the pod runs.", "kubectl get pod {pod} -n {pod_namespace} -o wide", "STATUS is Running."
)
_NODES: Final = look("See which nodes are there, and ready.", "kubectl get nodes -o wide", "STATUS of each is Ready.")

VOLUMES: Final[tuple[Playbook, ...]] = (
    book(
        "persistentvolume.failed",
        "Volume {name} could not be reclaimed.",
        "When a claim is deleted, its volume is deleted or kept, as its policy says. This one should have been deleted "
        "and was not: what it costs goes on, and nobody can use it.",
        _VOLUME,
        outside(
            "Mend what the driver complains of: rights at the storage, snapshots that hold the disk, a disk that is "
            "still attached.",
            "The next try succeeds.",
        ),
        outside(
            "If the disk itself is gone already, and the data is not wanted, have an administrator delete the object.",
            "The volume is no longer listed.",
            ActionType.DELETE,
        ),
        verify("See that it is gone.", "kubectl get persistentvolumes", "{name} is not listed."),
        confidence=0.7,
        minutes=20,
    ),
    book(
        "persistentvolume.released",
        "Volume {name} is kept after its claim was deleted, and nobody can use it.",
        "A released volume still belongs to the claim that is gone, so that nobody gets its data by accident. Somebody "
        "must decide: use the data again, or give the disk up.",
        _VOLUME,
        look(
            "See whether a claim of that name is there again.",
            "kubectl get persistentvolumeclaim {claim} -n {claim_namespace}",
            "A claim of the same name that is Pending most likely wants this volume.",
        ),
        patch(
            "To give the data to a new claim, let go of the old one; then name the volume in the new claim.",
            'kubectl patch persistentvolume {name} --type merge -p \'{{"spec":{{"claimRef":null}}}}\'',
            "STATUS is Available.",
        ),
        outside(
            "If the data is not wanted, have an administrator delete the object, and then the disk behind it.",
            "Neither the volume nor its disk is there any more.",
            ActionType.DELETE,
        ),
        verify("See how it stands.", "kubectl get persistentvolumes", "{name} is Bound, or not listed."),
        confidence=0.8,
        minutes=15,
    ),
    book(
        "persistentvolume.node_affinity",
        "Volume {name} can be used from none of the nodes that take pods.",
        "A disk lies in a zone, or on one node, and pods that use it can run only there. Without such a node they wait "
        "for ever.",
        _VOLUME,
        look(
            "See the zones and labels of the nodes.",
            "kubectl get nodes --show-labels",
            "None that is Ready has what the volume asks for.",
        ),
        patch(
            "If the node is only closed, open it.",
            "kubectl uncordon {node}",
            "SchedulingDisabled is gone.",
        ),
        outside(
            "Add a node in that zone, or move the data: restore a snapshot into a zone with nodes.",
            "A node that is Ready fits the volume.",
        ),
        verify(
            "See whether the pod has a node.",
            "kubectl get pod {pod} -n {claim_namespace} -o wide",
            "NODE has a name.",
        ),
        confidence=0.8,
        minutes=30,
    ),
    book(
        "persistentvolume.multi_attach",
        "Pod {pod} waits for volume {name}, which pod {other_name} on node {node} has.",
        "A volume of this access mode can be on one node at a time. A rolling update makes the new pod before it ends "
        "the old one: on another node each then waits for the other.",
        _VOLUME,
        look(
            "See where the pods are.",
            "kubectl get pods -n {claim_namespace} -o wide",
            "{pod} and {other_name} are on different nodes.",
        ),
        delete(
            "If {pod} is to take over, end the pod that has the volume.",
            "kubectl delete pod {other_name} -n {claim_namespace}",
            "The volume goes to the other node within minutes.",
        ),
        outside(
            "For good: let the Deployment use the strategy Recreate, make it a StatefulSet with a claim for each pod, "
            "or take a class with ReadWriteMany.",
            "No two pods want the volume at once.",
        ),
        verify("See whether the pod runs.", "kubectl get pod {pod} -n {claim_namespace} -o wide", "STATUS is Running."),
        confidence=0.85,
        minutes=15,
    ),
    book(
        "persistentvolume.driver_missing",
        "Volume {name} needs the driver {driver}, which is not installed.",
        "The driver mounts the volume on the node, and takes it away again. Without it the pods that use the volume "
        "can neither start nor be moved.",
        _VOLUME,
        look("See the drivers that are installed.", "kubectl get csidrivers", "{driver} is not among them."),
        outside(
            "Install the driver {driver} again, in the version that made the volume.", "Its pods run on all nodes."
        ),
        verify("See that the nodes have it.", "kubectl get csinodes", "DRIVERS is one more on each node."),
        confidence=0.85,
        minutes=30,
    ),
    book(
        "volumeattachment.attach_error",
        "Volume {volume} cannot be attached to node {node}.",
        "The driver asks the storage to attach the volume and is refused. Often the node has as many volumes as it "
        "may, the disk is still attached to another node, lies in another zone, or is gone.",
        _ATTACHMENT,
        look(
            "See where else the volume is attached.",
            "kubectl get volumeattachments",
            "Only one line has {volume}; two mean that another node still holds it.",
        ),
        look(
            "See the volume's place and claim.", "kubectl describe persistentvolume {volume}", "Its zone is the node's."
        ),
        outside(
            "Mend what the message names: free volumes on the node, detach the disk elsewhere, or give the driver its "
            "rights at the storage.",
            "ATTACHED is true.",
        ),
        _POD,
        confidence=0.75,
        minutes=20,
    ),
    book(
        "volumeattachment.detach_error",
        "Volume {volume} cannot be detached from node {node}.",
        "Until it is detached, no other node gets the volume. The driver tries again and again, and says why it fails.",
        _ATTACHMENT,
        _NODES,
        look(
            "See whether a pod on the node still uses it.",
            "kubectl get pods -A -o wide --field-selector spec.nodeName={node}",
            "A pod that is Terminating holds the volume.",
        ),
        outside(
            "Mend what the message names; if the storage shows that the disk is not attached, restart the driver's "
            "controller.",
            "The attachment is no longer listed.",
        ),
        verify("See that it is gone.", "kubectl get volumeattachments", "{name} is not listed."),
        confidence=0.7,
        minutes=20,
    ),
    book(
        "volumeattachment.node_missing",
        "Volume {volume} hangs on node {node}, which does not exist.",
        "Kubernetes detaches the volumes of a node that is gone after six minutes. Where the driver cannot confirm it, "
        "the attachment stays, and keeps the volume from other nodes.",
        _ATTACHMENT,
        _NODES,
        delete(
            "If the machine is gone for good, remove the attachment: the driver then detaches the disk.",
            "kubectl delete volumeattachment {name}",
            "The attachment is no longer listed after a minute.",
        ),
        verify("See that it is gone.", "kubectl get volumeattachments", "{name} is not listed."),
        confidence=0.75,
        minutes=15,
    ),
    book(
        "volumeattachment.node_not_ready",
        "Volume {volume} is held by node {node}, which is not ready, and pod {pod} waits for it.",
        "A node that does not answer may still write to the disk, so its volumes are not taken from it. They are let "
        "go once the node is back, is removed, or is marked as out of service.",
        look("See how the node does.", "kubectl describe node {node}", "Its conditions say since when it is lost."),
        _ATTACHMENT,
        outside("Bring the node back, if that is a matter of minutes.", "The node is Ready."),
        patch(
            "If the machine is certainly off, mark it as out of service: its volumes are detached at once.",
            "kubectl taint nodes {node} node.kubernetes.io/out-of-service=nodeshutdown:NoExecute",
            "The attachment goes within a minute. Remove the taint when the node is back.",
        ),
        _POD,
        confidence=0.85,
        minutes=15,
    ),
    book(
        "csidriver.not_on_node",
        "The driver {driver} is not on node {node}, where pod {pod} waits for its volume.",
        "A pod of the driver, usually of a DaemonSet, registers it with the kubelet of each node. Where that pod does "
        "not run, volumes cannot be mounted.",
        _DRIVERS,
        look(
            "See which pods are on the node.",
            "kubectl get pods -A -o wide --field-selector spec.nodeName={node}",
            "The driver's node pod is missing, or does not run.",
        ),
        look(
            "See whether its DaemonSet leaves the node out.",
            "kubectl get daemonsets -A",
            "DESIRED is the number of nodes; a node selector or a taint may leave some out.",
        ),
        outside(
            "Mend or restart the driver's pod on the node, or let its DaemonSet tolerate the node's taints.",
            "The node lists the driver.",
        ),
        _POD,
        confidence=0.8,
        minutes=15,
    ),
)
