"""Nodes that are lost, short of something, closed, full or too old."""

from typing import Final

from kubecfg_core import ActionType, Playbook
from kubecfg_playbooks.writing import book, escalate, look, outside, patch, step, verify

_DESCRIBE: Final = look(
    "Read the node's conditions, taints and events.",
    "kubectl describe node {name}",
    "The conditions say what the node is short of, the events what its kubelet met.",
)
_PODS: Final = look(
    "See which pods are on the node.",
    "kubectl get pods -A -o wide --field-selector spec.nodeName={name}",
    "These are the pods that suffer, or use the node up.",
)
_EVENTS: Final = look(
    "Read the events about the node.",
    "kubectl get events -A --field-selector involvedObject.kind=Node,involvedObject.name={name}",
    "The newest warning says what fails.",
)
_USAGE: Final = look(
    "See which pods use the most memory.", "kubectl top pod -A --sort-by=memory", "The first ones are the suspects."
)
_CORDON: Final = patch(
    "Keep new pods away from it meanwhile.", "kubectl cordon {name}", "STATUS shows SchedulingDisabled."
)
_DRAIN: Final = step(
    ActionType.DELETE,
    "Move its pods to other nodes, if these have room.",
    "kubectl drain {name} --ignore-daemonsets --delete-emptydir-data",
    "The pods start on other nodes; what was in emptyDir volumes is lost.",
)
_WELL: Final = verify("See whether the node is well.", "kubectl get node {name}", "STATUS is Ready.")

NODES: Final[tuple[Playbook, ...]] = (
    book(
        "node.not_ready",
        "Node {name} is not ready.",
        "A node is not ready when its kubelet stops reporting, or reports that it cannot run pods. After five minutes "
        "its pods are replaced on other nodes, but those with volumes or of a StatefulSet may hang.",
        _DESCRIBE,
        _PODS,
        look(
            "See when its kubelet last reported.",
            "kubectl get lease {name} -n kube-node-lease -o yaml",
            "renewTime is the last sign of life.",
        ),
        outside(
            "On the machine: see that it runs and reaches the API server, then look at and restart the kubelet and the "
            "container runtime (systemctl status kubelet, journalctl -u kubelet).",
            "The kubelet reports again within a minute.",
        ),
        outside(
            "If the machine is gone for good, have an administrator delete the node object, so that its pods and "
            "volumes are let go.",
            "Its pods are made again elsewhere, and its volumes are detached.",
            ActionType.DELETE,
        ),
        _WELL,
        confidence=0.75,
        minutes=20,
    ),
    book(
        "node.uninitialized",
        "Node {name} waits for the cloud's controller, and gets no pods.",
        "With an external cloud provider a node starts with a taint that the cloud controller manager removes once it "
        "has found the machine. While the taint is there, no ordinary pod comes to the node.",
        _DESCRIBE,
        look(
            "See whether the cloud controller manager runs.",
            "kubectl get pods -n kube-system -o wide",
            "A pod named after the cloud's controller manager is Running and ready.",
        ),
        outside(
            "Mend the cloud controller manager: its credentials, and the name under which it looks for the machine.",
            "It removes the taint within a minute.",
        ),
        verify("See that the taint is gone.", "kubectl describe node {name}", "Taints no longer has it."),
        confidence=0.75,
        minutes=20,
    ),
    book(
        "node.pressure",
        "Node {name} reports {condition}, and evicts pods.",
        "Below its threshold the kubelet ends pods, those first that use more than they asked for, and the scheduler "
        "sends no new ones.",
        _DESCRIBE,
        _USAGE,
        _CORDON,
        outside(
            "Give the node room: lower what the largest pods may use, remove old logs and images, or add memory, disk "
            "or nodes.",
            "{condition} is False within five minutes.",
        ),
        verify("See whether the pressure is gone.", "kubectl describe node {name}", "{condition} is False."),
        confidence=0.75,
        minutes=20,
    ),
    book(
        "node.network_unavailable",
        "The network of node {name} is not set up.",
        "The network plugin, or the cloud's route controller, marks a node once it has given it a route. Before that "
        "its pods reach nobody.",
        _DESCRIBE,
        look(
            "See whether the network plugin runs on the node.",
            "kubectl get pods -n kube-system -o wide --field-selector spec.nodeName={name}",
            "The plugin's pod (cilium, calico, flannel, aws-node...) is Running and ready.",
        ),
        escalate(
            "Where the plugin runs, ask whoever runs the cloud's routes: the table may be full, or its rights missing.",
            "A route leads to the node's pods.",
        ),
        _WELL,
        confidence=0.7,
        minutes=20,
    ),
    book(
        "node.condition",
        "Node {name} reports the condition {condition}.",
        "A monitor beside the kubelet (node-problem-detector, or the cloud's own) watches kernel, disk and daemons. "
        "Kubernetes does not act on what it says: pods still come to the node.",
        _DESCRIBE,
        _EVENTS,
        _CORDON,
        _DRAIN,
        outside("Repair, reboot or replace the machine.", "The condition {condition} clears."),
        verify(
            "See whether the condition has cleared.", "kubectl describe node {name}", "{condition} says it is well."
        ),
        confidence=0.7,
        minutes=30,
    ),
    book(
        "node.cordoned",
        "Node {name} is cordoned, and pod {pod} waits for a node.",
        "A cordoned node keeps its pods and takes no new ones. Nothing opens it again by itself after maintenance.",
        look("See which nodes are closed.", "kubectl get nodes", "STATUS shows SchedulingDisabled for {name}."),
        look(
            "Read why the pod waits.",
            "kubectl describe pod {pod} -n {pod_namespace}",
            "The events at the end count the nodes that were unschedulable.",
        ),
        patch(
            "If the maintenance is over, open the node.",
            "kubectl uncordon {name}",
            "SchedulingDisabled is gone, and pods come within a minute.",
        ),
        verify(
            "See whether the pod has a node.", "kubectl get pod {pod} -n {pod_namespace} -o wide", "NODE has a name."
        ),
        confidence=0.85,
        minutes=5,
    ),
    book(
        "node.pod_slots",
        "Node {name} runs {pods} of at most {most} pods, and the others are as full.",
        "A kubelet runs no more pods than maxPods says, which the network plugin's addresses often bound. Free CPU "
        "and memory do not help.",
        _PODS,
        look(
            "See what each node offers.",
            "kubectl describe nodes",
            "Allocatable has pods; Non-terminated Pods is how many.",
        ),
        outside(
            "Add a node, or raise maxPods of the kubelets where the network has addresses for more.",
            "Nodes have free slots again.",
        ),
        _WELL,
        confidence=0.8,
        minutes=20,
    ),
    book(
        "node.overcommitted",
        "The pods of node {name} ask for {percent} % of its {resource_name}.",
        "The scheduler gives no node more than it offers. So the node has shrunk since, or a pod was bound to it "
        "directly. When its kubelet restarts it refuses what does not fit.",
        _DESCRIBE,
        _PODS,
        _CORDON,
        outside(
            "Move some pods to other nodes by deleting them one by one, or give the node its size back.",
            "Allocated resources are at 100 % or less.",
        ),
        verify("See what is allocated now.", "kubectl describe node {name}", "{resource_name} is at 100 % or less."),
        confidence=0.7,
        minutes=15,
    ),
    book(
        "node.sandbox_failures",
        "Pods of {count} workloads cannot start on node {name}, and elsewhere they can.",
        "The sandbox of a pod is its network and its namespaces, made by the container runtime and the network plugin "
        "of the node. What fails for all on one node is broken there.",
        look(
            "Read the message of one of the pods.",
            "kubectl describe pod {pod} -n {pod_namespace}",
            "FailedCreatePodSandBox says which part refuses.",
        ),
        look(
            "See whether the network plugin runs on the node.",
            "kubectl get pods -n kube-system -o wide --field-selector spec.nodeName={name}",
            "The plugin's pod is Running and ready, with few restarts.",
        ),
        _CORDON,
        outside(
            "Restart the network plugin's pod of this node, then its container runtime; where addresses have run out, "
            "free those of pods that are gone.",
            "New pods get their sandbox.",
        ),
        verify("See whether the pod starts.", "kubectl get pod {pod} -n {pod_namespace}", "STATUS is Running."),
        confidence=0.75,
        minutes=20,
    ),
    book(
        "node.version_skew",
        "Node {name} runs {version}, too old for a cluster at {newest}.",
        "A kubelet may be three minor versions older than the API server, and no more. Beyond that, pods may fail in "
        "ways that nobody has tested.",
        look(
            "See the versions of all nodes.", "kubectl get nodes -o wide", "VERSION differs by more than three minors."
        ),
        look("See the API server's version.", "kubectl version", "Server Version is the one that counts."),
        _CORDON,
        _DRAIN,
        outside("Upgrade or replace the node.", "Its kubelet has the version of the others."),
        _WELL,
        confidence=0.9,
        minutes=45,
    ),
    book(
        "node.system_oom",
        "Node {name} itself ran out of memory.",
        "The kernel picks a victim from all processes, also the kubelet or the runtime. Memory limits and a reserve "
        "for the system keep it from coming that far.",
        _EVENTS,
        _USAGE,
        _DESCRIBE,
        outside(
            "Give the largest pods memory limits, and reserve memory for the system (kubelet: systemReserved, "
            "kubeReserved).",
            "The events no longer show SystemOOM.",
        ),
        confidence=0.7,
        minutes=30,
    ),
    book(
        "node.disk_not_freed",
        "Node {name} cannot free disk space by removing images.",
        "The kubelet removes images that nobody uses when the disk is 85 % full. If that gives too little, something "
        "else fills the disk: logs, emptyDir volumes, or images that are in use.",
        _EVENTS,
        _PODS,
        _CORDON,
        outside(
            "On the machine: find what fills the disk (df -h, crictl images, /var/log/pods) and remove it or enlarge "
            "the disk.",
            "The disk is below 80 %.",
        ),
        verify("See that the disk is no concern.", "kubectl describe node {name}", "DiskPressure is False."),
        confidence=0.75,
        minutes=20,
    ),
)
