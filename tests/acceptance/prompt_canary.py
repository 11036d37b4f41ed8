"""The demo cluster with markers in all that must not leave, and a language model that keeps every byte it is sent."""

import base64
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from kubecfg_core.clusters import ClusterTarget, NewCluster
from kubecfg_core.masking import Level
from kubecfg_core.naming import PUBLIC
from kubecfg_core.report import Report
from kubecfg_core.secret import Secret
from kubecfg_core.usecases.analysis import NAMED
from kubecfg_core.users import User
from kubecfg_demo import Running, Simulator, shop_logs, shop_objects
from kubecfg_demo.access import EVERYTHING
from kubecfg_runtime import Kubecfg
from kubecfg_runtime.settings import Settings
from tests.fakes.openai_server import FakeOpenAI

SECRETS: Final = {
    "environment": "mk-env-7d1f",
    "secret variable": "mk-variable-7d1f",
    "secret": "mk-secret-7d1f",
    "configuration": "mk-config-7d1f",
    "annotation": "mk-annotation-7d1f",
    "last applied": "mk-applied-7d1f",
    "argument": "mk-argument-7d1f",
    "password in an event": "mk-event-password-7d1f",
    "password in a log": "mk-log-password-7d1f",
    "password in a URL": "mk-url-password-7d1f",
    "token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJta3Rva2VuIn0.c2lnbmF0dXJl",
}
"""What leaves at no level."""

NAMES: Final = {
    "host in an event": "mk-event-host.corp.example.com",
    "host in a log": "mk-log-host",
    "image in an event": "mk-registry.example.com/mk-folder/mk-image",
    "IPv4 in an event": "10.97.31.12",
    "IPv4 in a log": "10.97.31.13",
    "IPv6 in a log": "2001:db8:97:31::13",
    "network in a log": "10.97.0.0/16",
    "mail in a log": "mk-ann@example.com",
}
"""What leaves at `off` alone, beside the names of the cluster's objects."""

WORDS: Final = {"label": "mk-label-7d1f", "word in an event": "mk-event-word-7d1f", "word in a log": "mk-log-word-7d1f"}
"""What does not leave at `strict`."""

_EVENT: Final = (
    " mk-event-word-7d1f at mk-event-host.corp.example.com (10.97.31.12) password=mk-event-password-7d1f"
    f" {SECRETS['token']} Pulling image mk-registry.example.com/mk-folder/mk-image:2"
)
_LOG: Final = (
    "mk-log-word-7d1f dial tcp: lookup mk-log-host on 10.97.31.13:53 from [2001:db8:97:31::13]:80 in 10.97.0.0/16\n"
    "for mk-ann@example.com postgres://shop:mk-url-password-7d1f@mk-log-host:5432/ DB_PASSWORD=mk-log-password-7d1f\n"
)


class RecordingModel(FakeOpenAI):
    """Keeps the bytes of every request, and repeats the playbook that it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.received = b""

    async def _ok(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.received += body
        told = json.loads(body)["messages"][-1]["content"].splitlines()[1]
        playbook = json.loads(told)["playbook"]
        steps = [{"step_id": number, **step} for number, step in enumerate(playbook["remediation_steps"], start=1)]
        answer = {
            "confidence_score": 0.5,
            "estimated_time_mins": 5,
            "additional_notes": "",
            **playbook,
            "remediation_steps": steps,
        }
        return await self._say(json.dumps(answer))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An analysis, and what the model was sent for it."""

    received: bytes
    report: Report

    def found(self, markers: dict[str, str]) -> list[str]:
        """Which of the markers are in it, also in base64."""
        return [
            name
            for name, text in markers.items()
            if text.encode() in self.received or base64.b64encode(text.encode()).rstrip(b"=")[:-1] in self.received
        ]

    def named(self, names: set[str]) -> list[str]:
        """Which of the names stand in it as words."""
        text = self.received.decode()
        return sorted(name for name in names if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text))


def marked_objects() -> list[dict[str, Any]]:
    """The demo's objects with a marker in every field that must not leave."""
    return [_marked(json.loads(json.dumps(item))) for item in shop_objects()]


def names_of(objects: list[dict[str, Any]], vocabulary: frozenset[str]) -> set[str]:
    """What the owner named in the objects: those that are ordinary words are no markers."""
    found = set(_names(objects))
    return {name for name in found if name not in PUBLIC and name not in vocabulary and not name.isdecimal()}


def _names(objects: list[dict[str, Any]]) -> Iterator[str]:
    for item in objects:
        metadata = item["metadata"]
        if item["kind"] in NAMED:
            yield metadata["name"]
        if metadata.get("namespace"):
            yield metadata["namespace"]
        spec, status = item.get("spec") or {}, item.get("status") or {}
        yield from (container["image"] for container in spec.get("containers", []))
        yield from (rule["host"] for rule in spec.get("rules", []) if isinstance(rule, dict) and rule.get("host"))
        yield from (status[key] for key in ("podIP", "hostIP") if key in status)


def _marked(item: dict[str, Any]) -> dict[str, Any]:
    metadata = item["metadata"]
    applied = json.dumps({"spec": {"note": SECRETS["last applied"]}})
    metadata.setdefault("annotations", {}).update(
        {"note": SECRETS["annotation"], "kubectl.kubernetes.io/last-applied-configuration": applied}
    )
    metadata.setdefault("labels", {})["team"] = WORDS["label"]
    if item["kind"] == "Secret":
        item["data"] = {**(item.get("data") or {}), "mk": base64.b64encode(SECRETS["secret"].encode()).decode()}
    if item["kind"] == "ConfigMap":
        item.setdefault("data", {})["mk"] = SECRETS["configuration"]
    if item["kind"] == "Event":
        item["message" if "message" in item else "note"] += _EVENT
    for container in _containers(item):
        container.setdefault("env", []).extend(
            [
                {"name": "MK", "value": SECRETS["environment"]},
                {"name": "DB_PASSWORD", "value": SECRETS["secret variable"]},
            ]
        )
        container["args"] = [*container.get("args", []), f"--mk={SECRETS['argument']}"]
    return item


def _containers(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    spec = item.get("spec") or {}
    spec = (spec.get("template") or {}).get("spec") or spec
    yield from spec.get("containers", []) if isinstance(spec, dict) else []


@asynccontextmanager
async def service(home: Path, model: RecordingModel) -> AsyncIterator[tuple[Kubecfg, User, Running]]:
    """A service with that model, an operator, and the marked cluster."""
    logs = {key: text + _LOG for key, text in shop_logs().items()}
    settings = Settings(
        kubecfg_data_dir=home,
        kubecfg_egress_allow_cidrs=("127.0.0.0/8", "::1/128"),
        kubecfg_admin_username="ann",
        kubecfg_admin_password=Secret("a-long-password"),
        llm_api_url=model.url,
    )
    async with Simulator(marked_objects(), logs=logs).serve() as cluster, Kubecfg(settings) as kubecfg:
        cluster.add_token("t0ken", user="ann", allow=(EVERYTHING,))
        services = await kubecfg.services()
        token = await services.accounts.login("ann", "a-long-password")
        yield kubecfg, await services.accounts.authenticate(token.access_token), cluster


async def analysed(home: Path, level: Level) -> Sent:
    """The marked cluster, onboarded with that level, and analysed."""
    async with RecordingModel() as model, service(home, model) as (kubecfg, user, cluster):
        services = await kubecfg.services()
        target = ClusterTarget(name="mk", server_url=cluster.url, token=Secret("t0ken"), ca_data=cluster.ca_data)
        new = NewCluster(cluster_name="mk", target=target, llm_privacy=level)
        onboarded = await services.clusters.onboard(user, new)
        report = await services.diagnosis.analyze(user, onboarded.id, types=["all"])
        return Sent(received=model.received, report=report)
