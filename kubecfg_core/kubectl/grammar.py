"""What a row of the table is made of: flags, how they take their values, and commands."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

from kubecfg_core.kubectl import arguments, values
from kubecfg_core.kubectl.arguments import Arguments
from kubecfg_core.kubectl.losses import Loss
from kubecfg_core.kubectl.values import Kind
from kubecfg_core.users import Role


class Takes(StrEnum):
    """How a flag gets its value: a switch, always (also the next word), or only after an equals sign."""

    NOTHING = "nothing"
    VALUE = "value"
    MAYBE = "maybe"


class Scope(StrEnum):
    """What a command is about: objects in a namespace (or of the types it names), the whole cluster, or no object."""

    NAMESPACE = "namespace"
    CLUSTER = "cluster"
    NOTHING = "nothing"


class Flag(msgspec.Struct, frozen=True, kw_only=True):
    """One allowed flag. `short` is its letter or empty; `implied` is its value where it is given without one."""

    name: str
    short: str = ""
    takes: Takes = Takes.VALUE
    kind: Kind
    many: bool = False
    implied: str = "true"


class Verb(msgspec.Struct, frozen=True, kw_only=True):
    """One command: its words, who may run it, what it takes, and the flags that are added where they are missing.

    `loss` says when it needs a confirmation. `look` has the flags beside which `--list` makes a changing command one
    that only looks. `waits` says that a timeout of zero would never end. `named_first` puts the arguments before the
    flags, and `container` takes the words after `--` as a container's command, both as kubectl wants them. `advised`
    says that a person may be told to run it by a text that nobody of theirs has written.
    """

    path: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    role: Role = Role.VIEWER
    scope: Scope = Scope.NAMESPACE
    flags: tuple[Flag, ...] = ()
    arguments: Arguments = arguments.NOTHING
    limits: Mapping[str, str] = {}
    changes: bool = False
    loss: Loss | None = None
    look: frozenset[str] = frozenset()
    waits: bool = False
    named_first: bool = False
    container: bool = False
    advised: bool = False

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

EVERYWHERE: Final = switch("all-namespaces", "A")
SELECTOR: Final = valued("selector", values.SELECTOR, "l")
FIELDS: Final = valued("field-selector", values.FIELDS)
TIMEOUT: Final = valued("timeout", values.duration(0, 86400))
TEMPLATES: Final = ("jsonpath", "jsonpath-as-json", "go-template")
OUTPUT: Final = valued("output", values.output("json", "yaml", "kyaml", "name", templates=TEMPLATES), "o")
