"""Pods that no node takes."""

from typing import Final

from kubecfg_core import ActionType, Playbook
from kubecfg_playbooks.placement import NODES, PLACED, SPEC
from kubecfg_playbooks.writing import (
    DESCRIBE_POD,
    book,
    escalate,
    in_pods,
    look,
    outside,
    patch,
    step,
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
        look(
            "See what could leave {freed_node}: {shortage} of {lacking} less requested there is enough.",
            "kubectl get pods -A -o wide --field-selector spec.nodeName={freed_node}",
            "A pod that can go elsewhere, or is not needed, is among them.",
        ),
        patch(
            "If {container} can do with it, lower its request to {fits_request}: the pod then fits on {fits_node}.",
            "kubectl set resources {controller} {scope} -c {container} --requests={lacking}={fits_request}",
            "New pods ask for less, and {fits_node} takes one; each further replica needs as much room again.",
        ),
        outside(
            "If {container} can do with {fits_request} of {lacking}, make {naked_pod} anew with that request, and "
            "{fits_node} takes it: the request of a pod cannot be changed while it waits.",
            "The new pod asks for less, and a node takes it.",
        ),
        patch(
            "If the pod needs less than {lower_below} of {lacking}, lower its request: put it in place of 100m.",
            "kubectl set resources {controller} {scope} --requests={lacking}=100m",
            "New pods ask for less, and a node takes them.",
        ),
        outside(
            "If the pod needs less than {lower_below} of {lacking}, make {naked_pod} anew with a lower request: that "
            "of a pod cannot be changed while it waits.",
            "The new pod asks for less, and a node takes it.",
        ),
        step(
            ActionType.SCALE,
            "Make room: scale down what is not needed, or add a node of the size that the pod needs.",
            "",
            "A node has enough {lacking} that nobody has requested.",
        ),
        PLACED,
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
        NODES,
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
        outside(
            "Let the pod tolerate the taint of a node that it may run on, or have a taint that is left over taken off.",
            "At least one ready node has no taint that the pod does not tolerate.",
            unless="controller",
        ),
        PLACED,
        minutes=10,
    ),
    book(
        "pod.unschedulable_nodes",
        "The nodes that could take pod {name} are out of service.",
        "They are cordoned, not ready, or under pressure. Kubernetes marks such nodes with taints; to tolerate those "
        "would only hide the problem of the node.",
        NODES,
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
        PLACED,
        confidence=0.7,
        minutes=20,
    ),
    book(
        "pod.unschedulable",
        "No node takes pod {name}.",
        "The scheduler's message does not fit a known cause; it lists each reason with the number of nodes it is for.",
        DESCRIBE_POD,
        NODES,
        SPEC,
        outside(
            "Meet the condition that the message names, or take it out of the pod template; without any node, add one.",
            "At least one ready node fulfils every condition.",
        ),
        PLACED,
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
        PLACED,
        confidence=0.6,
        minutes=15,
    ),
)
