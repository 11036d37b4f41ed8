"""Deployments whose pods are refused."""

from typing import Final

from kubecfg_core import ActionType, Playbook
from kubecfg_playbooks.writing import book, create, escalate, look, merge, outside, patch, step, verify

_DESCRIBE: Final = look(
    "Read the conditions and events of the Deployment.",
    "kubectl describe deployment {name} {scope}",
    "The conditions name the reason, and since when.",
)
_REPLICASET: Final = look(
    "Read the refusal in the events of its ReplicaSet.",
    "kubectl describe replicaset {replicaset} {scope}",
    "A FailedCreate event quotes whoever refuses.",
)
_UNDO: Final = step(
    ActionType.ROLLBACK,
    "If this began with the last rollout, go back to the version that worked.",
    "kubectl rollout undo deployment/{name} {scope}",
    "The previous version's pods become ready.",
    unless="only_revision",
)
_DONE: Final = verify(
    "Wait until every replica is available: {desired} are wanted.",
    "kubectl rollout status deployment/{name} {scope} --timeout 120s",
    "The rollout is reported as complete.",
)
_AGAIN: Final = step(
    ActionType.RESTART,
    "Once the cause is gone, let the controller try at once; by itself it waits longer after each failure.",
    "kubectl rollout restart deployment/{name} {scope}",
    "New pods are made.",
)

_RESTRICTED: Final = {"runAsNonRoot": True, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}}
_DEFAULT_ACCOUNT: Final = {"serviceAccountName": "default", "serviceAccount": "default"}

ADMISSION: Final[tuple[Playbook, ...]] = (
    book(
        "deployment.quota_exceeded",
        "Pods of Deployment {name} are refused: the ResourceQuota {quota} is used up.",
        "A quota bounds what all pods of the namespace request together. During a rollout old and new pods count, so "
        "some room is needed even where the number stays the same.",
        look(
            "See what the quota allows and what is used.",
            "kubectl describe resourcequota {quota} {scope}",
            "Used is near Hard for the resource that the message names.",
        ),
        _REPLICASET,
        patch(
            "If a pod can do with the {room} of {lowered} that is left, lower the request of its containers to that.",
            "kubectl set resources deployment/{name} {scope} --requests={lowered}={room}",
            "A new pod fits into the quota; each further one needs as much room again.",
        ),
        step(
            ActionType.SCALE,
            "Or have fewer replicas: put the number that fits in place of 1.",
            "kubectl scale deployment/{name} {scope} --replicas=1",
            "No replica is refused.",
        ),
        escalate(
            "Or ask whoever set the quota to raise it.",
            "Hard is above what the pods of the namespace request together.",
        ),
        _DONE,
        confidence=0.85,
        minutes=15,
    ),
    book(
        "deployment.limit_range",
        "Pods of Deployment {name} are refused: they are outside of the namespace's LimitRange.",
        "A LimitRange bounds what one container or pod may request, and how far limit and request may lie apart.",
        look(
            "See the bounds.",
            "kubectl describe limitranges {scope}",
            "Min, Max or the ratio is the one that the message names.",
        ),
        _REPLICASET,
        patch(
            "Bring the containers within the bounds: put the amounts in place of these.",
            "kubectl set resources deployment/{name} {scope} --requests=cpu=100m,memory=128Mi "
            "--limits=cpu=500m,memory=256Mi",
            "The pods are admitted.",
        ),
        _DONE,
        confidence=0.85,
    ),
    book(
        "deployment.pod_security",
        "Pods of Deployment {name} are refused by the Pod Security level of the namespace.",
        "The namespace enforces a level, and the pod template asks for more than it allows. The message lists each "
        "field that is wrong.",
        look(
            "See the level that the namespace enforces.",
            "kubectl get namespace {namespace} --show-labels",
            "The label pod-security.kubernetes.io/enforce names the level.",
        ),
        _REPLICASET,
        patch(
            "Give up what the level forbids. For most programs these settings of the pod are enough; each container "
            "needs allowPrivilegeEscalation: false and no capabilities besides.",
            merge("deployment {name}", {"spec": {"template": {"spec": {"securityContext": _RESTRICTED}}}}),
            "The next refusal, if any, names fewer fields.",
        ),
        escalate(
            "If the program needs those rights, have it run in a namespace that is meant for it.",
            "The namespace's level allows what the program needs.",
        ),
        _DONE,
        minutes=20,
    ),
    book(
        "deployment.webhook_denied",
        "Pods of Deployment {name} are refused by an admission policy.",
        "A webhook or policy of the cluster looks at each pod and denies these. Its message says which rule, and often "
        "what to change.",
        _REPLICASET,
        look(
            "See which webhooks there are.",
            "kubectl get validatingwebhookconfigurations",
            "The one that denies is among them.",
        ),
        outside(
            "Change what the rule names in the pod template (labels, image source, resources, security settings).",
            "The pods are admitted.",
        ),
        _UNDO,
        _DONE,
        confidence=0.7,
        minutes=15,
    ),
    book(
        "deployment.webhook_unreachable",
        "Pods of Deployment {name} cannot be made: an admission webhook does not answer.",
        "The API server must ask the webhook about each pod and gets no answer, so it refuses (failurePolicy: Fail). "
        "The webhook's own pods are down, or its Service or certificate is wrong.",
        _REPLICASET,
        look(
            "See the webhooks and how old they are.",
            "kubectl get mutatingwebhookconfigurations,validatingwebhookconfigurations",
            "The one that is named in the refusal is among them.",
        ),
        look(
            "See whether the pods behind the webhook's Service run.",
            "kubectl get pods -A -o wide",
            "The webhook's pods are Running and ready, or are not.",
        ),
        outside(
            "Bring the webhook's own deployment back up; if it is gone for good, its configuration has to go too.",
            "The webhook answers.",
        ),
        _AGAIN,
        _DONE,
        confidence=0.75,
        minutes=20,
    ),
    book(
        "deployment.serviceaccount_missing",
        "Pods of Deployment {name} are refused: ServiceAccount {serviceaccount} does not exist in {namespace}.",
        "A pod runs under an account of its own namespace, and none is made without it.",
        look(
            "See which ServiceAccounts the namespace has.",
            "kubectl get serviceaccounts {scope}",
            "{serviceaccount} is not among them; a similar name may be.",
        ),
        create(
            "Make it; what it may do must be granted by a RoleBinding besides.",
            "kubectl create serviceaccount {serviceaccount} {scope}",
            "ServiceAccount {serviceaccount} exists.",
        ),
        patch(
            "Or, if the pods need no rights in the cluster, let them use the namespace's default account.",
            merge("deployment {name}", {"spec": {"template": {"spec": _DEFAULT_ACCOUNT}}}),
            "The pods are admitted under the account default.",
        ),
        _DONE,
        confidence=0.95,
    ),
    book(
        "deployment.priorityclass_missing",
        "Pods of Deployment {name} are refused: PriorityClass {priority_class} does not exist.",
        "The API server looks the priority up when a pod is made, and makes none without it. Pods that ran before the "
        "class was removed go on.",
        look(
            "See which PriorityClasses there are.",
            "kubectl get priorityclasses",
            "{priority_class} is not among them; a similar name may be.",
        ),
        outside(
            "Make the PriorityClass {priority_class} again, with the value that it had.",
            "The class is listed, and the pods are made within minutes.",
        ),
        patch(
            "Or, if the pods need no priority, name none.",
            merge("deployment {name}", {"spec": {"template": {"spec": {"priorityClassName": None, "priority": None}}}}),
            "The pods are admitted with the priority of the cluster's default.",
        ),
        _DONE,
        confidence=0.95,
    ),
    book(
        "deployment.create_failed",
        "Pods of Deployment {name} cannot be made.",
        "The API server refuses the pods, for no cause that is known here; the ReplicaSet's events quote it.",
        _DESCRIBE,
        _REPLICASET,
        outside(
            "Change what the message names in the pod template.",
            "The pods are admitted.",
        ),
        _UNDO,
        _DONE,
        confidence=0.5,
        minutes=20,
    ),
)
