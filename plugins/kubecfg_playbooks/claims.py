"""PersistentVolumeClaims without a volume."""

from typing import Final

from kubecfg_core import Playbook
from kubecfg_playbooks.writing import book, create, escalate, look, merge, outside, patch, verify

_CLASSES: Final = look(
    "See the StorageClasses, and which of them is the default.",
    "kubectl get storageclasses",
    "The default is marked '(default)'.",
)
_CLAIM: Final = look(
    "Read the events of the claim.",
    "kubectl describe persistentvolumeclaim {name} {scope}",
    "The newest event says what it waits for, or what the provisioner refuses.",
)
_BOUND: Final = verify(
    "See whether the claim is bound.",
    "kubectl get persistentvolumeclaim {name} {scope}",
    "STATUS is Bound.",
)
_VOLUMES: Final = look(
    "See the volumes, whose they are, and which are free.",
    "kubectl get persistentvolumes",
    "STATUS Available marks a free one; CLAIM says whose the others are.",
)
_DEFAULT: Final = "storageclass.kubernetes.io/is-default-class"

_ANEW: Final = outside(
    "A claim's class cannot be changed: take down its pods, and make the claim anew (it holds no data yet) with "
    "storageClassName: {nearest}.",
    "The new claim names a class that exists.",
)

CLAIMS: Final[tuple[Playbook, ...]] = (
    book(
        "pvc.class_missing",
        "Claim {name} wants the StorageClass {storage_class}, which does not exist.",
        "Nobody makes a volume for a class that is not there. The name is misspelt, stems from another cluster, or the "
        "class was removed.",
        _CLASSES,
        _CLAIM,
        _ANEW,
        outside(
            "Or make the StorageClass {storage_class}, for the driver that should serve it.",
            "The class exists, and the claim is served without being made anew.",
        ),
        _BOUND,
        confidence=0.9,
        minutes=15,
    ),
    book(
        "pvc.no_default_class",
        "Claim {name} names no StorageClass, and none is the default.",
        "A claim without a class gets the default one, also later, once there is one. Until then it waits.",
        _CLASSES,
        _CLAIM,
        patch(
            "Give this claim the class {only_class}, which is possible while it has none.",
            merge("persistentvolumeclaim {name}", {"spec": {"storageClassName": "{only_class}"}}),
            "The claim names a class.",
        ),
        patch(
            "Or make {only_class} the default, if it suits every claim that names none.",
            f"kubectl annotate storageclass {{only_class}} {_DEFAULT}=true --overwrite",
            "One class is marked '(default)'.",
        ),
        outside(
            f"Where there are several, choose one: name it in the claim, or mark it with the annotation {_DEFAULT}. "
            "Where there is none, have one made.",
            "The claim has a class.",
            unless="only_class",
        ),
        _BOUND,
        confidence=0.9,
    ),
    book(
        "pvc.lost",
        "Claim {name} has lost its volume {volume}: the PersistentVolume is gone.",
        "The claim was bound to a volume whose object has been deleted. The data may still be in the storage behind "
        "it; a claim that is Lost does not recover by itself.",
        _CLAIM,
        _VOLUMES,
        escalate(
            "Before anything else, ask whoever runs the storage whether the disk of {volume} still exists, and keep "
            "it.",
            "It is known whether the data can be had back.",
        ),
        outside(
            "If it exists, make a PersistentVolume {volume} for that disk with a claimRef to {namespace}/{name}; if "
            "not, restore a backup into a new claim.",
            "A claim with the data is bound.",
        ),
        _BOUND,
        confidence=0.7,
        minutes=60,
    ),
    book(
        "pvc.volume_missing",
        "Claim {name} names the volume {volume}, which does not exist.",
        "A claim with volumeName waits for exactly that volume and takes no other.",
        _VOLUMES,
        _CLAIM,
        outside(
            "Make the PersistentVolume {volume}; or make the claim anew without volumeName, so that one is made for "
            "it.",
            "The volume exists, or the claim takes another.",
        ),
        _BOUND,
        confidence=0.85,
        minutes=15,
    ),
    book(
        "pvc.provisioning_failed",
        "The provisioner of {storage_class} cannot make a volume for claim {name}.",
        "The provisioner has tried and was refused, by the storage or the cloud: quota, rights, a parameter of the "
        "class, a zone without capacity. It tries again by itself.",
        _CLAIM,
        look(
            "Read the parameters of the class.",
            "kubectl describe storageclass {storage_class}",
            "A parameter is the one that the message names, or none is.",
        ),
        look(
            "See whether the provisioner's pods run.",
            "kubectl get pods -A -o wide",
            "The driver's controller is Running and ready.",
        ),
        escalate(
            "Clear what the message names with whoever runs the storage.",
            "The next try succeeds.",
        ),
        _BOUND,
        confidence=0.7,
        minutes=20,
    ),
    book(
        "pvc.no_matching_volume",
        "No free PersistentVolume fits claim {name}, and its class makes none.",
        "A static class binds claims to volumes that were made by hand: same class, large enough, every access mode, "
        "and not claimed. A Released volume counts as claimed until its claimRef is removed.",
        _VOLUMES,
        _CLAIM,
        create(
            "Make a PersistentVolume that fits, or have a Released one cleaned and its claimRef removed.",
            "",
            "A volume of the class is Available.",
        ),
        outside(
            "Or make the claim anew with a class that makes volumes by itself.",
            "The provisioner makes a volume.",
        ),
        _BOUND,
        confidence=0.8,
        minutes=20,
    ),
    book(
        "pvc.pending",
        "Claim {name} has waited for {minutes} min, for no reason that can be seen.",
        "It has a class that exists and no event that says why not. The provisioner may not run, or the event may be "
        "gone: events are kept for one hour.",
        _CLAIM,
        _CLASSES,
        look(
            "See whether the provisioner's pods run.",
            "kubectl get pods -A -o wide",
            "The driver's controller is Running and ready, or is missing.",
        ),
        escalate(
            "Have the provisioner's log read by whoever runs the storage.",
            "The log names the claim and the reason.",
        ),
        _BOUND,
        confidence=0.5,
        minutes=20,
    ),
    book(
        "pvc.resize_failed",
        "The volume of claim {name} could not be grown.",
        "The driver or the file system refused. Some drivers grow a disk only while it is not attached, and a class "
        "must allow it (allowVolumeExpansion). The volume goes on with its old size.",
        _CLAIM,
        _CLASSES,
        outside(
            "If the driver grows disks only while detached, end the pods that use the claim, and start them again.",
            "The condition FileSystemResizePending or the error goes away.",
        ),
        escalate(
            "If the storage refuses for want of room, have room made, or ask for less than {size}.",
            "The claim's CAPACITY is what it asks for.",
        ),
        _BOUND,
        confidence=0.7,
        minutes=20,
    ),
    book(
        "pvc.stuck_terminating",
        "Claim {name} was deleted {minutes} min ago, and waits.",
        "A claim that pods use is not removed before they are gone, so that no data is pulled away under them. "
        "Meanwhile no new pod may use it.",
        _CLAIM,
        look(
            "See the pod that uses it, and what makes it.",
            "kubectl describe pod {pod} {scope}",
            "Controlled By names the workload; Volumes names the claim.",
        ),
        outside(
            "If the data is not needed, scale down or remove the workload that uses it, and the claim goes.",
            "The claim is gone.",
        ),
        escalate(
            "If the data is needed, have it copied before the pods end: the deletion of a claim cannot be taken back. "
            "A PersistentVolume with the reclaim policy Retain keeps the data.",
            "The data is safe.",
        ),
        verify("See whether it is gone.", "kubectl get pvc {scope}", "{name} is no longer listed."),
        confidence=0.8,
        minutes=15,
    ),
)
