"""What a kubectl command speaks of: the objects, namespaces and images that it names."""

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from kubecfg_core.errors import KubecfgError
from kubecfg_core.kubectl.grammar import Scope
from kubecfg_core.kubectl.kinds import NAMESPACES, namespaced
from kubecfg_core.kubectl.parsing import Call, parse
from kubecfg_core.kubectl.policy import without_program
from kubecfg_core.kubectl.table import TABLE
from kubecfg_core.kubectl.text import split
from kubecfg_core.kubectl.vetting import AT_HOME

DEFAULT: Final = "default"

_KNOWN: Final = {**TABLE, AT_HOME.path: AT_HOME}

# A word that a person is to fill in, as the playbooks write it.
_PLACEHOLDER: Final = re.compile(r"[A-Z][A-Z0-9_]*")
_TAINT: Final = re.compile(r"[=:]|-$")
_REFERENCES: Final = frozenset({"for", "from", "name", "serviceaccount", "class", "priority-class"})
_NO_OBJECTS: Final = frozenset({"explain", "api-resources", "api-versions", "version", "cluster-info"})


class Mentions(msgspec.Struct, frozen=True, kw_only=True):
    """Names of objects, of namespaces, and images as they are written. `changes`: the command is no mere look.

    `selects` are the values of the selectors that choose what a change is made to.
    """

    names: frozenset[str] = frozenset()
    namespaces: frozenset[str] = frozenset()
    images: frozenset[str] = frozenset()
    selects: frozenset[str] = frozenset()
    changes: bool = False


def mentions(command: str) -> Mentions | None:
    """What the command line names; nothing where it is none that kubecfg knows."""
    try:
        call = parse(without_program(split(command)), _KNOWN)
    except KubecfgError:
        return None
    names, namespaces = set(_objects(call)), set(_namespaces(call))
    if call.types & NAMESPACES or call.verb.path == ("create", "namespace"):
        names, namespaces = set(), namespaces | names
    return Mentions(
        names=frozenset(name for name in names if not _PLACEHOLDER.fullmatch(name)),
        namespaces=frozenset(name for name in namespaces if not _PLACEHOLDER.fullmatch(name)),
        images=frozenset(image for image in _images(call) if not _PLACEHOLDER.fullmatch(image)),
        selects=frozenset(_selected(call)) if not call.looks else frozenset(),
        changes=not call.looks,
    )


def _objects(call: Call) -> Iterator[str]:
    for name, value in call.flags:
        if name in _REFERENCES and (name != "for" or "/" in value):  # of "wait" it may be a condition
            yield value.rpartition("/")[2]
        if name == "field-selector":
            yield from (part.partition("=")[2].lstrip("=") for part in value.split(",") if ".name=" in part)
    if call.verb.path[0] in _NO_OBJECTS:
        return
    if call.verb.path == ("auth", "can-i"):
        yield from (word.partition("/")[2] for word in call.arguments[1:] if "/" in word[1:])
        return
    yield from _named(call)


def _named(call: Call) -> Iterator[str]:
    if call.verb.path == ("logs",):
        words, typed = call.arguments[:1], False
    elif call.verb.path == ("taint",):
        words, typed = tuple(word for word in call.arguments if not _TAINT.search(word)), True
    else:
        words, typed = call.targets or call.arguments, bool(call.targets)
    for index, word in enumerate(words):
        if "/" in word:
            yield word.partition("/")[2]
        elif index or not typed:
            yield word
    if call.verb.path == ("set", "serviceaccount"):
        yield call.arguments[-1]


def _namespaces(call: Call) -> Iterator[str]:
    chosen = call.flag("namespace")
    if chosen is not None:
        yield chosen
    elif not call.looks and (_makes_in_one(call) or any(namespaced(kind) for kind in call.types)):
        yield DEFAULT  # where a change lands that names no namespace


def _makes_in_one(call: Call) -> bool:
    return call.verb.path[0] == "create" and call.verb.scope is Scope.NAMESPACE


def _images(call: Call) -> Iterator[str]:
    if call.verb.path == ("set", "image"):
        yield from (word.partition("=")[2] for word in call.arguments if "=" in word)
    for name, value in call.flags:
        if name == "image":
            yield value
        if name in {"patch", "overrides"}:
            yield from _images_in(msgspec.json.decode(value))


def _images_in(patch: Any) -> Iterator[str]:
    if isinstance(patch, dict):
        if str(patch.get("path", "")).endswith("/image") and isinstance(patch.get("value"), str):
            yield patch["value"]
        for key, value in patch.items():
            if key == "image" and isinstance(value, str):
                yield value
            yield from _images_in(value)
    elif isinstance(patch, list):
        for value in patch:
            yield from _images_in(value)


def _selected(call: Call) -> Iterator[str]:
    for name, value in call.flags:
        if name in {"selector", "pod-selector"}:
            yield from (part.rpartition("=")[2] for part in value.split(",") if part)
