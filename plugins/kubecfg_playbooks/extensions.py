"""Aggregated APIs that do not answer, and definitions of custom resources that are not served."""

from typing import Final

from kubecfg_core import ActionType, Playbook
from kubecfg_playbooks.writing import book, escalate, look, outside, patch, verify

_API: Final = look(
    "Read the conditions of the APIService.",
    "kubectl describe apiservice {name}",
    "Available is False, with the reason and the message of the last attempt.",
)
_API_SERVICE: Final = look(
    "See the Service behind it, and its ports.",
    "kubectl get service {service} -n {service_namespace} -o wide",
    "It is there with the port that the APIService names, or it is not.",
)
_API_PODS: Final = look(
    "See the pods behind the Service.",
    "kubectl get pods -n {service_namespace} -l {selector} -o wide",
    "READY and STATUS show what keeps them from serving; there may be none.",
)
_API_ENDS: Final = verify(
    "See whether it answers.", "kubectl get apiservice {name}", "AVAILABLE is True within half a minute."
)
_API_GONE: Final = outside(
    "If what served it was removed for good, have its owner delete the APIService {name} too; namespaces can then be "
    "deleted again.",
    "The API is no longer listed.",
    ActionType.DELETE,
)
_API_RENEW: Final = outside(
    "Have whatever made the certificate (cert-manager's injector, or the maker's installation) put the current CA into "
    "caBundle.",
    "caBundle holds the CA that signed what the Service serves.",
)
_CRD: Final = look(
    "Read the conditions of the definition, and how it converts.",
    "kubectl describe customresourcedefinition {name}",
    "The conditions at the end say what is refused; Conversion names the Service.",
)
_CRD_SERVICE: Final = look(
    "See the Service of the conversion webhook.",
    "kubectl get service {service} -n {service_namespace} -o wide",
    "It is there with its ports, or it is not.",
)
_CRD_OBJECTS: Final = verify(
    "See whether the objects can be read.", "kubectl get {name} -A", "They are listed without an error."
)
_CRD_INSTALL: Final = outside(
    "Install the controller of these objects again as its maker says, or correct the conversion of the definition.",
    "The Service answers to the API server's calls.",
)
EXTENSIONS: Final[tuple[Playbook, ...]] = (
    book(
        "apiservice.unavailable",
        "The aggregated API {name} does not answer.",
        "The API server passes requests for this group on to another server, which cannot be reached or answers with "
        "an error. Whatever lists every API fails meanwhile, the deletion of namespaces among it.",
        _API,
        _API_SERVICE,
        look(
            "See the pods in its namespace.",
            "kubectl get pods -n {service_namespace} -o wide",
            "The pods that serve the API are Running and ready, or are not.",
        ),
        outside(
            "Clear what the message names: a network policy or firewall between the API server and the pods, a "
            "certificate, or the program itself.",
            "The API server reaches the pods.",
        ),
        _API_GONE,
        _API_ENDS,
        minutes=20,
    ),
    book(
        "apiservice.service_missing",
        "The aggregated API {name} leads to the Service {service}, which does not exist in {service_namespace}.",
        "What served this API was removed, and its APIService was left behind (or it is not installed completely).",
        _API,
        look(
            "See the Services of that namespace.",
            "kubectl get services -n {service_namespace}",
            "{service} is not among them.",
        ),
        _API_GONE,
        outside("If the API is wanted, install what serves it again.", "The Service {service} exists."),
        verify("See the aggregated APIs.", "kubectl get apiservices", "None of them is unavailable."),
        confidence=0.9,
    ),
    book(
        "apiservice.port_missing",
        "The aggregated API {name} leads to port {port} of Service {service}, which has no such port.",
        "An APIService must name a port of the Service, not of the pods.",
        _API_SERVICE,
        patch(
            "Name a port that the Service has ({declared}), in place of 443.",
            'kubectl patch apiservice {name} --type merge -p \'{{"spec":{{"service":{{"port":443}}}}}}\'',
            "The APIService names a port of the Service.",
        ),
        _API_ENDS,
        confidence=0.9,
    ),
    book(
        "apiservice.not_ready",
        "The aggregated API {name} does not answer: no pod behind Service {service} is ready.",
        "The pods have a reason of their own for not being ready. The API follows by itself once one of them is.",
        _API_PODS,
        look(
            "Read the events of the namespace.",
            "kubectl get events -n {service_namespace} --field-selector type=Warning",
            "The newest ones name what fails.",
        ),
        outside(
            "Follow the solution of the problem at those pods; if they were scaled to 0, scale them up again.",
            "A pod behind the Service is ready.",
        ),
        _API_ENDS,
        confidence=0.85,
        minutes=20,
    ),
    book(
        "apiservice.ca_unparsable",
        "The CA bundle of the aggregated API {name} cannot be read.",
        "caBundle must be PEM certificates in base64. Without it the API server trusts nobody who serves the API.",
        _API,
        _API_RENEW,
        _API_ENDS,
        confidence=0.85,
    ),
    book(
        "apiservice.ca_expired",
        "The CA bundle of the aggregated API {name} ended on {ended}.",
        "The API server trusts no certificate that this CA has signed, so it does not reach the API.",
        _API,
        _API_RENEW,
        _API_ENDS,
        confidence=0.9,
        minutes=20,
    ),
    book(
        "apiservice.ca_expiring",
        "The CA bundle of the aggregated API {name} ends on {ends}.",
        "From then on the API server trusts no certificate that this CA has signed, and the API is gone.",
        _API,
        _API_RENEW,
        _API_ENDS,
        minutes=20,
    ),
    book(
        "crd.names_conflict",
        "The definition {name} is not served: its names are taken.",
        "Kind, plural, singular and short names must be unique within a group. The definition that was there first "
        "keeps them.",
        _CRD,
        look(
            "See the definitions of the group.",
            "kubectl api-resources --api-group={group}",
            "Another one has the name that the message tells.",
        ),
        outside(
            "Remove the definition that is not wanted, or give this one other names. Deleting a definition deletes "
            "all its objects: save them first.",
            "One definition is left that has the names.",
        ),
        verify(
            "See the condition again.", "kubectl describe customresourcedefinition {name}", "NamesAccepted is True."
        ),
        confidence=0.9,
    ),
    book(
        "crd.not_established",
        "The definition {name} is not served by the API server.",
        "Objects of {custom_kind} can be neither made nor read until the definition is established.",
        _CRD,
        outside(
            "Clear what the condition names, or apply the definition again as its maker ships it.",
            "The definition is accepted.",
        ),
        verify("See the condition again.", "kubectl describe customresourcedefinition {name}", "Established is True."),
        confidence=0.7,
    ),
    book(
        "crd.stuck_terminating",
        "The definition {name} has been deleted, and objects of {custom_kind} hold it.",
        "A definition goes when its last object is gone. Objects with a finalizer go when the controller that put it "
        "there has cleaned up: if that controller was removed first, nobody does.",
        look("See the objects that are left.", "kubectl get {name} -A", "Those that are listed have a finalizer."),
        outside(
            "Start their controller again until they are gone.",
            "The controller removes its finalizers, and the objects go.",
        ),
        escalate(
            "If the controller is gone for good, have its owner confirm that nothing outside is left to clean up, then "
            "remove the finalizers of each object.",
            "The objects are gone.",
        ),
        verify("See whether it is gone.", "kubectl get customresourcedefinitions", "{name} is no longer listed."),
        minutes=20,
    ),
    book(
        "crd.conversion_service_missing",
        "The conversion webhook of {name} leads to the Service {service}, which does not exist.",
        "Objects that are stored in one version and asked for in another cannot be read, and lists of them fail whole.",
        _CRD,
        look(
            "See the Services of that namespace.",
            "kubectl get services -n {service_namespace}",
            "{service} is not among them.",
        ),
        _CRD_INSTALL,
        _CRD_OBJECTS,
        confidence=0.9,
        minutes=20,
    ),
    book(
        "crd.conversion_port_missing",
        "The conversion webhook of {name} leads to port {port} of Service {service}, which has no such port.",
        "The definition must name a port of the Service ({declared}), not of the pods.",
        _CRD,
        _CRD_SERVICE,
        outside("Correct the port in the definition's conversion.", "It names a port of the Service."),
        _CRD_OBJECTS,
        confidence=0.9,
    ),
    book(
        "crd.conversion_not_ready",
        "The conversion webhook of {name} does not answer: no pod behind Service {service} is ready.",
        "Objects that are stored in one version and asked for in another cannot be read, and lists of them fail whole.",
        _API_PODS,
        _CRD,
        outside(
            "Follow the solution of the problem at those pods; if they were scaled to 0, scale them up again.",
            "A pod behind the Service is ready.",
        ),
        _CRD_OBJECTS,
        confidence=0.85,
        minutes=20,
    ),
    book(
        "crd.conversion_ca_unparsable",
        "The CA bundle of the conversion webhook of {name} cannot be read.",
        "caBundle must be PEM certificates in base64. Without it the API server does not trust the webhook.",
        _CRD,
        _API_RENEW,
        _CRD_OBJECTS,
    ),
    book(
        "crd.conversion_ca_expired",
        "The CA bundle of the conversion webhook of {name} ended on {ended}.",
        "The API server does not trust the webhook, so objects cannot be converted.",
        _CRD,
        _API_RENEW,
        _CRD_OBJECTS,
        confidence=0.9,
        minutes=20,
    ),
    book(
        "crd.conversion_ca_expiring",
        "The CA bundle of the conversion webhook of {name} ends on {ends}.",
        "From then on the API server does not trust the webhook, and objects cannot be converted.",
        _CRD,
        _API_RENEW,
        _CRD_OBJECTS,
        minutes=20,
    ),
)
