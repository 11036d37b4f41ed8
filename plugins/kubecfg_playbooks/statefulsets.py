"""StatefulSets without the replicas they want."""

from typing import Final

from kubecfg_core import ActionType, Playbook
from kubecfg_playbooks.workloads import (
    ADMIT,
    BROKEN_POD,
    CLEAR_POD,
    CONTROL_PLANE,
    DESCRIBE,
    POD_LOG,
    QUOTA,
    SEEN,
)
from kubecfg_playbooks.writing import book, delete, look, outside, step, verify

_UNDO: Final = step(
    ActionType.ROLLBACK,
    "If this began with the last change, go back to the version that worked.",
    "kubectl rollout undo statefulset/{name} {scope}",
    "The template is the previous one. A pod that is broken must still be deleted by hand.",
)
_DONE: Final = verify(
    "Wait until every replica is ready: {desired} are wanted.",
    "kubectl rollout status statefulset/{name} {scope} --timeout 120s",
    "The rollout is reported as complete.",
)

STATEFULSETS: Final[tuple[Playbook, ...]] = (
    book(
        "statefulset.unavailable",
        "None of the {desired} replicas of StatefulSet {name} is available: nobody is served.",
        "Replicas start one after the other, each once the one before is ready. So the first one that is broken is "
        "the thing to mend.",
        DESCRIBE,
        BROKEN_POD,
        POD_LOG,
        CLEAR_POD,
        _UNDO,
        _DONE,
        minutes=15,
    ),
    book(
        "statefulset.degraded",
        "Only {available} of the {desired} replicas of StatefulSet {name} are available.",
        "It serves, with less in reserve: whether its data is still safe depends on how the replicas share it.",
        look(
            "See which replicas are not ready, and on which nodes.",
            "kubectl get pods {scope} -o wide",
            "The replica's number is the end of its name.",
        ),
        BROKEN_POD,
        POD_LOG,
        outside(
            "Follow the solution of the problem at that replica.", "It becomes ready, or is replaced by one that does."
        ),
        _DONE,
        confidence=0.7,
        minutes=15,
    ),
    book(
        "statefulset.blocked",
        "Replica {pod} of StatefulSet {name} is broken, and keeps {held} later ones from being made.",
        "With podManagementPolicy OrderedReady a replica is made once all before it are ready. Mend the one that "
        "blocks; the others come by themselves.",
        DESCRIBE,
        BROKEN_POD,
        POD_LOG,
        CLEAR_POD,
        _UNDO,
        _DONE,
        confidence=0.85,
        minutes=15,
    ),
    book(
        "statefulset.update_stuck",
        "StatefulSet {name} waits for pod {pod}, which is broken in an older version.",
        "An update replaces one pod after the other and waits for each to be ready. A pod that was broken before the "
        "template was mended never becomes ready, so it must be deleted once (kubernetes#67250); its claims stay.",
        DESCRIBE,
        look(
            "Read what the pod is broken by, to see that the newest version has mended it.",
            "kubectl describe pod {pod} {scope}",
            "The events at the end say what fails.",
        ),
        look(
            "See which version each replica has: {revision_wanted} is wanted.",
            "kubectl get pods {scope} -L controller-revision-hash",
            "{pod} has another one.",
        ),
        delete(
            "If the newest version is sound, delete the broken pod: it is made again in that version.",
            "kubectl delete pod {pod} {scope}",
            "The pod comes back with the wanted revision.",
        ),
        _DONE,
        confidence=0.85,
        minutes=10,
    ),
    book(
        "statefulset.service_missing",
        "The Service {service} that names the replicas of StatefulSet {name} does not exist.",
        "Each replica has the DNS name POD.SERVICE only if a headless Service of that name selects it. serviceName "
        "cannot be changed later, so the Service must be made.",
        look(
            "See the Services that there are.",
            "kubectl get services {scope} --show-labels",
            "{service} is not among them.",
        ),
        look(
            "See the labels of the replicas, which the Service must select.",
            "kubectl get pods {scope} --show-labels",
            "The replicas of {name} share a label, as app=NAME.",
        ),
        outside(
            "Make a headless Service (clusterIP: None) called {service}, with the labels of the replicas as selector.",
            "The Service is there; nothing has to be restarted.",
            ActionType.CREATE,
        ),
        verify(
            "See whether the replicas are behind it.",
            "kubectl get endpointslices {scope} -l kubernetes.io/service-name={service}",
            "Every replica's address is listed.",
        ),
        minutes=10,
    ),
    book(
        "statefulset.class_missing",
        "StatefulSet {name} asks for volumes of the StorageClass {storage_class}, which does not exist.",
        "The template of its claims cannot be changed: either the class is made, or the StatefulSet is made anew with "
        "another one.",
        look(
            "See the StorageClasses that there are.",
            "kubectl get storageclasses",
            "{storage_class} is not among them.",
        ),
        look(
            "See the claim that waits.",
            "kubectl describe persistentvolumeclaim {claim} {scope}",
            "It says that the class is not found.",
        ),
        outside(
            "Make the StorageClass {storage_class}; or delete the StatefulSet and the claims that wait, and make it "
            "again with a class that exists.",
            "The claim gets a volume.",
        ),
        _DONE,
        confidence=0.85,
        minutes=20,
    ),
    book(
        "statefulset.create_failed",
        "Replicas of StatefulSet {name} are refused by the API server.",
        "The controller asks for the pod and its claims and is turned down, by a quota, a limit, a policy, a webhook "
        "or a missing ServiceAccount. The message names which.",
        DESCRIBE,
        QUOTA,
        ADMIT,
        _DONE,
        minutes=15,
    ),
    book(
        "statefulset.not_observed",
        "The StatefulSet controller has not acted on the newest version of {name}.",
        "Every change raises the generation; the controller notes the one it has seen. When it lags for long, the "
        "controller manager does not run, is overloaded, or cannot reach the API server.",
        *CONTROL_PLANE,
        SEEN,
        confidence=0.6,
        minutes=20,
    ),
)
