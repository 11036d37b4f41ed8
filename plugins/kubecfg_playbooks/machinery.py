"""Playbooks of the checks in `kubecfg_analyzers.machinery`."""

from typing import Final

from kubecfg_core import Playbook
from kubecfg_playbooks.extensions import EXTENSIONS
from kubecfg_playbooks.webhooks import WEBHOOKS
from kubecfg_playbooks.writing import book, escalate, look, outside, verify

_NAMESPACE: Final = look(
    "Read what holds the deletion.",
    "kubectl get namespace {name} -o yaml",
    "The conditions in its status name the kinds, finalizers or APIs.",
)
_NAMESPACE_GONE: Final = verify("See whether it is gone.", "kubectl get namespaces", "{name} is no longer listed.")
_LEASES: Final = look(
    "See who held the lease, and when it was renewed.",
    "kubectl describe lease {name} {scope}",
    "Renew Time lies far back.",
)

MACHINERY: Final[tuple[Playbook, ...]] = (
    *WEBHOOKS,
    *EXTENSIONS,
    book(
        "namespace.terminating_api_down",
        "Namespace {name} cannot be deleted, because an API of the cluster does not answer.",
        "Before a namespace goes, everything in it is deleted, kind by kind. Where an aggregated API is down, nobody "
        "can tell what is left, so the namespace waits, and so does every other one.",
        look("See which APIs do not answer.", "kubectl get apiservices", "AVAILABLE is False for one of them."),
        _NAMESPACE,
        outside(
            "Mend what serves that API; if it was removed for good, delete its APIService.",
            "Every APIService is available.",
        ),
        _NAMESPACE_GONE,
        confidence=0.9,
        minutes=20,
    ),
    book(
        "namespace.terminating_finalizer",
        "Namespace {name} cannot be deleted: what is left in it waits for finalizers.",
        "A finalizer is a promise of a controller to clean up before an object goes. If the controller was removed "
        "first (often with this very namespace), nobody keeps the promise.",
        _NAMESPACE,
        look(
            "See the objects that are left.",
            "kubectl get {plural} -n {name}",
            "Those listed are being deleted.",
        ),
        outside(
            "Start the controller of {finalizer} again until the objects are gone.",
            "It removes its finalizer, and the objects go.",
        ),
        escalate(
            "If that controller is gone for good, have its owner confirm that nothing outside is left to clean up, "
            "then remove the finalizers of those objects. Do not remove the namespace's own: what is left would stay "
            "behind, unseen.",
            "The objects are gone, and the namespace with them.",
        ),
        _NAMESPACE_GONE,
        confidence=0.85,
        minutes=20,
    ),
    book(
        "namespace.terminating",
        "Namespace {name} has been deleted for long, and is still there.",
        "A namespace goes when everything in it is gone and every finalizer of its own is removed.",
        _NAMESPACE,
        look("See the objects that are left.", "kubectl get {plural} -n {name}", "Objects that do not go are listed."),
        look("See which APIs do not answer.", "kubectl get apiservices", "Every one of them is available, or is not."),
        outside(
            "Clear what the conditions name: an object that cannot be deleted, or a finalizer whose controller does "
            "not run.",
            "Nothing is left in the namespace.",
        ),
        _NAMESPACE_GONE,
        confidence=0.6,
        minutes=20,
    ),
    book(
        "lease.node_stale",
        "Node {node} says that it is ready, but has shown no sign of life for {minutes} min.",
        "The kubelet renews this lease every ten seconds. The node controller marks a node as not ready when it stops; "
        "where it does not, that controller does not run either.",
        _LEASES,
        look("See the node.", "kubectl describe node {node}", "Conditions and times show when it was last heard of."),
        look(
            "See the pods on it.",
            "kubectl get pods -A -o wide --field-selector spec.nodeName={node}",
            "They are shown as they were when it was last heard of.",
        ),
        outside(
            "See on the machine whether its kubelet runs and reaches the API server, and start it again.",
            "The lease is renewed.",
        ),
        verify("See the lease again.", "kubectl get lease {name} {scope} -o yaml", "renewTime is a few seconds ago."),
        minutes=20,
    ),
    book(
        "lease.leader_stale",
        "{component} has no leader: its lease has not been renewed for {minutes} min.",
        "One replica of the component leads, and renews its lease every few seconds. When it stops, another one takes "
        "over within seconds: here none has.",
        _LEASES,
        look(
            "See the component's pods, where it runs as pods.",
            "kubectl get pods -n kube-system -o wide",
            "Those of {component} crash or are missing; a managed control plane shows none.",
        ),
        outside(
            "Read the log of {component} on the control plane's machines and clear what it names.",
            "A replica runs and takes the lease.",
        ),
        escalate("If the provider runs the control plane, report it there.", "The provider mends it."),
        verify("See the lease again.", "kubectl get lease {name} {scope} -o yaml", "renewTime is a few seconds ago."),
        minutes=20,
    ),
    book(
        "customresource.condition",
        "{kind} {name}: its controller says {condition}={status}.",
        "The controller of this kind of object writes these conditions. Its message is all that kubecfg knows of the "
        "trouble; its events and the controller's log know more.",
        look(
            "Read its conditions and events.",
            "kubectl describe {plural} {name} {scope}",
            "{condition} is {status}, with a reason and a message.",
        ),
        look(
            "Read the events about it.",
            "kubectl get events {scope} --field-selector involvedObject.name={name}",
            "The newest warning names what is refused.",
        ),
        outside(
            "Clear what the message names; the log of the controller of {plural} says more.",
            "The controller reports {condition} as it should be.",
        ),
        verify("See the condition again.", "kubectl get {plural} {name} {scope} -o yaml", "The condition has changed."),
        confidence=0.5,
        minutes=20,
    ),
    book(
        "customresource.stuck_terminating",
        "{kind} {name} has been deleted, and waits for the finalizer {finalizer}.",
        "A finalizer is a promise of a controller to clean up before an object goes. Where that controller does not "
        "run, or cannot clean up, the object stays.",
        look(
            "Read its finalizers, conditions and events.",
            "kubectl describe {plural} {name} {scope}",
            "{finalizer} is among the finalizers; a message may say what fails.",
        ),
        outside(
            "See that the controller of {finalizer} runs, and clear what its log names.",
            "It cleans up and removes its finalizer.",
        ),
        escalate(
            "If that controller is gone for good, have its owner confirm that nothing outside is left to clean up, "
            "then remove the finalizer by hand.",
            "The object is gone.",
        ),
        verify("See whether it is gone.", "kubectl get {plural} {scope}", "{name} is no longer listed."),
        minutes=20,
    ),
    book(
        "csr.pending",
        "{asker} waits for a certificate of {signer}: nobody approves its requests.",
        "A kubelet asks for its certificates itself. Those for clients are approved by the controller manager; those "
        "for serving (serverTLSBootstrap) are approved by no part of Kubernetes, but by the cloud or an approver that "
        "must be installed.",
        look("See all requests.", "kubectl get csr", "CONDITION is Pending for those of {asker}."),
        look("Read the request.", "kubectl describe csr {name}", "Subject and DNS names are those of the node itself."),
        outside(
            "Start what approves them (the cloud controller manager, kubelet-csr-approver) or install it.",
            "New requests are approved by themselves.",
        ),
        escalate(
            "Until then have a cluster administrator check who asks, and approve it: 'kubectl certificate approve "
            "{name}'.",
            "CONDITION is Approved,Issued.",
        ),
        verify("See whether any wait still.", "kubectl get csr", "None is Pending."),
        confidence=0.8,
        minutes=15,
    ),
    book(
        "csr.failed",
        "The signer {signer} could not issue the certificate for {asker}.",
        "The request was approved, and the signer refused what it asks for, or has no authority to sign with.",
        look("Read the request.", "kubectl describe csr {name}", "The condition Failed says why."),
        outside(
            "Mend what the signer names: usages and names that it does not allow, or its own certificate and key.",
            "A new request is issued.",
        ),
        verify("See the requests.", "kubectl get csr", "The newest of {asker} is Approved,Issued."),
        confidence=0.6,
        minutes=20,
    ),
)
