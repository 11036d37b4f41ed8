"""Ingresses that lead nowhere, or are not served."""

from typing import Final

from kubecfg_core import ActionType, Playbook
from kubecfg_playbooks.writing import book, delete, look, merge, outside, patch, verify

_DESCRIBE: Final = look(
    "Read the rules, the backends and the events of the Ingress.",
    "kubectl describe ingress {name} {scope}",
    "Each path shows its backend, and (in brackets) the addresses that it leads to.",
)


def _replace(field: str, value: str) -> str:
    """The command that puts a value in the place of a field of the Ingress."""
    change = f'[{{{{"op":"replace","path":"{field}","value":{value}}}}}]'
    return f"kubectl patch ingress {{name}} {{scope}} --type json -p '{change}'"


_SERVED: Final = verify(
    "See what the Ingress serves now.",
    "kubectl describe ingress {name} {scope}",
    "Its TLS line names the Secret and the hosts, and no event tells of a fault.",
)
_SERVICES: Final = look(
    "See the Services of the namespace and their ports.",
    "kubectl get services {scope}",
    "{service} and its ports are as the Ingress says, or are not.",
)
_LEADS: Final = verify(
    "See whether the backend has addresses now.",
    "kubectl describe ingress {name} {scope}",
    "Behind the backend stand addresses in place of an error.",
)
_CLASSES: Final = look(
    "See the classes that there are, and which of them is the default.",
    "kubectl get ingressclasses",
    "One class for each controller that is installed.",
)
_USE_CLASS: Final = patch(
    "Let it use {nearest}.",
    merge("ingress {name}", {"spec": {"ingressClassName": "{nearest}"}}),
    "The controller of {nearest} takes the Ingress.",
)
_ADDRESS: Final = verify(
    "See whether a controller has taken it.",
    "kubectl get ingress {name} {scope}",
    "CLASS is {nearest}, and ADDRESS is filled in within a minute or two.",
)
_SECRETS: Final = look(
    "See the TLS Secrets of the namespace, by name alone.",
    "kubectl get secrets {scope} --field-selector type=kubernetes.io/tls",
    "{secret} is among them, or is not.",
)
_SECRET: Final = look(
    "See the Secret's type and how many keys it has; the values are not shown.",
    "kubectl get secret {secret} {scope} --show-labels",
    "TYPE is kubernetes.io/tls and DATA is 2; a label may name what keeps it.",
)
_NEW_FILES: Final = outside(
    "Get a certificate chain and its private key from the issuer, and put both into the Secret {secret}: "
    "'kubectl create secret tls' with --dry-run=client -o yaml writes the object to apply.",
    "{secret} holds a valid certificate for the hosts, with its own key.",
)

INGRESSES: Final[tuple[Playbook, ...]] = (
    book(
        "ingress.service_missing",
        "Ingress {name} leads to the Service {service}, which does not exist in {namespace}.",
        "Requests for these paths are answered with 503 or 404 by the controller. An Ingress can only lead to Services "
        "of its own namespace.",
        _SERVICES,
        _DESCRIBE,
        patch(
            "If Service {nearest} was meant, let the backend name it.",
            _replace("{field}/name", '"{nearest}"'),
            "The backend names a Service that exists.",
        ),
        outside(
            "If Service {nearest} was meant, correct the backends' name in the Ingress.",
            "The backends name a Service that exists.",
            unless="field",
        ),
        outside(
            "If it is truly missing, make the Service {service} for the pods that should answer.",
            "Service {service} exists and has endpoints.",
        ),
        _LEADS,
        confidence=0.9,
    ),
    book(
        "ingress.service_port_missing",
        "Ingress {name} leads to port {port} of Service {service}, which has {declared} only.",
        "The backend must name a port of the Service (not of the pods), by its number or its name.",
        _SERVICES,
        _DESCRIBE,
        patch(
            "Let the backend name the only port of {service}, {only_port}.",
            _replace("{field}/port", '{{"number":{only_port}}}'),
            "The backend names a port that {service} has.",
        ),
        outside(
            "Let the backend name port {nearest} of {service} in the Ingress.",
            "The backend names a port that {service} has.",
            unless="only_port",
        ),
        outside(
            "Or give Service {service} the port {port}.",
            "{service} has the port {port}, leading to a port of its pods.",
        ),
        _LEADS,
        confidence=0.9,
    ),
    book(
        "ingress.class_missing",
        "Ingress {name} wants the class {ingress_class}, which does not exist.",
        "A controller takes only Ingresses of its own class. With a class that nobody has, none takes it: no address, "
        "no traffic, no event.",
        _CLASSES,
        _USE_CLASS,
        outside(
            "If {ingress_class} was meant, install the controller that serves it, with its IngressClass.",
            "The IngressClass {ingress_class} exists, and its controller runs.",
        ),
        _ADDRESS,
        confidence=0.9,
    ),
    book(
        "ingress.no_class",
        "Ingress {name} names no class, and no class is the default: nobody serves it.",
        "An Ingress without a class belongs to the default class. Where none is marked so, most controllers leave it "
        "alone.",
        _CLASSES,
        _DESCRIBE,
        _USE_CLASS,
        patch(
            "Or make {nearest} the default for every Ingress that names none.",
            "kubectl annotate ingressclass {nearest} ingressclass.kubernetes.io/is-default-class=true",
            "New Ingresses without a class get {nearest}.",
        ),
        _ADDRESS,
        confidence=0.85,
    ),
    book(
        "ingress.tls_secret_missing",
        "Ingress {name} wants the TLS Secret {secret}, which does not exist in {namespace}.",
        "The controller then serves its own default certificate, which browsers refuse. The Secret must lie in the "
        "Ingress' own namespace.",
        _SECRETS,
        outside(
            "If Secret {nearest} was meant, correct secretName in the Ingress.",
            "The Ingress names a Secret that exists.",
        ),
        look(
            "cert-manager should make it: see why it has not.",
            "kubectl describe certificate {certificate} {scope}",
            "The conditions and events name what the issuer waits for.",
        ),
        outside(
            "If it is truly missing, make it with 'kubectl create secret tls', where the PEM files of the certificate "
            "chain and its key are.",
            "Secret {secret} exists.",
            ActionType.CREATE,
        ),
        _SERVED,
        confidence=0.9,
    ),
    book(
        "ingress.tls_secret_unusable",
        "Ingress {name} uses the Secret {secret}, which holds no usable {key}.",
        "Controllers read tls.crt and tls.key of a Secret of type kubernetes.io/tls. With anything else they serve "
        "their own default certificate, which browsers refuse.",
        _SECRET,
        _SECRETS,
        _NEW_FILES,
        _SERVED,
        confidence=0.85,
    ),
    book(
        "ingress.tls_expired",
        "The certificate that Ingress {name} serves for {host} ended on {ended}, {days} days ago.",
        "Browsers and clients refuse the connection. The certificate in Secret {secret} has to be renewed by its "
        "issuer; whoever renews it automatically has failed for some time.",
        _SECRET,
        look(
            "cert-manager keeps it: see why it was not renewed.",
            "kubectl describe certificate {certificate} {scope}",
            "The conditions and events name what the issuer waits for.",
        ),
        _NEW_FILES,
        _SERVED,
        confidence=0.9,
        minutes=20,
    ),
    book(
        "ingress.tls_host_mismatch",
        "The certificate in Secret {secret} is not for {host}, which Ingress {name} serves with it.",
        "It covers {names}. Clients that ask for {host} refuse it.",
        _SECRET,
        _SECRETS,
        outside(
            "Have a certificate issued that covers {host}, or serve this host with a Secret that does.",
            "The names of the certificate cover {host}.",
        ),
        _SERVED,
        confidence=0.85,
        minutes=20,
    ),
    book(
        "ingress.duplicate_path",
        "Ingress {name} and {other} both claim {host}{path}.",
        "Which of the two answers is up to the controller: most prefer the older one, some refuse the newer, and the "
        "other is dead weight that comes alive when the first is removed.",
        _DESCRIBE,
        look(
            "Read the rules of the other one.",
            "kubectl describe ingress {other_name} -n {other_namespace}",
            "The same host and path stand there.",
        ),
        outside(
            "Take the rule out of the one that should not answer, or give it a path of its own.",
            "Each host and path is claimed once.",
        ),
        delete(
            "If this whole Ingress is a left-over, delete it.",
            "kubectl delete ingress {name} {scope}",
            "{other} alone serves the path.",
        ),
        confidence=0.75,
    ),
    book(
        "ingress.backend_not_ready",
        "Nothing is ready behind Service {service}, to which Ingress {name} leads: requests get 503.",
        "The Ingress is in order, and so is the name of its backend. What is wrong is named at the Service "
        "({service_code}) and at its pods; the Ingress recovers with them.",
        look(
            "See the Service and what it leads to.",
            "kubectl describe service {service} {scope}",
            "Endpoints is empty.",
        ),
        look(
            "See the pods behind it.",
            "kubectl get pods {scope} -l {selector} -o wide",
            "READY and STATUS name the trouble, or there is no such pod.",
        ),
        outside(
            "Follow the solution of the problem at Service {service}.",
            "The Service has endpoints.",
        ),
        verify(
            "See whether the Service leads to pods now.",
            "kubectl get endpointslices {scope} -l kubernetes.io/service-name={service}",
            "ENDPOINTS lists the addresses of the pods.",
        ),
        minutes=15,
    ),
    book(
        "ingress.no_address",
        "Ingress {name} has got no address from the controller of {ingress_class}.",
        "The controller of a class writes its address into each Ingress that it serves. Others of the class have one, "
        "so it runs, and does not take this one: a rule or an annotation that it refuses, a namespace that it does not "
        "watch, or a limit of the cloud.",
        look(
            "Read its events.",
            "kubectl describe ingress {name} {scope}",
            "The events at the end say what the controller refuses.",
        ),
        look("See the controller's pods.", "kubectl get pods -A -o wide", "Those of the Ingress controller are ready."),
        outside(
            "Read the controller's log for the name of the Ingress, and mend what it names.",
            "The log no longer names it.",
        ),
        verify("See its address.", "kubectl get ingress {name} {scope}", "ADDRESS is filled in."),
        confidence=0.7,
    ),
)
