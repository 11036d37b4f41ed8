"""The commands that only look, and the flags that each may have: whatever is not here does not run.

Made from the `--help` of kubectl 1.37.1; a test asks the installed kubectl for each flag's letter and type again. A
flag is left out because it reads or writes files, picks another server, identity or trust, never ends, or is not
needed. A switch with `ONLY_OFF` may be given to say that it is off.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

from kubecfg_core.kubectl import arguments, values
from kubecfg_core.kubectl.arguments import Arguments
from kubecfg_core.kubectl.values import Kind
from kubecfg_core.users import Role


class Takes(StrEnum):
    """How a flag gets its value: a switch, always (also the next word), or only after an equals sign."""

    NOTHING = "nothing"
    VALUE = "value"
    MAYBE = "maybe"


class Flag(msgspec.Struct, frozen=True, kw_only=True):
    """One allowed flag. `short` is its letter or empty; `implied` is its value where it is given without one."""

    name: str
    short: str = ""
    takes: Takes = Takes.VALUE
    kind: Kind
    many: bool = False
    implied: str = "true"


class Verb(msgspec.Struct, frozen=True, kw_only=True):
    """One command: its words, who may run it, what it takes, and the flags that are added where they are missing."""

    path: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    role: Role = Role.VIEWER
    flags: tuple[Flag, ...] = ()
    arguments: Arguments = arguments.NOTHING
    limits: Mapping[str, str] = {}

    @property
    def name(self) -> str:
        """The words with blanks between them."""
        return " ".join(self.path)


def switch(name: str, short: str = "", kind: Kind = values.FLAG) -> Flag:
    """A flag that is on or off."""
    return Flag(name=name, short=short, takes=Takes.NOTHING, kind=kind)


def valued(name: str, kind: Kind, short: str = "", *, many: bool = False) -> Flag:
    """A flag that always has a value."""
    return Flag(name=name, short=short, kind=kind, many=many)


def by_path(verbs: tuple[Verb, ...]) -> dict[tuple[str, ...], Verb]:
    """The verbs under every spelling of their words."""
    return {(*verb.path[:-1], last): verb for verb in verbs for last in (verb.path[-1], *verb.aliases)}


LONGEST_REQUEST: Final = "25s"
LONGEST_WAIT: Final = "20s"

NAMESPACE: Final = valued("namespace", values.NAMESPACE, "n")
COMMON: Final = (NAMESPACE, valued("request-timeout", values.duration(1, 25)))

_EVERYWHERE: Final = switch("all-namespaces", "A")
_SELECTOR: Final = valued("selector", values.SELECTOR, "l")
_FIELDS: Final = valued("field-selector", values.FIELDS)
_CHUNKS: Final = valued("chunk-size", values.number(1, 1000))
_NO_HEADERS: Final = switch("no-headers")
_REVISION: Final = valued("revision", values.number(0, 1_000_000))
_TEMPLATES: Final = ("jsonpath", "jsonpath-as-json", "go-template")
_OBJECT_OUTPUT: Final = valued("output", values.output("json", "yaml", "name", templates=_TEMPLATES), "o")
_USAGE: Final = (
    _NO_HEADERS,
    _SELECTOR,
    switch("show-swap"),
    valued("sort-by", values.one_of("cpu", "memory")),
)

_GET: Final = Verb(
    path=("get",),
    flags=(
        _EVERYWHERE,
        _CHUNKS,
        _FIELDS,
        _NO_HEADERS,
        _SELECTOR,
        switch("allow-missing-template-keys"),
        switch("ignore-not-found"),
        valued("label-columns", values.WORDS, "L", many=True),
        valued(
            "output",
            values.output("json", "yaml", "wide", "name", templates=(*_TEMPLATES, "custom-columns")),
            "o",
        ),
        switch("show-kind"),
        switch("show-labels"),
        switch("show-managed-fields"),
        valued("sort-by", values.PATH),
        valued("subresource", values.one_of("status", "scale", "resize")),
        switch("watch", "w", values.ONLY_OFF),
    ),
    arguments=arguments.OBJECTS,
)
_DESCRIBE: Final = Verb(
    path=("describe",),
    flags=(_EVERYWHERE, _CHUNKS, _SELECTOR, switch("show-events")),
    arguments=arguments.OBJECTS,
)
_LOGS: Final = Verb(
    path=("logs",),
    flags=(
        _SELECTOR,
        switch("all-containers"),
        valued("container", values.NAME, "c"),
        switch("follow", "f", values.ONLY_OFF),
        switch("ignore-errors"),
        valued("limit-bytes", values.number(1, 1_000_000)),
        switch("prefix"),
        switch("previous", "p"),
        valued("since", values.duration(0, 30 * 86400)),
        valued("since-time", values.INSTANT),
        valued("tail", values.number(0, 10_000)),
        switch("timestamps"),
    ),
    arguments=arguments.POD_AND_CONTAINER,
    limits={"tail": "500", "limit-bytes": "1000000"},
)
_EVENTS: Final = Verb(
    path=("events",),
    flags=(
        _EVERYWHERE,
        _CHUNKS,
        _NO_HEADERS,
        valued("for", values.REFERENCE),
        _OBJECT_OUTPUT,
        valued("types", values.WORDS, many=True),
        switch("watch", "w", values.ONLY_OFF),
    ),
)
_API_RESOURCES: Final = Verb(
    path=("api-resources",),
    flags=(
        valued("api-group", values.WORD),
        valued("categories", values.WORDS, many=True),
        switch("namespaced"),
        _NO_HEADERS,
        valued("output", values.output("wide", "name", "json", "yaml"), "o"),
        valued("sort-by", values.one_of("name", "kind")),
        valued("verbs", values.WORDS, many=True),
    ),
)
_EXPLAIN: Final = Verb(
    path=("explain",),
    flags=(
        valued("api-version", values.WORD),
        valued("max-depth", values.number(0, 20)),
        valued("output", values.output("plaintext", "plaintext-openapiv2"), "o"),
        switch("recursive", "R"),
    ),
    arguments=arguments.FIELD,
)
_CAN_I: Final = Verb(
    path=("auth", "can-i"),
    flags=(
        _EVERYWHERE,
        switch("list"),
        _NO_HEADERS,
        switch("quiet", "q"),
        valued("subresource", values.WORD),
    ),
    arguments=arguments.ACTION,
)

READING: Final = by_path(
    (
        _GET,
        _DESCRIBE,
        _LOGS,
        Verb(
            path=("top", "pod"),
            aliases=("pods", "po"),
            flags=(*_USAGE, _EVERYWHERE, _FIELDS, switch("containers"), switch("sum")),
            arguments=arguments.UP_TO_ONE_NAME,
        ),
        Verb(
            path=("top", "node"),
            aliases=("nodes", "no"),
            flags=(*_USAGE, switch("show-capacity")),
            arguments=arguments.UP_TO_ONE_NAME,
        ),
        _EVENTS,
        Verb(path=("version",), flags=(switch("client"), valued("output", values.output("json", "yaml"), "o"))),
        _API_RESOURCES,
        Verb(path=("api-versions",)),
        _EXPLAIN,
        _CAN_I,
        Verb(path=("auth", "whoami"), flags=(_OBJECT_OUTPUT,)),
        Verb(path=("cluster-info",)),
        Verb(
            path=("rollout", "status"),
            flags=(
                _REVISION,
                _SELECTOR,
                valued("timeout", values.duration(0, 86400)),
                switch("watch", "w", values.ONLY_OFF),
            ),
            arguments=arguments.OBJECTS,
            limits={"timeout": LONGEST_WAIT},
        ),
        Verb(
            path=("rollout", "history"),
            flags=(_REVISION, _SELECTOR, _OBJECT_OUTPUT),
            arguments=arguments.OBJECTS,
        ),
    )
)
"""Every reading command under every spelling of its words."""
