"""Services that lead nowhere."""

from typing import Final

from kubecfg_core import ActionType, Playbook
from kubecfg_playbooks.writing import book, escalate, look, merge, outside, patch, step, verify

_PODS_LABELS: Final = look(
    "See the labels of the namespace's pods.",
    "kubectl get pods {scope} --show-labels",
    "No pod has all of {selector}.",
)
_ENDPOINTS: Final = verify(
    "See whether the Service leads to pods now.",
    "kubectl get endpointslices {scope} -l kubernetes.io/service-name={name}",
    "ENDPOINTS lists the addresses of the pods.",
)
_SERVICE: Final = look(
    "See the Service's selector and ports.",
    "kubectl describe service {name} {scope}",
    "Selector, Port and TargetPort are what they should be, or are not; Endpoints is empty.",
)
_BAD_POD: Final = look(
    "Read why its pod {pod} is not ready ({pod_code}).",
    "kubectl describe pod {pod} {scope}",
    "The events at the end say what fails.",
)
_PORTS_OF_PODS: Final = look(
    "See the ports that the pods' containers declare.",
    "kubectl get pods {scope} -o yaml",
    "Under ports stand names and numbers, {target_port} not among them.",
)

SERVICES: Final[tuple[Playbook, ...]] = (
    book(
        "service.no_matching_pods",
        "Service {name} selects {selector}, and no pod has these labels.",
        "A Service leads to the pods that carry every label of its selector. One that matches none drops every "
        "connection. Either a label is misspelt on one side, or the pods were never made.",
        _PODS_LABELS,
        patch(
            "The pods nearest to it have {label}={actual}: let the Service select that.",
            merge("service {name}", {"spec": {"selector": {"{label}": "{actual}"}}}),
            "The selector matches the pods of {nearest}.",
        ),
        outside(
            "Or, if the Service is right, put {label}={wanted} on the pod template of the workload.",
            "New pods carry the label.",
        ),
        outside(
            "If the pods were never made or lie in another namespace, deploy them here, or move the Service to them.",
            "Pods with {selector} run in {namespace}.",
        ),
        _ENDPOINTS,
        confidence=0.85,
    ),
    book(
        "service.no_running_pods",
        "Nothing runs behind Service {name}: what {selector} matches has ended, or is not made.",
        "The Service is in order; the workload behind it makes no pods that stay, or was scaled down.",
        look(
            "See the workload behind it.",
            "kubectl describe {workload_kind} {workload} {scope}",
            "The number of replicas is 0, or events say why no pod is made.",
        ),
        look(
            "See the pods that match.",
            "kubectl get pods {scope} -l {selector}",
            "They are Completed or Error, or there are none.",
        ),
        step(
            ActionType.SCALE,
            "If it was scaled to 0 and is wanted again, put the number of replicas in place of 1.",
            "kubectl scale {controller} {scope} --replicas=1",
            "Pods are made.",
        ),
        outside(
            "Have the pods made anew, by what made them, or by a Deployment that keeps them.",
            "A pod that matches {selector} is Running.",
            unless="controller",
        ),
        _ENDPOINTS,
        minutes=10,
    ),
    book(
        "service.no_ready_pods",
        "Service {name} has {total} pods and none is ready, so it refuses every connection.",
        "The selector is right. Each pod has a reason of its own for not being ready, which is the thing to mend; the "
        "Service follows by itself within seconds.",
        look(
            "See the pods behind it.",
            "kubectl get pods {scope} -l {selector}",
            "READY shows 0 of the containers, STATUS names the trouble.",
        ),
        _BAD_POD,
        outside(
            "Clear what is wrong at pod {pod} ({pod_code}), as its own solution says.",
            "The pod becomes ready, or is replaced by one that does.",
        ),
        step(
            ActionType.ROLLBACK,
            "If this began with the last rollout, go back to the version that worked.",
            "kubectl rollout undo {controller} {scope}",
            "The previous version's pods become ready.",
        ),
        _ENDPOINTS,
        minutes=15,
    ),
    book(
        "service.some_not_ready",
        "Only {ready} of the {total} pods of Service {name} are ready.",
        "The Service sends everything to the pods that are ready: it works, with less in reserve.",
        look(
            "See the pods behind it.",
            "kubectl get pods {scope} -l {selector} -o wide",
            "READY and STATUS show which ones are not ready, NODE where they are.",
        ),
        _BAD_POD,
        outside(
            "Follow the solution of the problem at that pod.",
            "The pod becomes ready, or is replaced by one that does.",
        ),
        _ENDPOINTS,
        confidence=0.7,
        minutes=15,
    ),
    book(
        "service.named_port",
        "Service {name} leads port {port} to the port named {target_port}, which no container declares.",
        "A target port that is a name is looked up in each pod. Where no container declares it, the pod gets nothing.",
        _SERVICE,
        _PORTS_OF_PODS,
        patch(
            "Lead it to a port that is declared ({declared}): put its number in place of 8080.",
            merge("service {name}", {"spec": {"ports": [{"port": "#{port}", "targetPort": 8080}]}}),
            "The Service leads to that port.",
        ),
        outside(
            "Or give the container's port the name {target_port} in the pod template.",
            "New pods declare a port named {target_port}.",
        ),
        _ENDPOINTS,
        confidence=0.9,
    ),
    book(
        "service.undeclared_port",
        "Service {name} leads port {port} to {target_port}, but its pods declare {declared}.",
        "Declaring a port is not needed for it to work, so this may be right; but where other ports are declared and "
        "this one is not, connections are most often refused.",
        _SERVICE,
        _PORTS_OF_PODS,
        patch(
            "If nothing listens on {target_port}, lead to the port that is served: put its number in place of 8080.",
            merge("service {name}", {"spec": {"ports": [{"port": "#{port}", "targetPort": 8080}]}}),
            "Connections through the Service are answered.",
        ),
        outside(
            "If the program does listen on {target_port}, declare it in the pod template, so that people can see it.",
            "The template lists {target_port} under ports.",
        ),
        confidence=0.6,
    ),
    book(
        "service.loadbalancer_pending",
        "Service {name} has waited for an external address for {minutes} min.",
        "A Service of type LoadBalancer gets its address from the cloud's controller, or from one like MetalLB. Where "
        "none runs, it waits for ever; where one runs, its events say what the cloud refuses.",
        look(
            "Read the events of the Service.",
            "kubectl describe service {name} {scope}",
            "A warning quotes the cloud (quota, subnet, rights), or there is none at all.",
        ),
        look(
            "See whether a controller for load balancers runs.",
            "kubectl get pods -A -o wide",
            "A cloud-controller-manager or MetalLB is Running, or is missing.",
        ),
        patch(
            "If the cluster has no such controller, use a port of the nodes in its place.",
            merge("service {name}", {"spec": {"type": "NodePort"}}),
            "The Service is reached at any node's address, on the port that it shows.",
        ),
        escalate(
            "Have what the cloud refuses cleared, or a controller installed.",
            "EXTERNAL-IP shows an address.",
        ),
        verify("See the address.", "kubectl get service {name} {scope}", "EXTERNAL-IP is no longer <pending>."),
        confidence=0.7,
        minutes=20,
    ),
    book(
        "service.externalname_self",
        "Service {name} is an alias for itself.",
        "An ExternalName is answered by DNS with another name. This one points back to the Service ({host}), so that "
        "looking it up never ends.",
        _SERVICE,
        patch(
            "Name the host outside that was meant, in place of HOST.",
            merge("service {name}", {"spec": {"externalName": "HOST"}}),
            "The name resolves to that host.",
        ),
        verify(
            "See the alias.",
            "kubectl get service {name} {scope}",
            "EXTERNAL-IP shows the host outside.",
        ),
        confidence=0.9,
        minutes=5,
    ),
    book(
        "service.stale_endpoints",
        "Service {name} has {ready} ready pods, and leads to {listed} of them only.",
        "The endpoints controller writes the addresses of ready pods into EndpointSlices, within seconds. When it lags "
        "for long, it does not run, is overloaded, or a hand-made slice stands in its way.",
        look(
            "See what the Service leads to.",
            "kubectl get endpointslices {scope} -l kubernetes.io/service-name={name}",
            "The address of {pod} is missing.",
        ),
        look(
            "See the pod's labels, address and readiness.",
            "kubectl get pod {pod} {scope} -o wide --show-labels",
            "It is ready, and its labels match the selector.",
        ),
        look(
            "See whether the controller manager runs.",
            "kubectl get pods -n kube-system -o wide",
            "Its pods are Running and ready (a managed control plane does not show them).",
        ),
        escalate("Hand it to whoever runs the control plane.", "The slices list every ready pod."),
        _ENDPOINTS,
        confidence=0.6,
        minutes=15,
    ),
)
