"""Pods that no node takes for where they want to be: labels, neighbours, zones, volumes, ports."""

from typing import Final

from kubecfg_core import ActionType, Playbook
from kubecfg_playbooks.writing import book, in_pods, look, outside, patch, step, verify

NODES: Final = look(
    "See the nodes and whether they are ready.",
    "kubectl get nodes -o wide",
    "STATUS is Ready; SchedulingDisabled marks a node that takes no new pods.",
)
PLACED: Final = verify(
    "See whether the pods have a node now.",
    "kubectl get pods {scope} -o wide",
    "NODE is filled in, and the pod leaves Pending.",
)
SPEC: Final = look(
    "See what the pod asks of a node.",
    "kubectl get pod {name} {scope} -o yaml",
    "nodeSelector, affinity, tolerations and topologySpreadConstraints are under spec.",
)

PLACEMENT: Final[tuple[Playbook, ...]] = (
    book(
        "pod.unschedulable_node_affinity",
        "No node has the labels that pod {name} asks for.",
        "nodeSelector and required node affinity are conditions on a node's labels. No node meets them: a label is "
        "missing or misspelt, or the node that had it is gone.",
        look(
            "See the labels of the nodes.",
            "kubectl get nodes --show-labels",
            "No ready node has all that the pod asks for; one that should have it can be given it with kubectl label.",
        ),
        SPEC,
        patch(
            "If node {fits_node} should have it, label it: nothing else keeps the pod off it.",
            "kubectl label nodes {fits_node} {node_label}",
            "Node {fits_node} fits, and takes the pod.",
        ),
        patch(
            "If any node will do, take the nodeSelector away.",
            in_pods(nodeSelector=None),
            "New pods are placed on any node.",
        ),
        outside(
            "Correct the nodeSelector or the affinity and make {naked_pod} anew: that of a pod can hardly be changed.",
            "A node has the labels that the new pod asks for.",
        ),
        PLACED,
    ),
    book(
        "pod.unschedulable_pod_affinity",
        "Pod {name} cannot be near, or away from, other pods as it demands.",
        "Required pod affinity wants a node where certain pods run, anti-affinity one where they do not. With more "
        "replicas than nodes, required anti-affinity on host names leaves some replicas without a place.",
        SPEC,
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
        PLACED,
    ),
    book(
        "pod.unschedulable_topology",
        "Pod {name} cannot be placed without breaking its topology spread constraints.",
        "A constraint with whenUnsatisfiable: DoNotSchedule bounds how uneven the pods may lie over zones or nodes. A "
        "zone without room, or nodes without the topology label, make it impossible.",
        SPEC,
        look(
            "See the zones of the nodes.",
            "kubectl get nodes -L topology.kubernetes.io/zone,kubernetes.io/hostname",
            "A zone that is empty or has no ready node explains it.",
        ),
        outside(
            "Let the constraint give way (whenUnsatisfiable: ScheduleAnyway) or raise its maxSkew in the pod template.",
            "The scheduler spreads as well as it can, and places the pod in any case.",
        ),
        PLACED,
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
        NODES,
        outside(
            "Bring up a node in the volume's zone, or drop the selector that keeps the pod away from it. A "
            "StorageClass with volumeBindingMode: WaitForFirstConsumer avoids this for new claims.",
            "A ready node with room lies where the volume is.",
        ),
        PLACED,
        confidence=0.7,
        minutes=20,
    ),
    book(
        "pod.unschedulable_ports",
        "The host port of pod {name} is taken on every node.",
        "Two pods that want the same hostPort cannot share a node. A rolling update of such a pod also needs a free "
        "node, unless the old pod ends first.",
        SPEC,
        look(
            "See what holds port {port} of {node}, and whether it is needed.",
            "kubectl get pod {holder} -n {holder_namespace} -o wide",
            "An older pod of the same workload, or another one that uses the port.",
        ),
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
        PLACED,
    ),
)
