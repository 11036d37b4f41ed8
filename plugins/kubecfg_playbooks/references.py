"""Pods that name an object which is not there."""

from typing import Final

from kubecfg_core import Playbook, PlaybookStep
from kubecfg_playbooks.writing import POD_READY, ROLLED_OUT, book, create, look, outside, patch, verify


def _corrected(what: str) -> PlaybookStep:
    return outside(
        f"If {what} {{nearest}} was meant, correct the name in the template of the pod.",
        "The template names what exists, and new pods start.",
    )


_WHO_NAMES_IT: Final = look(
    "See where the pod names it: env, envFrom, volumes or imagePullSecrets.",
    "kubectl get pod {name} {scope} -o yaml",
    "The reference is found; one that may be missing can be marked optional.",
)
_STARTS: Final = verify(
    "See the pod start: the kubelet looks again by itself within two minutes.",
    "kubectl get pods {scope}",
    "The pod leaves CreateContainerConfigError or ContainerCreating and becomes Running.",
)

REFERENCES: Final[tuple[Playbook, ...]] = (
    book(
        "pod.missing_configmap",
        "Pod {name} needs the ConfigMap {configmap}, which does not exist in {namespace}.",
        "A container is not started before every ConfigMap that it names is there, unless the reference is optional. "
        "ConfigMaps are looked for in the pod's own namespace alone.",
        look(
            "See which ConfigMaps the namespace has.",
            "kubectl get configmaps {scope}",
            "{configmap} is not among them; a similar name may be.",
        ),
        _WHO_NAMES_IT,
        _corrected("ConfigMap"),
        create(
            "If it is truly missing, make it: put the application's keys and values in place of KEY=VALUE.",
            "kubectl create configmap {configmap} {scope} --from-literal=KEY=VALUE",
            "ConfigMap {configmap} exists.",
        ),
        _STARTS,
        confidence=0.9,
    ),
    book(
        "pod.missing_configmap_key",
        "Pod {name} needs the key {key} of ConfigMap {configmap}, which has no such key.",
        "The ConfigMap is there, but a container or a volume asks for one key of it by name, and that key is missing.",
        look(
            "See the keys of the ConfigMap.",
            "kubectl describe configmap {configmap} {scope}",
            "{key} is not among them; a similar key may be.",
        ),
        _corrected("key"),
        patch(
            "If the key is truly missing, add it, with its value in place of VALUE.",
            'kubectl patch configmap {configmap} {scope} --type merge -p \'{{"data":{{"{key}":"VALUE"}}}}\'',
            "ConfigMap {configmap} holds {key}.",
        ),
        _STARTS,
        confidence=0.9,
    ),
    book(
        "pod.missing_secret",
        "Pod {name} needs the Secret {secret}, which does not exist in {namespace}.",
        "A container is not started before every Secret that it names is there, unless the reference is optional. "
        "Secrets are looked for in the pod's own namespace alone; one of another namespace must be copied.",
        look(
            "See which Secrets the namespace has, by name alone.",
            "kubectl get secrets {scope}",
            "{secret} is not among them; a similar name may be.",
        ),
        _WHO_NAMES_IT,
        _corrected("Secret"),
        create(
            "If it is truly missing, make it with the key that is wanted, and its value in place of VALUE.",
            "kubectl create secret generic {secret} {scope} --from-literal={key}=VALUE",
            "Secret {secret} exists and holds {key}.",
        ),
        create(
            "If it is taken as a whole (envFrom or a volume), make it with every key in place of KEY=VALUE.",
            "kubectl create secret generic {secret} {scope} --from-literal=KEY=VALUE",
            "Secret {secret} exists.",
            unless="key",
        ),
        _STARTS,
        confidence=0.9,
    ),
    book(
        "pod.missing_secret_key",
        "Pod {name} needs the key {key} of Secret {secret}, which has no such key.",
        "The Secret is there, but a container or a volume asks for one key of it by name, and that key is missing.",
        look(
            "See how many keys the Secret has, and what keeps it; the values are not shown.",
            "kubectl get secret {secret} {scope} --show-labels",
            "DATA counts its keys, of which {key} is none; a label may name what writes them.",
        ),
        _corrected("key"),
        patch(
            "If the key is truly missing, add it, with its value in place of VALUE.",
            'kubectl patch secret {secret} {scope} --type merge -p \'{{"stringData":{{"{key}":"VALUE"}}}}\'',
            "Secret {secret} holds {key}.",
        ),
        _STARTS,
        confidence=0.9,
    ),
    book(
        "pod.missing_claim",
        "Pod {name} mounts the PersistentVolumeClaim {claim}, which does not exist in {namespace}.",
        "The scheduler places no pod whose claim is missing. The claim was never made, was deleted, or has another "
        "name; a claim of another namespace cannot be mounted.",
        look(
            "See which claims the namespace has.",
            "kubectl get persistentvolumeclaims {scope}",
            "{claim} is not among them; a similar name may be.",
        ),
        look(
            "See whether a volume of a deleted claim of that name is left.",
            "kubectl get persistentvolumes",
            "A volume whose CLAIM was {namespace}/{claim} is Released, or there is none.",
        ),
        _corrected("claim"),
        outside(
            "If it is truly missing, make the claim {claim} with the size and the StorageClass that the application "
            "needs; if a released volume holds its data, name that volume in the claim.",
            "Claim {claim} exists and is bound.",
        ),
        _STARTS,
        confidence=0.85,
    ),
    book(
        "pod.missing_serviceaccount",
        "Pod {name} is to run as the ServiceAccount {serviceaccount}, which does not exist in {namespace}.",
        "A pod runs under an account of its own namespace. Without it no further pod is admitted, and those that run "
        "lose their token when it ends.",
        look(
            "See which ServiceAccounts the namespace has.",
            "kubectl get serviceaccounts {scope}",
            "{serviceaccount} is not among them; a similar name may be.",
        ),
        _corrected("account"),
        create(
            "If it is truly missing, make it; what it may do must be granted by a RoleBinding besides.",
            "kubectl create serviceaccount {serviceaccount} {scope}",
            "ServiceAccount {serviceaccount} exists.",
        ),
        ROLLED_OUT,
        POD_READY,
        confidence=0.9,
    ),
    book(
        "pod.missing_pull_secret",
        "Pod {name} names the pull secret {secret}, which does not exist in {namespace}.",
        "The kubelet goes on without it, so images from open registries and images that are on the node still work. "
        "The next pull from a closed registry fails.",
        look(
            "See which pull secrets the namespace has.",
            "kubectl get secrets {scope} --field-selector type=kubernetes.io/dockerconfigjson",
            "{secret} is not among them; a similar name may be.",
        ),
        _corrected("pull secret"),
        create(
            "If it is truly missing, make it: put yours in place of REGISTRY, USER and PASSWORD.",
            "kubectl create secret docker-registry {secret} {scope} --docker-server=REGISTRY "
            "--docker-username=USER --docker-password=PASSWORD",
            "Secret {secret} exists.",
        ),
        verify(
            "See that it is a pull secret.",
            "kubectl get secret {secret} {scope}",
            "TYPE is kubernetes.io/dockerconfigjson.",
        ),
        confidence=0.9,
    ),
)
