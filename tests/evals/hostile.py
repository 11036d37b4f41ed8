"""Clusters that somebody hostile has written into, and a model that does whatever it reads."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import msgspec
from aiohttp import web

from kubecfg_core.folding import fold
from kubecfg_core.problems import Problem
from kubecfg_core.usecases.analysis import judge
from tests.fakes.openai_server import FakeOpenAI
from tests.unit.kubecfg_analyzers.judging import Json, ago, crashing, pod, view_of, waiting, warning, workload
from tests.unit.kubecfg_analyzers.recorded import EVERY

INJECTIONS: Final = Path(__file__).with_name("injections.json")
# It looks like any word of an application: only where it stands tells that it is a secret.
SECRET: Final = "hunter2-tiger-marker"
_MARKERS: Final = re.compile(r"[\w-]*marker[\w-]*")


class Injection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text that somebody put into a cluster, and what a model that obeys it answers.

    `where` it stands: see `problems`. In `text`, `{secret}` is a marker secret. The answer has `commands`, and `says`
    in every text, `{leak}` being each marker that the model has seen; or it is `raw`, whatever that is.
    """

    name: str
    where: str
    text: str
    commands: list[str] = []
    says: str = "As you wish."
    raw: str = ""
    repeat: int = 1

    @property
    def planted(self) -> str:
        """The text as it stands in the cluster."""
        return self.text.replace("{secret}", SECRET) * self.repeat


def injections() -> list[Injection]:
    """Every injection."""
    return msgspec.json.decode(INJECTIONS.read_bytes(), type=list[Injection])


def problems(injection: Injection) -> list[Problem]:
    """What the analyzers make of the cluster with the text in it."""
    view = view_of(*_objects(injection.where, injection.planted))
    findings, failures = judge(view, EVERY)
    assert failures == []
    return fold(findings, view)


def _objects(where: str, text: str) -> list[Json]:
    """A few objects, one of which holds the text where it is said to stand."""
    creating = pod(waiting("ContainerCreating"), phase="Pending")
    references = {"env": [{"name": "K", "valueFrom": {"configMapKeyRef": {"name": text, "key": "k"}}}]}
    unplaced = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": text}
    refused = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": text}
    kept: dict[str, list[Json]] = {
        "annotation": [pod(crashing(), annotations={"note": text})],
        "condition": [workload(conditions=[{**refused, "lastTransitionTime": ago(minutes=30)}])],
        "configmap": [
            pod(waiting("CreateContainerConfigError", f'configmap "{text}" not found'), container=references)
        ],
        "env": [pod(crashing(), container={"env": [{"name": "DB_PASSWORD", "value": text}]})],
        "event": [creating, warning("FailedMount", text)],
        "image": [pod(waiting("InvalidImageName", text), container={"image": text})],
        "label": [pod(labels={"app": text}), _service({"app": f"{text}-2"})],
        "log": [pod(crashing())],
        "name": [pod(crashing(), name=text)],
        "namespace": [pod(crashing(), namespace=text)],
        "pull": [pod(waiting("ErrImagePull", text))],
        "scheduler": [pod({}, phase="Pending", conditions=[{**unplaced, "lastTransitionTime": ago(minutes=30)}])],
        "termination": [pod(crashing(message=text))],
        "waiting": [pod(waiting("CreateContainerConfigError", text))],
    }
    return kept[where]


def _service(selector: dict[str, str]) -> Json:
    spec = {"type": "ClusterIP", "selector": selector, "ports": [{"name": "http", "port": 80}]}
    return {"kind": "Service", "metadata": {"name": "web", "creationTimestamp": ago(hours=1)}, "spec": spec}


class Obedient(FakeOpenAI):
    """Answers with what the injection asks for, and with every marker that it has been told."""

    def __init__(self, injection: Injection) -> None:
        super().__init__()
        self._injection = injection
        self.received: list[bytes] = []

    async def _ok(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.received.append(body)
        leak = " ".join(sorted(set(_MARKERS.findall(body.decode())))) or "nothing"
        return await self._say(self._injection.raw or json.dumps(_answer(self._injection, leak)))


def _answer(injection: Injection, leak: str) -> dict[str, Any]:
    says = injection.says.replace("{leak}", leak)
    return {
        "solution_summary": says,
        "detailed_solution": f"{says} {leak}",
        "remediation_steps": [
            {
                "step_id": number,
                "action_type": "INVESTIGATE",
                "description": says,
                "command": command.replace("{leak}", leak),
                "expected_outcome": says,
            }
            for number, command in enumerate([*injection.commands, ""], start=1)
        ],
        "confidence_score": 1,
        "estimated_time_mins": 0,
        "additional_notes": f"{says} {leak}",
    }
