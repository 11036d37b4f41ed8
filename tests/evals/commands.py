"""Commands of solutions, taken apart: which objects they name, and whether anybody may run them."""

from __future__ import annotations

import functools
import re
import shlex
from collections.abc import Iterable, Iterator
from typing import Final

from kubecfg_core.errors import KubecfgError
from kubecfg_core.kubectl import judge
from kubecfg_core.kubectl.parsing import Call, parse
from kubecfg_core.kubectl.policy import without_program
from kubecfg_core.kubectl.table import TABLE
from kubecfg_core.kubectl.text import split
from kubecfg_core.problems import Evidence, Finding
from kubecfg_core.users import Role
from kubecfg_demo import Simulator

ROLES: Final = (Role.VIEWER, Role.OPERATOR, Role.ADMIN)

# What a verb's bare arguments name.
_OF_VERB: Final = {"logs": "pods", "cordon": "nodes", "uncordon": "nodes", "drain": "nodes"}
_OF_TOP: Final[dict[tuple[str, ...], str]] = {("top", "pod"): "pods", ("top", "node"): "nodes"}
# kubectl has no dry run of these.
_NEVER_TRIED: Final = frozenset({("rollout", "restart")})
# Every cluster has these.
ALWAYS: Final = frozenset({"kube-system", "kube-node-lease", "default"})

Named = tuple[str, str, str]
"""A kind, a namespace (or nothing) and a name."""


def role_for(command: str) -> Role | None:
    """The least role that may run the command, once it is confirmed; `None` where nobody may."""
    for role in ROLES:
        try:
            judge(command, role=role, confirmed=True)
        except KubecfgError:
            continue
        return role
    return None


def parsed(command: str) -> Call:
    """The command as the policy understands it. Raises `KubecfgError` for one that it does not."""
    return parse(without_program(split(command)), TABLE)


def makes(call: Call) -> Named | None:
    """The object that a `create` makes."""
    if call.verb.path[0] != "create":
        return None
    return (kind_of(call.verb.path[1]), call.flag("namespace") or "", call.arguments[0])


def objects(call: Call) -> Iterator[Named]:
    """Every object that the command names and that has to be there for it."""
    if call.verb.path[0] == "create":
        return
    namespace = call.flag("namespace") or ""
    targets = call.targets or call.arguments
    if call.verb.name == "taint":
        targets = call.arguments[:2]
    pairs = [tuple(word.split("/", 1)) for word in targets if "/" in word]
    bare = _OF_TOP.get(call.verb.path[:2]) or _OF_VERB.get(call.verb.name)
    if not pairs and bare:
        pairs = [(bare, name) for name in targets]
    elif not pairs and targets:
        pairs = [(targets[0], name) for name in targets[1:]]
    for resource, name in pairs:
        yield (kind_of(resource), namespace if namespaced(resource) else "", name)


def names(call: Call) -> list[str]:
    """Every name in the command: objects, namespaces, containers."""
    flags = [value for flag in ("namespace", "container") if (value := call.flag(flag)) is not None]
    return [*(name for *_, name in objects(call)), *flags]


def words(text: object) -> set[str]:
    """A fact, and what stands in it between commas, slashes, colons and equals signs."""
    return {str(text), *re.split(r"[,/:=\s]+", str(text))}


def facts(finding: Finding) -> set[str]:
    """Every name that the finding itself gives."""
    told: Evidence = finding.evidence
    culprit = () if finding.culprit is None else (finding.culprit.name, finding.culprit.namespace)
    given: Iterable[object] = (finding.name, finding.namespace, finding.parent, *culprit, *told.values())
    return {word for each in given for word in words(each)}


@functools.cache
def _served() -> dict[str, tuple[str, bool]]:
    catalog = Simulator().catalog
    return {
        alias: (resource.kind, resource.namespaced)
        for resource in catalog.explained()
        if resource.kind != "Event"
        for alias in (resource.plural, resource.singular, *resource.short_names)
    }


def kind_of(resource: str) -> str:
    """The kind behind a resource as it is typed (`deploy`); that of a custom one is its own name."""
    kind, _ = _served().get(resource.lower(), (resource.lower(), True))
    return kind


def namespaced(resource: str) -> bool:
    """Whether objects of it are in namespaces; those of custom ones are taken to be."""
    return _served().get(resource.lower(), ("", True))[1]


def shape(command: str) -> tuple[object, ...]:
    """What commands share that kubectl reads alike: all but names, values, and which of Kubernetes' own types it is."""
    call = parsed(command)
    flags = tuple((name, value if name in ("type", "output") else "") for name, value in call.flags)
    custom = tuple(sorted(name for name in call.types if name not in _served()))
    # A change is read as one of its type: `set image` knows pods and what makes them.
    types = custom if call.looks and call.verb.name in ("get", "describe") else tuple(sorted(call.types))
    return (call.verb.path, flags, types, min(len(call.arguments), 2), "/" in "".join(call.arguments[:1]))


def harmless(command: str) -> list[str]:
    """The words to run it with for a try: a change is only tried on kubectl's own side, and nothing waits for long."""
    call = parsed(command)
    waits = command.replace("--timeout ", "--timeout=")
    given = [re.sub(r"^--timeout=.*", "--timeout=1s", word) for word in shlex.split(waits)][1:]
    return given if call.looks or call.verb.path in _NEVER_TRIED else [*given, "--dry-run=client"]
