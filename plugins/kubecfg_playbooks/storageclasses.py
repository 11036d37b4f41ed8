"""StorageClasses that make no volumes, or compete."""

from typing import Final

from kubecfg_core import Playbook
from kubecfg_playbooks.writing import book, look, outside, patch, verify

_CLASSES: Final = look(
    "See the StorageClasses, and which of them is the default.",
    "kubectl get storageclasses",
    "The default is marked '(default)'.",
)
_DEFAULT: Final = "storageclass.kubernetes.io/is-default-class"

STORAGECLASSES: Final[tuple[Playbook, ...]] = (
    book(
        "storageclass.several_defaults",
        "{count} StorageClasses claim to be the default; {name} wins, being the newest.",
        "A claim that names no class gets the newest of the defaults. Whoever made the other one the default gets "
        "another storage than they believe.",
        _CLASSES,
        patch(
            "If {name} is right, let {other} no longer be a default.",
            f"kubectl annotate storageclass {{other}} {_DEFAULT}=false --overwrite",
            "One default less.",
        ),
        patch(
            "If {other} is right, let {name} no longer be a default.",
            f"kubectl annotate storageclass {{name}} {_DEFAULT}=false --overwrite",
            "One default less.",
        ),
        verify("See that one is left.", "kubectl get storageclasses", "One class is marked '(default)'."),
        confidence=0.95,
        minutes=5,
    ),
    book(
        "storageclass.no_default",
        "{claims} claims name no StorageClass, and none is the default: they wait.",
        "A claim without a class gets the default one, also later, once there is one.",
        _CLASSES,
        look(
            "See one of the claims that wait.",
            "kubectl describe persistentvolumeclaim {claim} -n {claim_namespace}",
            "It says that no storage class is set.",
        ),
        patch(
            "Make {name} the default, if its storage suits every claim that names none.",
            f"kubectl annotate storageclass {{name}} {_DEFAULT}=true --overwrite",
            "{name} is marked '(default)', and the claims get it within a minute.",
        ),
        verify(
            "See whether the claim is bound.",
            "kubectl get persistentvolumeclaim {claim} -n {claim_namespace}",
            "STATUS is Bound (or it waits for its first pod, as its class may want).",
        ),
        confidence=0.85,
        minutes=5,
    ),
    book(
        "storageclass.driver_missing",
        "StorageClass {name} needs the CSI driver {driver}, which is not installed.",
        "The class only names the driver that makes volumes. Without the driver, claims of this class wait for ever.",
        look(
            "See the drivers that are installed.",
            "kubectl get csidrivers",
            "{driver} is not among them.",
        ),
        look(
            "See which claims rely on the class.",
            "kubectl get persistentvolumeclaims -A",
            "STORAGECLASS names {name}; Pending ones wait for the driver.",
        ),
        outside(
            "Install the driver {driver} as its maker says; if the class is a left-over, have it removed.",
            "{driver} is among the installed drivers, and its pods run.",
        ),
        verify(
            "See whether claim {claim} is bound now.",
            "kubectl get persistentvolumeclaim {claim} -n {claim_namespace}",
            "STATUS is Bound.",
        ),
        confidence=0.85,
        minutes=30,
    ),
    book(
        "storageclass.no_provisioner",
        "StorageClass {name} makes no volumes, and claim {claim} waits for one.",
        "kubernetes.io/no-provisioner is for volumes that are made by hand. With immediate binding a claim is bound to "
        "any free volume, wherever its pod could run.",
        look(
            "See the volumes of the class that are free.",
            "kubectl get persistentvolumes",
            "None that is Available has the class {name} and the size that is wanted.",
        ),
        look(
            "See what the claim wants.",
            "kubectl describe persistentvolumeclaim {claim} -n {claim_namespace}",
            "Its size and access modes are listed.",
        ),
        outside(
            "Make a PersistentVolume of class {name} that fits, or a claim of a class that makes volumes by itself.",
            "A volume fits the claim.",
        ),
        verify(
            "See whether the claim is bound.",
            "kubectl get persistentvolumeclaim {claim} -n {claim_namespace}",
            "STATUS is Bound.",
        ),
        confidence=0.8,
        minutes=15,
    ),
)
