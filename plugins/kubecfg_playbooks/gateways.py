"""Classes of gateways, and gateways, that nobody serves."""

from typing import Final

from kubecfg_core import Playbook
from kubecfg_playbooks.writing import book, look, outside, patch, verify

_CLASS: Final = look(
    "Read the conditions of the class.",
    "kubectl describe gatewayclass {name}",
    "Accepted says whether the controller {gateway_controller} has taken it, and why not.",
)
_CLASS_TAKEN: Final = verify("See whether it is taken.", "kubectl get gatewayclass {name}", "ACCEPTED is True.")
_GATEWAY: Final = look(
    "Read the listeners and conditions of the gateway.",
    "kubectl describe gateway {name} {scope}",
    "Each listener has conditions of its own, with a reason and a message.",
)
_SERVES: Final = verify("See whether it serves.", "kubectl get gateway {name} {scope}", "PROGRAMMED is True.")
GATEWAYS: Final[tuple[Playbook, ...]] = (
    book(
        "gatewayclass.not_accepted",
        "The controller {gateway_controller} does not accept GatewayClass {name}.",
        "No gateway of the class is served until its controller accepts it. Most often its parameters are wrong, or "
        "the installed version of the Gateway API does not fit the controller.",
        _CLASS,
        outside(
            "Correct what the message names: the parameters that the class refers to, or the version.",
            "It is accepted.",
        ),
        _CLASS_TAKEN,
        confidence=0.7,
    ),
    book(
        "gatewayclass.no_controller",
        "No controller has taken GatewayClass {name}.",
        "A class only names its controller, {gateway_controller}. Where that does not run, nobody serves its gateways.",
        _CLASS,
        look(
            "See whether the controller runs.",
            "kubectl get pods -A -o wide",
            "Its pods are Running, or there are none.",
        ),
        outside("Install the controller, or use the class of one that is installed.", "A controller takes the class."),
        _CLASS_TAKEN,
        confidence=0.8,
        minutes=20,
    ),
    book(
        "gateway.class_missing",
        "Gateway {name} names the GatewayClass {gateway_class}, which does not exist.",
        "The class tells which controller serves the gateway: without it, none does.",
        look("See the classes that there are.", "kubectl get gatewayclasses", "{gateway_class} is not among them."),
        patch(
            "If {nearest} was meant, name that.",
            'kubectl patch gateway {name} {scope} --type merge -p \'{{"spec":{{"gatewayClassName":"{nearest}"}}}}\'',
            "The gateway names a class that exists.",
        ),
        outside("Or make the class, as the maker of the controller says.", "{gateway_class} exists."),
        _SERVES,
        confidence=0.9,
    ),
    book(
        "gateway.certificate_missing",
        "The certificate of listener {listener} of Gateway {name} should be in Secret {secret}, which is not there.",
        "The listener does not serve TLS until the Secret is there.",
        look(
            "See the TLS Secrets of that namespace, by name alone.",
            "kubectl get secrets -n {secret_namespace} --field-selector type=kubernetes.io/tls",
            "{secret} is not among them.",
        ),
        _GATEWAY,
        outside(
            "Let cert-manager make it, or have the certificate and its key put into the Secret {secret}; or correct "
            "the name in the listener.",
            "The listener names a Secret that exists.",
        ),
        _SERVES,
        confidence=0.9,
    ),
    book(
        "gateway.certificate_not_granted",
        "Gateway {name} may not use the Secret {secret} of namespace {secret_namespace}.",
        "What lies in another namespace may be referred to only where a ReferenceGrant in that namespace allows it.",
        look(
            "See the grants of that namespace.",
            "kubectl get referencegrants -n {secret_namespace} -o yaml",
            "None is from Gateways of {namespace} to Secrets.",
        ),
        _GATEWAY,
        outside(
            "Have the owner of {secret_namespace} make a ReferenceGrant from Gateways of {namespace} to the Secret.",
            "The grant is there.",
        ),
        _SERVES,
        confidence=0.9,
    ),
    book(
        "gateway.not_accepted",
        "The controller of class {gateway_class} does not accept Gateway {name}.",
        "The gateway is served by nobody until it is accepted; the condition says what is wrong with it.",
        _GATEWAY,
        outside("Correct what the message names.", "The gateway is accepted."),
        _SERVES,
        confidence=0.7,
    ),
    book(
        "gateway.not_programmed",
        "Gateway {name} is accepted, but nothing serves it.",
        "The controller could not set up what is to answer: a load balancer, an address, its own pods.",
        _GATEWAY,
        look(
            "Read the warnings of the namespace.",
            "kubectl get events {scope} --field-selector type=Warning",
            "One names it.",
        ),
        outside("Clear what the message names; the controller's log says more.", "The gateway has an address."),
        _SERVES,
        confidence=0.6,
        minutes=20,
    ),
    book(
        "gateway.listener_invalid",
        "Listener {listener} of Gateway {name} does not work.",
        "Each listener is judged by itself: the others may serve while this one does not.",
        _GATEWAY,
        outside("Correct what the message names in the listener {listener}.", "The listener's conditions are True."),
        _SERVES,
        confidence=0.7,
    ),
)
