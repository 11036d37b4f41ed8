"""Admission webhooks that cannot be called."""

from typing import Final

from kubecfg_core import ActionType, Playbook
from kubecfg_playbooks.writing import book, look, merge, outside, patch, verify

_CONFIGURATION: Final = look(
    "See what the webhook is asked about, and what happens while it does not answer.",
    "kubectl describe {resource} {name}",
    "{webhook} stands there with its rules, its Service and its failure policy.",
)
_SERVICES: Final = look(
    "See the Services of that namespace and their ports.",
    "kubectl get services -n {service_namespace}",
    "{service} is as the webhook names it, or is not.",
)
_PODS: Final = look(
    "See the pods behind the Service.",
    "kubectl get pods -n {service_namespace} -l {selector} -o wide",
    "READY and STATUS show what keeps them from serving; there may be none.",
)
_PASS: Final = patch(
    "If it cannot be mended at once, let requests pass without it meanwhile (they are not checked then).",
    merge("{resource} {name}", {"webhooks": [{"name": "{webhook}", "failurePolicy": "Ignore"}]}),
    "Requests are no longer refused.",
)
_REMOVE: Final = outside(
    "If what served it was removed for good, have its owner delete the configuration {name} too.",
    "The configuration is no longer listed.",
    ActionType.DELETE,
)
_RENEW: Final = outside(
    "Have whatever made the certificate (cert-manager's injector, or the maker's installation) put the current CA into "
    "caBundle of {webhook}.",
    "caBundle holds the CA that signed what the webhook serves.",
)
_PASSES: Final = verify(
    "See whether anything is still refused.",
    "kubectl get events -A --field-selector reason=FailedCreate",
    "No newer event says that calling {webhook} failed.",
)

WEBHOOKS: Final[tuple[Playbook, ...]] = (
    book(
        "webhook.service_missing",
        "The webhook {webhook} leads to the Service {service}, which does not exist in {service_namespace}.",
        "What served the webhook was removed, and its configuration was left behind. With the failure policy Fail, "
        "every request that it is to be asked about is refused; with Ignore, none is checked.",
        _CONFIGURATION,
        _SERVICES,
        _PASS,
        _REMOVE,
        outside("If the webhook is wanted, install what serves it again.", "The Service {service} exists."),
        _PASSES,
        confidence=0.9,
    ),
    book(
        "webhook.port_missing",
        "The webhook {webhook} leads to port {port} of Service {service}, which has no such port.",
        "The configuration must name a port of the Service ({declared}), not of the pods.",
        _CONFIGURATION,
        _SERVICES,
        outside("Correct the port in the configuration, or in the Service.", "Both name the same port."),
        _PASSES,
        confidence=0.9,
    ),
    book(
        "webhook.not_ready",
        "The webhook {webhook} does not answer: no pod behind Service {service} is ready.",
        "The pods have a reason of their own for not being ready; the webhook follows by itself once one of them is. "
        "With the failure policy Fail, every request that it is to be asked about is refused meanwhile.",
        _PODS,
        look(
            "Read the warnings of that namespace.",
            "kubectl get events -n {service_namespace} --field-selector type=Warning",
            "The newest ones name what fails.",
        ),
        outside(
            "Follow the solution of the problem at those pods; if they were scaled to 0, scale them up again.",
            "A pod behind the Service is ready.",
        ),
        _PASS,
        _PASSES,
        confidence=0.85,
        minutes=15,
    ),
    book(
        "webhook.deadlock",
        "The webhook {webhook} must be asked before its own pods are made, and none of them serves.",
        "Its pods cannot be made again while it does not answer, and it does not answer without them. The way out is "
        "to let requests pass without it for a while.",
        _PODS,
        _CONFIGURATION,
        _PASS,
        outside(
            "Before it refuses again, leave its own namespace out of what it is asked about (namespaceSelector).",
            "The webhook is not asked about its own pods.",
        ),
        _PASSES,
        confidence=0.85,
    ),
    book(
        "webhook.self_match",
        "The webhook {webhook} is asked about its own pods, and refuses them while it is down.",
        "As long as one of its pods serves, nothing is wrong. When all are gone at once (the cluster restarts, its "
        "node is lost), they cannot be made again.",
        _CONFIGURATION,
        outside(
            "Leave the namespace {service_namespace} out of what it is asked about (namespaceSelector), or its pods by "
            "a label (objectSelector).",
            "The webhook is not asked about its own pods.",
        ),
        verify(
            "See the selectors.",
            "kubectl get {resource} {name} -o yaml",
            "A selector leaves out what belongs to the webhook.",
        ),
        confidence=0.8,
    ),
    book(
        "webhook.ca_unparsable",
        "The CA bundle of the webhook {webhook} cannot be read.",
        "caBundle must be PEM certificates in base64. Without it the API server trusts nobody who serves the webhook.",
        _CONFIGURATION,
        _RENEW,
        _PASSES,
        confidence=0.85,
    ),
    book(
        "webhook.ca_expired",
        "The CA bundle of the webhook {webhook} ended on {ended}.",
        "The API server trusts no certificate that this CA has signed, so it does not reach the webhook.",
        _CONFIGURATION,
        _RENEW,
        _PASS,
        _PASSES,
        confidence=0.9,
        minutes=15,
    ),
    book(
        "webhook.ca_expiring",
        "The CA bundle of the webhook {webhook} ends on {ends}.",
        "From then on the API server trusts no certificate that this CA has signed, and does not reach the webhook.",
        _CONFIGURATION,
        _RENEW,
        verify("See that it was renewed.", "kubectl get {resource} {name} -o yaml", "caBundle is another one."),
        minutes=15,
    ),
    book(
        "webhook.ca_mismatch",
        "The CA bundle of the webhook {webhook} does not fit the certificate in Secret {secret}.",
        "The API server trusts only what the CA bundle has signed. The serving certificate was made by another CA, "
        "most often because one of the two was renewed without the other.",
        _CONFIGURATION,
        look(
            "See when the Secret was made, and by whom; values are not shown.",
            "kubectl get secret {secret} -n {service_namespace} --show-labels",
            "Its labels name what renews it.",
        ),
        _RENEW,
        _PASSES,
        confidence=0.8,
        minutes=15,
    ),
)
