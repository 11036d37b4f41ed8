"""Secrets that cannot be used for what they are."""

from typing import Final

from kubecfg_core import ActionType, Playbook
from kubecfg_playbooks.writing import book, look, outside, patch, step, verify

_KEYS: Final = look(
    "See its type and how many keys it has; the values are not shown.",
    "kubectl get secret {name} {scope} --show-labels",
    "TYPE is the one that is wanted, DATA the number of keys that it needs; a label may name what keeps it.",
)
_USERS: Final = look(
    "See which hosts the Ingresses of the namespace serve with it.",
    "kubectl get ingresses {scope} -o wide",
    "The hosts that are affected are listed.",
)
_RENEWAL: Final = look(
    "cert-manager keeps it: see why it was not renewed.",
    "kubectl describe certificate {certificate} {scope}",
    "The conditions and events name what the issuer waits for.",
)
_NEW_FILES: Final = outside(
    "Get a certificate chain and its private key from the issuer, and put both into the Secret: "
    "'kubectl create secret tls' with --dry-run=client -o yaml writes the object to apply.",
    "Secret {name} holds a valid certificate with its own key.",
)
_STILL_THERE: Final = verify(
    "See that it is complete; the next analysis is silent about it.",
    "kubectl get secret {name} {scope}",
    "TYPE is kubernetes.io/tls and DATA is 2.",
)

SECRETS: Final[tuple[Playbook, ...]] = (
    book(
        "secret.tls_missing_data",
        "The TLS Secret {name} has no {key}.",
        "A Secret of type kubernetes.io/tls must hold the certificate in tls.crt and the private key in tls.key. "
        "Without both, an ingress controller serves its own default certificate.",
        _KEYS,
        _USERS,
        _NEW_FILES,
        _STILL_THERE,
        confidence=0.9,
    ),
    book(
        "secret.tls_unparsable",
        "The {key} of TLS Secret {name} is not PEM.",
        "It must be text that begins with -----BEGIN. DER, a file that was base64-encoded twice, and a chain without "
        "line breaks are the common mistakes.",
        _KEYS,
        _USERS,
        _NEW_FILES,
        _STILL_THERE,
        confidence=0.85,
    ),
    book(
        "secret.tls_expired",
        "The certificate in Secret {name} for {host} ended on {ended}, {days} days ago.",
        "Clients that check certificates refuse every connection that is served with it. It has to be renewed by its "
        "issuer; whoever renews it automatically has failed for some time.",
        _RENEWAL,
        _USERS,
        _KEYS,
        _NEW_FILES,
        _STILL_THERE,
        confidence=0.9,
        minutes=20,
    ),
    book(
        "secret.tls_expiring",
        "The certificate in Secret {name} for {host} ends on {ends}, in {days} days.",
        "Everything works until then. Automatic renewal happens about 30 days before the end, so it may be failing; a "
        "certificate that is renewed by hand needs somebody to do it.",
        _RENEWAL,
        _USERS,
        _KEYS,
        _NEW_FILES,
        _STILL_THERE,
        confidence=0.9,
        minutes=20,
    ),
    book(
        "secret.tls_not_yet_valid",
        "The certificate in Secret {name} for {host} is not valid before {starts}.",
        "Clients refuse it until then. It was put in too early, or the clock of its issuer is wrong.",
        _KEYS,
        _USERS,
        outside(
            "Put the previous certificate back until {starts}, or have it issued anew with a start that has passed.",
            "The certificate that is served is valid now.",
        ),
        _STILL_THERE,
        confidence=0.85,
    ),
    book(
        "secret.tls_key_mismatch",
        "In Secret {name} the private key does not belong to the certificate for {host}.",
        "The two were not made together: one of them was replaced alone, or they stem from different requests. No "
        "server can use the pair.",
        _KEYS,
        _USERS,
        _NEW_FILES,
        _STILL_THERE,
        confidence=0.9,
        minutes=15,
    ),
    book(
        "secret.docker_config",
        "The pull secret {name} holds no credentials that can be read.",
        "The value of {key} must be JSON with an 'auths' object, one entry for each registry. Pulls that rely on it "
        "are made without credentials.",
        _KEYS,
        step(
            ActionType.CREATE,
            "Make one that is right, under a name of its own: put the registry and your credentials in.",
            "kubectl create secret docker-registry registry-pull {scope} --docker-server=REGISTRY "
            "--docker-username=USER --docker-password=PASSWORD",
            "The secret registry-pull exists.",
        ),
        outside(
            "Name registry-pull in place of {name} under imagePullSecrets of the pods and ServiceAccounts that use it.",
            "Nothing refers to {name} any more.",
        ),
        verify(
            "See that the new one is a pull secret.",
            "kubectl get secret registry-pull {scope}",
            "TYPE is kubernetes.io/dockerconfigjson.",
        ),
        confidence=0.85,
    ),
    book(
        "secret.missing_key",
        "Secret {name} of type {type} has no {key}.",
        "The type promises certain keys, and whoever uses the Secret reads them by name.",
        _KEYS,
        patch(
            "Add the key, with its value in place of VALUE.",
            'kubectl patch secret {name} {scope} --type merge -p \'{{"stringData":{{"{key}":"VALUE"}}}}\'',
            "Secret {name} holds {key}.",
        ),
        verify(
            "See that the key is there.",
            "kubectl get secret {name} {scope}",
            "DATA has grown by one.",
        ),
        confidence=0.85,
        minutes=5,
    ),
    book(
        "secret.pem_expired",
        "Secret {name} holds under {key} a certificate for {host} that ended on {ended}.",
        "Whether somebody still relies on it cannot be seen here: a client's certificate or an authority that has "
        "ended breaks connections, an old copy breaks nothing.",
        _KEYS,
        look(
            "See which pods of the namespace mount or read it.",
            "kubectl get pods {scope} -o yaml",
            "The name {name} stands under volumes, env or envFrom, or nowhere.",
        ),
        outside(
            "Replace the value of {key} by a valid certificate; or, if nobody uses it, have the Secret removed.",
            "No certificate in it has ended.",
        ),
        confidence=0.7,
        minutes=15,
    ),
    book(
        "helm.release_failed",
        "The last revision of the Helm release {release} has failed.",
        "Helm applied the release and something was refused, or did not become ready in time. What was applied until "
        "then stays, so the release may be half new and half old.",
        look(
            "See the revisions that Helm keeps, with their states.",
            "kubectl get secrets {scope} -l owner=helm,name={release} --show-labels",
            "The newest has status=failed.",
        ),
        outside("Read why: 'helm status {release}' and 'helm history {release}'.", "The description names the error."),
        outside(
            "Mend what it names and upgrade again, or go back: 'helm rollback {release} {deployed_revision}'.",
            "The newest revision is deployed.",
        ),
        verify(
            "See that it is well.",
            "kubectl get secrets {scope} -l owner=helm,name={release},status=deployed",
            "One revision is listed.",
        ),
        minutes=15,
    ),
    book(
        "helm.release_stuck",
        "Helm left the release {release} in the state {status}, and will not touch it.",
        "Helm writes down what it is about to do, and again when it is done. A helm that was ended in between (a "
        "pipeline that timed out) leaves the first: 'another operation is in progress'.",
        look(
            "See the revisions that Helm keeps, with their states.",
            "kubectl get secrets {scope} -l owner=helm,name={release} --show-labels",
            "The newest has status={status}.",
        ),
        outside("Make sure that no helm is at work on it any more.", "No pipeline runs for {release}."),
        outside(
            "Go back to the revision that was deployed last: 'helm rollback {release} {deployed_revision}'.",
            "The newest revision is deployed.",
        ),
        outside(
            "If none was ever deployed, remove the release and install it anew: 'helm uninstall {release}'.",
            "'helm list -a' no longer shows it as {status}.",
        ),
        verify(
            "See that it is well.",
            "kubectl get secrets {scope} -l owner=helm,name={release},status=deployed",
            "One revision is listed.",
        ),
        minutes=15,
    ),
)
