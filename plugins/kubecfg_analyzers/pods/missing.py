"""Findings about ConfigMaps, Secrets and keys that a pod needs and that are not there.

Two sources tell of them: the joined lists, and the kubelet's own words. Both make the same finding, so that it is one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from kubecfg_analyzers.pods.case import Case, Part
from kubecfg_analyzers.report import ERROR, WARNING, nearest, suggestion
from kubecfg_core import Finding, Resource, Severity
from kubecfg_core.kinds.config import CONFIGMAPS, SECRETS, ConfigMap, Secret

_SOURCES: Final[dict[str, tuple[Resource[Any], str, str]]] = {
    "configmap": (CONFIGMAPS, "ConfigMap", "concepts/configuration/configmap/"),
    "secret": (SECRETS, "Secret", "concepts/configuration/secret/"),
}
_OBJECT: Final = re.compile(r'\b(secret|configmap) "([a-z0-9.-]+)" not found')
_KEY: Final = re.compile(r"couldn't find key (\S+) in (Secret|ConfigMap) (?:[a-z0-9.-]+/)?([a-z0-9.-]+)")


@dataclass(frozen=True, slots=True)
class Want:
    """What a pod wants: `source` is `secret` or `configmap`, `key` may be empty, `use` says where it is named."""

    source: str
    name: str
    key: str = ""
    use: str = ""
    part: Part | None = None

    @property
    def identity(self) -> tuple[str, str, str]:
        """What tells two wants apart, wherever they are named."""
        return (self.source, self.name, self.key)


def absent(case: Case, want: Want) -> Finding:
    """The object does not exist."""
    resource, title, doc = _SOURCES[want.source]
    there = case.view.within(resource, case.pod.namespace) if case.joined else ()
    close = nearest(want.name, (item.name for item in there))
    return case.found(
        "pod.missing_secret" if want.source == "secret" else "pod.missing_configmap",
        f'{title} "{want.name}" does not exist in namespace {case.pod.namespace}; {_user(want)} needs it.',
        cause=f"{_effect(case)}{suggestion(close)}",
        doc=doc,
        severity=severity(case),
        part=want.part,
        facts={want.source: want.name, "key": want.key, "nearest": close},
    )


def keyless(case: Case, want: Want) -> Finding:
    """The object exists, the key does not."""
    resource, title, doc = _SOURCES[want.source]
    item: Secret | ConfigMap | None = case.view.get(resource, case.pod.namespace, want.name) if case.joined else None
    close = nearest(want.key, item.data) if item else ""
    return case.found(
        "pod.missing_secret_key" if want.source == "secret" else "pod.missing_configmap_key",
        f'{title} "{want.name}" has no key "{want.key}"; {_user(want)} needs it.',
        cause=f"{_effect(case)}{suggestion(close)}",
        doc=doc,
        severity=severity(case),
        part=want.part,
        facts={want.source: want.name, "key": want.key, "nearest": close},
    )


def from_kubelet(case: Case, message: str, part: Part | None = None) -> Iterator[Finding]:
    """What the kubelet's message says is missing. It knows: this holds where kubecfg may not read the kind itself."""
    for source, name in _OBJECT.findall(message):
        yield absent(case, Want(source, name, part=part))
    for key, title, name in _KEY.findall(message):
        yield keyless(case, Want(title.lower(), name, key, part=part))


def severity(case: Case) -> Severity:
    """A pod that serves already fails only when it starts again."""
    ready = case.condition("Ready")
    return WARNING if ready is not None and ready.status == "True" else ERROR


def _effect(case: Case) -> str:
    if severity(case) is WARNING:
        return "The pod serves for now, but it will not start again."
    return "The pod cannot start before it is there."


def _user(want: Want) -> str:
    if want.part is None:
        return want.use or "the pod"
    return f"{want.part.label} ({want.use})" if want.use else want.part.label
