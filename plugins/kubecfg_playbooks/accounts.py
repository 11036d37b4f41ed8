"""ServiceAccounts, roles and who has them, and certificates that ConfigMaps hold."""

from typing import Final

from kubecfg_core import ActionType, Playbook
from kubecfg_playbooks.writing import book, create, escalate, look, outside, verify

_KEYS: Final = look(
    "See who wrote the ConfigMap, and when.",
    "kubectl describe configmap {name} {scope}",
    "Labels and annotations name the tool that fills it.",
)
_RENEW: Final = outside(
    "Have the certificate renewed by whoever issued it, put the new one into the ConfigMap (beside the old one, if "
    "both are trusted for a time), and restart what reads it only at its start.",
    "The ConfigMap holds a certificate that lasts.",
)
_FRESH: Final = verify(
    "See that it holds another one.", "kubectl get configmap {name} {scope} -o yaml", '"{key}" has changed.'
)
_ACCOUNT: Final = look(
    "See what the account names.",
    "kubectl get serviceaccount {name} {scope} -o yaml",
    "imagePullSecrets and secrets list names of Secrets.",
)
_SECRETS: Final = look(
    "See which Secrets there are.", "kubectl get secrets {scope}", "{secret} is not among them; {nearest} may be meant."
)
_SECRET_THERE: Final = verify("See that it is there.", "kubectl get secret {secret} {scope}", "It is listed.")
_ELSEWHERE: Final = look(
    "See the account of that name in the other namespace.",
    "kubectl get serviceaccount {serviceaccount} -n {other_namespace}",
    "If it is the one that was meant, the binding names the wrong namespace.",
)
_MAKE_ACCOUNT: Final = create(
    "If the account is to be there, make it.",
    "kubectl create serviceaccount {serviceaccount} -n {account_namespace}",
    "The account is created, and has the role at once.",
)
_ACCOUNT_THERE: Final = verify(
    "See that the account is there.",
    "kubectl get serviceaccount {serviceaccount} -n {account_namespace}",
    "It is listed.",
)


def _certificate(code: str, summary: str, explanation: str) -> Playbook:
    return book(code, summary, explanation, _KEYS, _RENEW, _FRESH, confidence=0.7, minutes=30)


def _roleless(kind: str) -> Playbook:
    """The role of a binding cannot be changed: the role comes back, or the binding goes."""
    return book(
        f"{kind}.role_missing",
        "{kind} {name} gives the {role_kind} {role}, which does not exist.",
        "A binding to a role that is not there allows nothing. Whoever should have the rights is answered 403, until "
        "the role is there: no restart is needed then.",
        look("See the binding.", f"kubectl get {kind} {{name}} {{scope}} -o yaml", "roleRef and subjects are in it."),
        look(
            "See which roles there are.",
            "kubectl get roles,clusterroles {scope}" if kind == "rolebinding" else "kubectl get clusterroles",
            "{role} is not among them; {nearest} may be meant.",
        ),
        outside(
            "Make the {role_kind} {role} again, from the chart or the manifest that it came from. If another role is "
            "meant, remove the binding and make one to that: its role cannot be changed.",
            "The role is listed.",
        ),
        verify(
            "See that the role is there.",
            "kubectl get {role_kind} {role} {scope}" if kind == "rolebinding" else "kubectl get {role_kind} {role}",
            "It is listed.",
        ),
        confidence=0.85,
        minutes=10,
    )


def _subjectless(kind: str) -> Playbook:
    return book(
        f"{kind}.subjects_missing",
        "{kind} {name} gives {role_kind} {role} to ServiceAccounts that do not exist.",
        "A binding to an account that is not there gives nobody anything. Often its namespace or its name is "
        "misspelt, and the pods that need the rights run as another account.",
        look("See the binding.", f"kubectl get {kind} {{name}} {{scope}} -o yaml", "subjects has name and namespace."),
        look(
            "See which accounts the namespace has.",
            "kubectl get serviceaccounts -n {account_namespace}",
            "{serviceaccount} is not among them.",
        ),
        _ELSEWHERE,
        _MAKE_ACCOUNT,
        outside(
            "If the binding is a left-over, ask whoever owns it to remove it.",
            "The binding is no longer listed.",
            ActionType.DELETE,
        ),
        _ACCOUNT_THERE,
        confidence=0.75,
        minutes=10,
    )


ACCOUNTS: Final[tuple[Playbook, ...]] = (
    _certificate(
        "configmap.certificate_expired",
        'The certificate in "{key}" of ConfigMap {name} for {host} has ended.',
        "ConfigMaps hold certificates that clients trust. Once such a one has ended, every connection that relies on "
        "it is refused.",
    ),
    _certificate(
        "configmap.certificate_expiring",
        'The certificate in "{key}" of ConfigMap {name} for {host} ends on {ends}.',
        "ConfigMaps hold certificates that clients trust. From that day on, every connection that relies on it is "
        "refused; a new root must be with all clients before it is used.",
    ),
    book(
        "serviceaccount.pull_secret_missing",
        "ServiceAccount {name} gives its pods the pull secret {secret}, which does not exist.",
        "Pods get the pull secrets of their account when they are made. The kubelet passes over one that is not there, "
        "and private images cannot be pulled.",
        _ACCOUNT,
        _SECRETS,
        create(
            "Make the pull secret; put the registry and its credentials in place of the words in capitals.",
            "kubectl create secret docker-registry {secret} {scope} --docker-server=REGISTRY --docker-username=USER "
            "--docker-password=PASSWORD",
            "The Secret is created, and pulls succeed within minutes.",
        ),
        _SECRET_THERE,
        confidence=0.85,
        minutes=10,
    ),
    book(
        "serviceaccount.forbidden",
        "ServiceAccount {name} is not allowed to {verb} {resource_name}.",
        "A ServiceAccount may do what the roles say that are bound to it, and nothing else. What runs as it is "
        "answered 403 until a role allows the verb on the resource; no restart is needed then.",
        look(
            "See what is bound to it in its namespace.",
            "kubectl get rolebindings {scope} -o wide",
            "SERVICEACCOUNTS names {namespace}/{name}, or not.",
        ),
        look(
            "See what is bound to it in the cluster.",
            "kubectl get clusterrolebindings -o wide",
            "SERVICEACCOUNTS names {namespace}/{name}, or not.",
        ),
        escalate(
            "Ask whoever may hand out rights for a Role with the verb {verb} on {resource_name}, in the namespace "
            "where it is needed, and a RoleBinding to the account {namespace}/{name}.",
            "A role that is bound to the account has the rule.",
        ),
        verify(
            "See whether it is refused again.",
            "kubectl get events {scope} --field-selector type=Warning",
            "No newer warning says that it is forbidden.",
        ),
        confidence=0.85,
        minutes=15,
    ),
    book(
        "serviceaccount.secret_missing",
        "ServiceAccount {name} lists the Secret {secret}, which does not exist.",
        "Since Kubernetes 1.24 accounts have no token Secrets of their own; what lists one here was made by hand or by "
        "a tool, and somebody may look for its token.",
        _ACCOUNT,
        _SECRETS,
        outside(
            "Make the Secret again, of type kubernetes.io/service-account-token, or remove its name from the account.",
            "The account lists only Secrets that exist.",
        ),
        _SECRET_THERE,
        confidence=0.7,
        minutes=10,
    ),
    _roleless("rolebinding"),
    _roleless("clusterrolebinding"),
    _subjectless("rolebinding"),
    _subjectless("clusterrolebinding"),
)
