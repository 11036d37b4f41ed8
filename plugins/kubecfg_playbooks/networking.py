"""Playbooks of the checks in `kubecfg_analyzers.networking`: endpoints, Ingress classes and policies."""

from typing import Final

from kubecfg_core import Playbook
from kubecfg_playbooks.gateways import GATEWAYS
from kubecfg_playbooks.routes import ROUTES
from kubecfg_playbooks.writing import book, look, merge, outside, patch, verify

_CLASSES: Final = look(
    "See the classes that there are, and which of them is the default.",
    "kubectl get ingressclasses",
    "One class for each controller that is installed.",
)
_NO_DEFAULT: Final = (
    "kubectl patch ingressclass CLASS --type merge -p "
    '\'{{"metadata":{{"annotations":{{"ingressclass.kubernetes.io/is-default-class":"false"}}}}}}\''
)
_POLICIES: Final = look(
    "See the policies of the namespace and the pods that they select.",
    "kubectl get networkpolicies {scope}",
    "{name} is among them, with its selector; all policies that select a pod count together.",
)
_POLICY: Final = look(
    "Read what the policy selects and lets through.",
    "kubectl describe networkpolicy {name} {scope}",
    "PodSelector, and the rules of each direction.",
)
_SERVICE: Final = look(
    "See the Service's selector and target ports.",
    "kubectl describe service {service} {scope}",
    "TargetPort is the port of the pods that must be let in.",
)
_LET_IN: Final = verify(
    "See what is let through now.",
    "kubectl describe networkpolicy {name} {scope}",
    "The rules name who is to come in, and the port of the pods.",
)

NETWORKING: Final[tuple[Playbook, ...]] = (
    *GATEWAYS,
    *ROUTES,
    book(
        "endpointslice.pod_gone",
        "The EndpointSlice {name} of Service {service} leads to pod {pod}, which no longer exists.",
        "Requests that are sent there time out. The endpoint slice controller, a part of kube-controller-manager, "
        "should have taken the pod out within a second.",
        look(
            "See the addresses in the slice.",
            "kubectl get endpointslice {name} {scope} -o yaml",
            "{pod} is among the targets.",
        ),
        look("See the pods that there are.", "kubectl get pods {scope} -o wide", "{pod} is not among them."),
        outside(
            "See that kube-controller-manager runs and leads (its Lease in kube-system is renewed), and read its log.",
            "It writes the slices again.",
        ),
        verify(
            "See the Service's slices.",
            "kubectl get endpointslices {scope} -l kubernetes.io/service-name={service}",
            "Only addresses of pods that exist are listed.",
        ),
        minutes=15,
    ),
    book(
        "service.local_unserved",
        "Service {name} serves the own node only, and node {node} has no pod of it.",
        "With internalTrafficPolicy: Local, a request goes to a pod on the node that it comes from, or nowhere.",
        look(
            "See the Service's policy and selector.",
            "kubectl describe service {name} {scope}",
            "Internal Traffic Policy is Local.",
        ),
        look("See where its pods run.", "kubectl get pods {scope} -o wide", "None of them runs on {node}."),
        patch(
            "Let it send to pods on any node, unless it must not.",
            merge("service {name}", {"spec": {"internalTrafficPolicy": "Cluster"}}),
            "Requests from {node} are answered.",
        ),
        outside(
            "If it must stay on the node, run its pods on every node (a DaemonSet).",
            "Each node with clients has a pod of it.",
        ),
        verify("See the policy.", "kubectl describe service {name} {scope}", "The policy and the pods fit together."),
        confidence=0.85,
    ),
    book(
        "ingressclass.several_defaults",
        "{count} IngressClasses claim to be the default.",
        "An Ingress without a class is refused then, or gets the newest of them: newer versions choose, older ones "
        "refuse.",
        _CLASSES,
        patch(
            "If {name} is right, let {other_name} no longer be a default.",
            _NO_DEFAULT.replace("CLASS", "{other_name}"),
            "One default less.",
        ),
        patch(
            "If {other_name} is right, let {name} no longer be a default.",
            _NO_DEFAULT.replace("CLASS", "{name}"),
            "One default less.",
        ),
        verify("See that one is left.", "kubectl get ingressclasses -o yaml", "One class has the mark of the default."),
        confidence=0.95,
        minutes=5,
    ),
    book(
        "ingressclass.controller_not_ready",
        "The controller of IngressClass {name} has no ready pod: {ingresses} Ingresses are not served.",
        "Ingresses are rules alone; the controller's pods answer the requests. None of them is ready, so every host of "
        "the class is down.",
        look(
            "See the controller's pods.",
            "kubectl get pods -n {pod_namespace} -o wide",
            "READY and STATUS show what keeps them from serving.",
        ),
        look(
            "Read why its pod {pod} is not ready ({pod_code}).",
            "kubectl describe pod {pod} -n {pod_namespace}",
            "The events at the end say what fails.",
        ),
        outside("Follow the solution of the problem at that pod.", "A pod of the controller is ready."),
        verify("See the Ingresses.", "kubectl get ingresses -A", "ADDRESS is filled in."),
        confidence=0.85,
        minutes=15,
    ),
    book(
        "networkpolicy.selects_nothing",
        "NetworkPolicy {name} selects no pod.",
        "A policy protects the pods that its selector matches, in its own namespace alone. One that matches none "
        "protects nothing, and nobody notices.",
        look("See the labels of the pods.", "kubectl get pods {scope} --show-labels", "None has all that is selected."),
        _POLICY,
        patch(
            "If the pods with {label}={actual} were meant, let the policy select that.",
            merge("networkpolicy {name}", {"spec": {"podSelector": {"matchLabels": {"{label}": "{actual}"}}}}),
            "The policy selects the pods.",
        ),
        outside(
            "If it is left over from something that was removed, have it removed too.",
            "Every policy selects pods.",
        ),
        verify("See what it selects.", "kubectl describe networkpolicy {name} {scope}", "PodSelector fits the pods."),
        confidence=0.75,
    ),
    book(
        "networkpolicy.not_enforced",
        "NetworkPolicy {name} has no effect: {plugin} enforces no policies.",
        "NetworkPolicies are accepted by every API server, and enforced by the network plugin alone. Flannel by itself "
        "enforces none, so all pods may reach each other, whatever the policies say.",
        look(
            "See which network plugin runs.",
            "kubectl get daemonsets -A -o wide",
            "Only {plugin} in {plugin_namespace}, and nothing that enforces policies.",
        ),
        look("See what was meant to be protected.", "kubectl get networkpolicies -A", "All policies without effect."),
        outside(
            "Add something that enforces policies beside it (kube-network-policies, Calico for policies alone), or "
            "move to a plugin that does. Try it in a test cluster first: all policies take effect at once.",
            "The policies are enforced.",
        ),
        verify(
            "See that something enforces them now.",
            "kubectl get daemonsets -A -o wide",
            "The enforcing DaemonSet is ready on every node.",
        ),
        confidence=0.8,
    ),
    book(
        "networkpolicy.blocks_dns",
        "NetworkPolicy {name} lets pod {pod} reach other pods, but not the cluster's DNS.",
        "Once a policy of type Egress selects a pod, only what some policy names is let out. Names are looked up at "
        "port 53 of the DNS pods in kube-system, which none names.",
        _POLICY,
        _POLICIES,
        look("See the labels of the DNS pods.", "kubectl get pods -n kube-system --show-labels", "Those of the DNS."),
        outside(
            "Add an egress rule to the policy: to namespaceSelector kubernetes.io/metadata.name=kube-system, ports 53 "
            "of UDP and TCP (and the port that the DNS pods listen on, where that is another).",
            "The pods may look names up.",
        ),
        verify("See what is let out now.", "kubectl describe networkpolicy {name} {scope}", "Port 53 is among it."),
        confidence=0.85,
    ),
    book(
        "networkpolicy.blocks_service",
        "Nobody may reach the pods of Service {service}: NetworkPolicy {name} closes them, and none opens them.",
        "A policy that selects a pod closes it to everything that no policy names. That is right for pods that serve "
        "nobody, but these have a Service.",
        _POLICY,
        _POLICIES,
        _SERVICE,
        outside(
            "Add a policy that lets the clients of {service} in, at port {port} of the pods.",
            "The clients are let in.",
        ),
        _LET_IN,
        confidence=0.75,
    ),
    book(
        "networkpolicy.blocks_port",
        "The policies for the pods of Service {service} let nobody in at port {port}.",
        "A rule's port is the port of the pod, which is the Service's targetPort. Naming the Service's own port is the "
        "common mistake.",
        _POLICY,
        _SERVICE,
        outside("Let the ingress rule name port {port}.", "The rule names the port of the pods."),
        _LET_IN,
        confidence=0.85,
    ),
    book(
        "networkpolicy.blocks_ingress",
        "The pods of Service {service} do not let the controller of Ingress {ingress} in.",
        "The Ingress controller's pods send the requests on to the pods behind the Service, from another namespace. "
        "The policies name others alone, so requests from outside time out.",
        _POLICY,
        _POLICIES,
        _SERVICE,
        outside(
            "Add an ingress rule: from namespaceSelector kubernetes.io/metadata.name={controller_namespace}.",
            "The controller is let in.",
        ),
        _LET_IN,
        confidence=0.8,
    ),
)
