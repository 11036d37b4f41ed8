"""Pods that no node takes."""

from typing import Final

from kubecfg_core import ActionType, Playbook
from kubecfg_playbooks.writing import (
    DESCRIBE_POD,
    book,
    escalate,
    in_pods,
    look,
    outside,
    patch,
    step,
    verify,
)

_NODES: Final = look(
    "See the nodes and whether they are ready.",
    "kubectl get nodes -o wide",
    "STATUS is Ready; SchedulingDisabled marks a node that takes no new pods.",
)
_PLACED: Final = verify(
    "See whether the pods have a node now.",
    "kubectl get pods {scope} -o wide",
    "NODE is filled in, and the pod leaves Pending.",
)
_SPEC: Final = look(
    "See what the pod asks of a node.",
    "kubectl get pod {name} {scope} -o yaml",
    "nodeSelector, affinity, tolerations and topologySpreadConstraints are under spec.",
)

SCHEDULING: Final[tuple[Playbook, ...]] = (
    book(
        "pod.unschedulable_resources",
        "No node has enough {lacking} left for pod {name}.",
        "The scheduler counts what the pods on a node request, not what they use. Either the request is larger than it "
        "need be (or than any node), or the nodes are full.",
        look(
            "See how much of each node is already requested.",
            "kubectl describe nodes",
            "Under 'Allocated resources', {lacking} is near 100% on every node.",
        ),
        look(
            "See which pods really use how much.",
            "kubectl top pods -A --sort-by=cpu",
            "Pods that use far less than they request are the ones to lower.",
        ),
        patch(
            "If the pod needs less than {request} of {lacking}, lower its request: put the amount in place of 100m.",
            "kubectl set resources {controller} {scope} --requests={lacking}=100m",
            "New pods ask for less, and a node takes them.",
        ),
        outside(
            "If the pod needs less than {request} of {lacking}, make {naked_pod} anew with a lower request: that of a "
            "pod cannot be changed while it waits.",
            "The new pod asks for less, and a node takes it.",
        ),
        step(
            ActionType.SCALE,
            "Make room: scale down what is not needed, or add a node of the size that the pod needs.",
            "",
            "A node has enough {lacking} that nobody has requested.",
        ),
        _PLACED,
        minutes=15,
    ),
    book(
        "pod.unschedulable_taint",
        "Pod {name} does not tolerate the taints of the nodes that could take it.",
        "A taint keeps pods off a node unless they tolerate it. It was set to keep the node for something else, or by "
        "Kubernetes itself while the node has a problem.",
        look(
            "See the taint on node {node}.",
            "kubectl describe node {node}",
            "Under Taints stands {taint}.",
        ),
        _NODES,
        patch(
            "If the pods may run there, let them tolerate it.",
            in_pods(tolerations=[{"key": "{taint_key}", "operator": "Exists"}]),
            "New pods are placed on nodes with {taint_key}.",
        ),
        patch(
            "If the taint is a left-over, take it off the node.",
            "kubectl taint nodes {node} {taint_key}-",
            "Node {node} takes any pod again.",
        ),
        _PLACED,
        minutes=10,
    ),
    book(
        "pod.unschedulable_node_affinity",
        "No node has the labels that pod {name} asks for.",
        "nodeSelector and required node affinity are conditions on a node's labels. No node meets them: a label is "
        "missing or misspelt, or the node that had it is gone.",
        look(
            "See the labels of the nodes.",
            "kubectl get nodes --show-labels",
            "No node has {selector}.",
        ),
        _SPEC,
        patch(
            "If a node should have it, label that node: put its name in place of NODE.",
            "kubectl label nodes NODE {selector}",
            "Node NODE fits, and takes the pod.",
        ),
        patch(
            "If any node will do, take the nodeSelector away.",
            in_pods(nodeSelector=None),
            "New pods are placed on any node.",
        ),
        _PLACED,
    ),
    book(
        "pod.unschedulable_pod_affinity",
        "Pod {name} cannot be near, or away from, other pods as it demands.",
        "Required pod affinity wants a node where certain pods run, anti-affinity one where they do not. With more "
        "replicas than nodes, required anti-affinity on host names leaves some replicas without a place.",
        _SPEC,
        look(
            "See on which nodes the pods of the namespace run.",
            "kubectl get pods {scope} -o wide",
            "Every node already has a pod that the rule forbids, or none has one that it wants.",
        ),
        outside(
            "Turn the rule into a preference (preferredDuringSchedulingIgnoredDuringExecution) in the pod template.",
            "The scheduler keeps to it where it can, and places the pod in any case.",
        ),
        step(
            ActionType.SCALE,
            "Where a rule allows one pod a node, have no more replicas than nodes: put the number in place of 1.",
            "kubectl scale {controller} {scope} --replicas=1",
            "No replica is left without a node.",
        ),
        _PLACED,
    ),
    book(
        "pod.unschedulable_topology",
        "Pod {name} cannot be placed without breaking its topology spread constraints.",
        "A constraint with whenUnsatisfiable: DoNotSchedule bounds how uneven the pods may lie over zones or nodes. A "
        "zone without room, or nodes without the topology label, make it impossible.",
        _SPEC,
        look(
            "See the zones of the nodes.",
            "kubectl get nodes -L topology.kubernetes.io/zone,kubernetes.io/hostname",
            "A zone that is empty or has no ready node explains it.",
        ),
        outside(
            "Let the constraint give way (whenUnsatisfiable: ScheduleAnyway) or raise its maxSkew in the pod template.",
            "The scheduler spreads as well as it can, and places the pod in any case.",
        ),
        _PLACED,
    ),
    book(
        "pod.unschedulable_volume",
        "The volume of pod {name} cannot be used from any node that could take the pod.",
        "A claim that is not bound holds its pod up; a bound volume of one zone or one node can only be used there, so "
        "the pod must go where the volume is.",
        look(
            "See whether the claim is bound, and to what.",
            "kubectl describe persistentvolumeclaim {claim} {scope}",
            "STATUS is Bound, or the events say why not.",
        ),
        look(
            "See where the volumes can be used: their node affinity.",
            "kubectl describe persistentvolumes",
            "Under 'Node Affinity' stands the zone or node that the volume is tied to.",
        ),
        _NODES,
        outside(
            "Bring up a node in the volume's zone, or drop the selector that keeps the pod away from it. A "
            "StorageClass with volumeBindingMode: WaitForFirstConsumer avoids this for new claims.",
            "A ready node with room lies where the volume is.",
        ),
        _PLACED,
        confidence=0.7,
        minutes=20,
    ),
    book(
        "pod.unschedulable_ports",
        "The host port of pod {name} is taken on every node.",
        "Two pods that want the same hostPort cannot share a node. A rolling update of such a pod also needs a free "
        "node, unless the old pod ends first.",
        _SPEC,
        look(
            "See which pods run on which nodes.",
            "kubectl get pods -A -o wide",
            "Each node has a pod that already holds the port.",
        ),
        outside(
            "Use a Service in place of the hostPort in the pod template; or have no more replicas than nodes, and end "
            "old pods first (maxSurge: 0).",
            "The pods no longer compete for a port of the node.",
        ),
        _PLACED,
    ),
    book(
        "pod.unschedulable_nodes",
        "The nodes that could take pod {name} are out of service.",
        "They are cordoned, not ready, or under pressure. Kubernetes marks such nodes with taints; to tolerate those "
        "would only hide the problem of the node.",
        _NODES,
        look(
            "Read the conditions and events of node {node}.",
            "kubectl describe node {node}",
            "The conditions say whether the kubelet is silent, or memory, disk or processes run out.",
        ),
        patch(
            "If node {node} was cordoned for work that is done, open it again.",
            "kubectl uncordon {node}",
            "STATUS of {node} is Ready, without SchedulingDisabled.",
        ),
        escalate(
            "If the node is at fault, have it mended (kubelet, disk, network) or replaced by whoever runs the nodes.",
            "Enough nodes are Ready.",
        ),
        _PLACED,
        confidence=0.7,
        minutes=20,
    ),
    book(
        "pod.unschedulable",
        "No node takes pod {name}.",
        "The scheduler's message does not fit a known cause; it lists each reason with the number of nodes it is for.",
        DESCRIBE_POD,
        _NODES,
        _SPEC,
        outside(
            "Meet the condition that the message names, or take it out of the pod template; without any node, add one.",
            "At least one ready node fulfils every condition.",
        ),
        _PLACED,
        confidence=0.5,
        minutes=20,
    ),
    book(
        "pod.scheduling_gated",
        "Pod {name} waits for its scheduling gate {gate} to be removed.",
        "A gated pod is not even considered by the scheduler. A controller (of queues or quotas, say) put the gate "
        "there and must take it away: it waits for something, or does not run.",
        DESCRIBE_POD,
        look(
            "Find the controller that owns the gate {gate}, and see whether it runs.",
            "kubectl get pods -A -o wide",
            "The controller's pods run, or do not.",
        ),
        patch(
            "If nothing will ever remove it, take the gates away by hand.",
            'kubectl patch pod {name} {scope} --type json -p \'[{{"op":"remove","path":"/spec/schedulingGates"}}]\'',
            "The scheduler places the pod.",
        ),
        _PLACED,
        confidence=0.6,
        minutes=15,
    ),
)
