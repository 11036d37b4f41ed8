"""Workloads that are well today and could be better."""

from typing import Any, Final

from kubecfg_core import Playbook, PlaybookStep
from kubecfg_playbooks.writing import book, create, look, merge, outside, patch, verify

_SEE: Final = look(
    "See the workload as it is.",
    "kubectl get {resource} {name} {scope} -o yaml",
    "spec.template has what the check found.",
)
_WATCH: Final = verify(
    "Wait until the new pods have taken over.",
    "kubectl get {resource} {name} {scope} -o wide",
    "All pods are ready, and as many as before.",
)
_ELSEWHERE: Final = outside(
    "Make the same change where the workload is kept: in its chart or its repository.",
    "The next deployment does not undo it.",
)
_USAGE: Final = look(
    "See what it uses.",
    "kubectl top pods {scope} --containers",
    "What it uses on an ordinary day is a good request; a limit belongs well above the highest figure.",
)


def _in_pods(**spec: Any) -> str:
    return merge("{resource} {name}", {"spec": {"template": {"spec": spec}}})


def _in_container(**fields: Any) -> str:
    return _in_pods(**{"{containers_field}": [{"name": "{container}", **fields}]})


def _book(code: str, summary: str, explanation: str, *change: PlaybookStep) -> Playbook:
    return book(code, summary, explanation, _SEE, *change, _ELSEWHERE, _WATCH, confidence=0.7, minutes=15)


HYGIENE: Final[tuple[Playbook, ...]] = (
    _book(
        "hygiene.image_tag",
        "{kind} {name} does not say which version of {image} it runs.",
        "A tag like latest names another image tomorrow. Nodes may run different ones, and a rollback goes nowhere.",
        look(
            "See which images its pods run in fact.",
            "kubectl describe pods {scope}",
            "Image ID ends with the digest that runs now.",
        ),
        outside(
            "Name the version of {image} in the template: a tag that is never moved, or the digest.",
            "The template names a version that stays.",
        ),
    ),
    _book(
        "hygiene.no_requests",
        "{container} of {kind} {name} does not ask for what it needs.",
        "Without requests the scheduler counts it as nothing, and it is the first to be evicted when a node runs full.",
        _USAGE,
        patch(
            "Ask for that: put what it uses in place of 100m and 128Mi.",
            "kubectl set resources {resource} {name} {scope} -c {container} --requests=cpu=100m,memory=128Mi",
            "The pods are placed where there is room for them.",
        ),
    ),
    _book(
        "hygiene.no_memory_limit",
        "{container} of {kind} {name} may take all memory of its node.",
        "Memory cannot be taken back: without a limit one leak ends in the kernel killing what it likes on that node.",
        _USAGE,
        patch(
            "Set a limit: put what it needs at most in place of 512Mi.",
            "kubectl set resources {resource} {name} {scope} -c {container} --limits=memory=512Mi",
            "A leak costs this container alone.",
        ),
    ),
    _book(
        "hygiene.no_readiness_probe",
        "{container} of {kind} {name} gets traffic whether it can answer or not.",
        "A readiness probe keeps a pod out of its Services until it answers, and makes a rollout wait for it.",
        outside(
            "Give {container} a readinessProbe that asks what a client would: a cheap path of its own, without what "
            "lies behind it.",
            "A pod that cannot answer gets no traffic, and a bad rollout stops by itself.",
        ),
    ),
    _book(
        "hygiene.privileged",
        "{container} of {kind} {name} has all rights on its node.",
        "A privileged container has every device and capability of the node. Few programs need that; those that drive "
        "the node itself do.",
        patch(
            "If it can do without, take the right away.",
            _in_container(securityContext={"privileged": False}),
            "The container starts and works; if not, its log names the capability that it needs.",
        ),
    ),
    _book(
        "hygiene.privilege_escalation",
        "A program in {container} of {kind} {name} may gain rights.",
        "With allowPrivilegeEscalation: false no child process has more rights than its parent, whatever the image "
        "holds. Hardly a server minds.",
        patch(
            "Forbid it.",
            _in_container(securityContext={"allowPrivilegeEscalation": False}),
            "The container starts and works as before.",
        ),
    ),
    _book(
        "hygiene.may_run_as_root",
        "{container} of {kind} {name} may run as root.",
        "With runAsNonRoot: true the kubelet refuses an image that would run as root. It needs a user first.",
        patch(
            "Once the image has a user with a number, insist on it.",
            _in_container(securityContext={"runAsNonRoot": True}),
            "The container starts; if it does not, the image runs as root.",
        ),
    ),
    _book(
        "hygiene.secret_in_env",
        "{variable} of {kind} {name} looks like a secret in plain text.",
        "Who may read workloads need not be allowed to read Secrets. The value is in the history of the cluster and of "
        "the repository, so it is known from now on.",
        outside(
            "Put a new value into a Secret, and name that by valueFrom.secretKeyRef in place of value.",
            "The template names a Secret and holds no value.",
        ),
        outside(
            "Have the old value of {variable} revoked where it is accepted.",
            "The value that was readable is of no use.",
        ),
    ),
    _book(
        "hygiene.runtime_socket",
        "The pods of {kind} {name} command the container runtime of their node.",
        "Who has {path} can start a privileged container on the node: it is root there, whatever the pod's own rights.",
        outside(
            "Take the volume away. What builds images can do so without the socket, what watches containers can ask "
            "the kubelet.",
            "No pod of it mounts {path}.",
        ),
    ),
    _book(
        "hygiene.host_path",
        "The pods of {kind} {name} use files of their node.",
        "What is written to {path} stays on that node, is not cleaned up, and a pod on another node does not see it.",
        outside(
            "Use an emptyDir for what may go with the pod, a PersistentVolumeClaim for what must stay; where it is "
            "meant to read the node, mount it readOnly.",
            "The pods run on any node alike.",
        ),
    ),
    _book(
        "hygiene.host_namespace",
        "The pods of {kind} {name} are not apart from their node: {field}.",
        "With the node's network they can reach what listens on its loopback, with its processes what those hold in "
        "memory. No NetworkPolicy holds for them.",
        outside(
            "If they do not drive the node itself, take {field} away, and reach them by a Service.",
            "The pods have a network and processes of their own.",
        ),
    ),
    _book(
        "hygiene.default_token",
        "The pods of {kind} {name} hold a token that they hardly need.",
        "Each pod gets a token of its ServiceAccount unless it says no. That of the account default belongs to nobody "
        "in particular, so whatever is granted to it is granted to all.",
        patch(
            "If they never ask the API server, leave the token out.",
            _in_pods(automountServiceAccountToken=False),
            "New pods have no token under /var/run/secrets.",
        ),
        outside(
            "If they do ask it, give them a ServiceAccount of their own.",
            "The template names a serviceAccountName.",
        ),
    ),
    _book(
        "hygiene.single_replica",
        "{kind} {name} serves clients with one pod.",
        "A node is drained for every update of the cluster; with one replica each of these is an outage.",
        patch(
            "If the program can run twice, let it.",
            "kubectl scale {resource} {name} {scope} --replicas=2",
            "Two pods are ready, on two nodes if there are two.",
        ),
    ),
    _book(
        "hygiene.no_disruption_budget",
        "Nothing keeps a drain from taking all {replicas} pods of {kind} {name}.",
        "A PodDisruptionBudget makes drains wait until enough other pods are ready.",
        create(
            "Allow one pod to be away at a time: put its labels in place of app=APP.",
            "kubectl create poddisruptionbudget {name} {scope} --selector=app=APP --max-unavailable=1",
            "The budget's ALLOWED DISRUPTIONS is 1.",
        ),
    ),
)
