"""The states a demo pod can be in, as its kubelet would have written them, with the events that tell of it."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import msgspec

Object = dict[str, Any]

REGISTRY = "registry.example.com/shop"
_LETTERS = "bcdfghjklmnpqrstvwxz2456789"


class Moment:
    """Timestamps relative to one now, so that the demo is always as old as its story says."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now

    def ago(self, **units: float) -> str:
        """The RFC 3339 time some days, hours, minutes or seconds before now."""
        return (self.now - dt.timedelta(**units)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """Why a container waits, and how its last run ended, if it ever ran."""

    reason: str
    message: str = ""
    exit_code: int | None = None
    ended: str = ""
    restarts: int = 0


class State(msgspec.Struct, frozen=True, kw_only=True):
    """A pod's state; `events` are (type, reason, message, count), `node` False for a pod that found no node."""

    phase: str = "Running"
    ready: bool = True
    waiting: Waiting | None = None
    scheduled: bool = True
    message: str = ""
    events: tuple[tuple[str, str, str, int], ...] = ()


RUNNING = State()
COMPLETED = State(phase="Succeeded", ready=False)
LOST = State(ready=False)


def crashing(container: str, exit_code: int, reason: str, restarts: int) -> State:
    """A container that starts, ends and is held back."""
    message = f"back-off 5m0s restarting failed container={container}"
    waiting = Waiting(reason="CrashLoopBackOff", message=message, exit_code=exit_code, ended=reason, restarts=restarts)
    told = f"Back-off restarting failed container {container}"
    return State(ready=False, waiting=waiting, events=(("Warning", "BackOff", told, restarts * 6),))


def unpullable(image: str) -> State:
    """A container whose image does not exist."""
    waiting = Waiting(reason="ImagePullBackOff", message=f'Back-off pulling image "{image}"')
    error = f'Failed to pull image "{image}": rpc error: code = NotFound desc = {image}: not found'
    told = (("Warning", "Failed", error, 5), ("Warning", "BackOff", f'Back-off pulling image "{image}"', 22))
    return State(phase="Pending", ready=False, waiting=waiting, events=told)


def misconfigured(message: str) -> State:
    """A container whose environment cannot be put together."""
    waiting = Waiting(reason="CreateContainerConfigError", message=message)
    return State(
        phase="Pending", ready=False, waiting=waiting, events=(("Warning", "Failed", f"Error: {message}", 31),)
    )


def unschedulable(message: str) -> State:
    """A pod no node has room for."""
    told = (("Warning", "FailedScheduling", message, 1),)
    return State(phase="Pending", ready=False, scheduled=False, message=message, events=told)


def unready(message: str) -> State:
    """A container that runs and fails its readiness probe."""
    return State(ready=False, events=(("Warning", "Unhealthy", message, 180),))


def suffix(seed: str, length: int) -> str:
    """A name's tail in the alphabet Kubernetes uses, the same on every start."""
    digest = hashlib.sha256(seed.encode()).digest()
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:length])


def replica_set_name(namespace: str, deployment: str, revision: int = 1) -> str:
    """The name of a Deployment's ReplicaSet."""
    return f"{deployment}-{suffix(f'{namespace}/{deployment}/{revision}', 10)}"


def pod_name(namespace: str, deployment: str, index: int = 0, revision: int = 1) -> str:
    """The name of one pod of a Deployment."""
    owner = replica_set_name(namespace, deployment, revision)
    return f"{owner}-{suffix(f'{namespace}/{owner}/{index}', 5)}"


def pod_status(item: Object, state: State, moment: Moment, age_hours: float, address: tuple[str, str]) -> Object:
    """The status of a pod in a state; `address` is its IP and its node's, empty for a pod without a node."""
    since = moment.ago(hours=age_hours)
    if not state.scheduled:
        scheduled = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": state.message}
        condition = {**scheduled, "lastProbeTime": None, "lastTransitionTime": since}
        return {"phase": "Pending", "conditions": [condition], "qosClass": "Burstable"}
    ready = "True" if state.ready else "False"
    why: Object = {}
    if not state.ready:
        names = ",".join(container["name"] for container in item["spec"]["containers"])
        why = {"reason": "ContainersNotReady", "message": f"containers with unready status: [{names}]"}
        if state.phase == "Succeeded":
            why = {"reason": "PodCompleted"}
    conditions = [
        _condition("PodReadyToStartContainers", "False" if state.phase == "Succeeded" else "True", since),
        _condition("Initialized", "True", since),
        {**_condition("Ready", ready, since), **why},
        {**_condition("ContainersReady", ready, since), **why},
        _condition("PodScheduled", "True", since),
    ]
    return {
        "phase": state.phase,
        "conditions": conditions,
        "hostIP": address[1],
        "hostIPs": [{"ip": address[1]}],
        "podIP": address[0],
        "podIPs": [{"ip": address[0]}],
        "startTime": since,
        "containerStatuses": [_container(c, state, moment, age_hours) for c in item["spec"]["containers"]],
        "qosClass": "Burstable",
    }


def _condition(kind: str, status: str, since: str) -> Object:
    return {"type": kind, "status": status, "lastProbeTime": None, "lastTransitionTime": since}


def _container(spec: Object, state: State, moment: Moment, age_hours: float) -> Object:
    started = moment.ago(hours=age_hours)
    identity = hashlib.sha256(f"{spec['image']}{age_hours}".encode()).hexdigest()
    now: Object = {"running": {"startedAt": started}}
    last: Object = {}
    waiting = state.waiting
    if state.phase == "Succeeded":
        ended = {"exitCode": 0, "reason": "Completed", "startedAt": started}
        now = {"terminated": {**ended, "finishedAt": moment.ago(hours=age_hours, minutes=-4)}}
    elif waiting:
        now = {"waiting": {"reason": waiting.reason, "message": waiting.message}}
        if waiting.exit_code is not None:
            times = {"startedAt": moment.ago(minutes=4, seconds=20), "finishedAt": moment.ago(minutes=3, seconds=50)}
            ended = {"exitCode": waiting.exit_code, "reason": waiting.ended}
            last = {"terminated": {**ended, **times, "containerID": f"containerd://{identity}"}}
    runs = not waiting and state.phase == "Running"
    return {
        "name": spec["name"],
        "state": now,
        "lastState": last,
        "ready": state.ready,
        "restartCount": waiting.restarts if waiting else 0,
        "image": spec["image"],
        "imageID": ""
        if waiting and waiting.exit_code is None
        else f"{spec['image'].rpartition(':')[0]}@sha256:{identity}",
        "containerID": f"containerd://{identity}" if runs else "",
        "started": runs,
    }
