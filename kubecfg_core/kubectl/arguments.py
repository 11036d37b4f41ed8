"""What may follow a verb beside flags: the grammar of each verb's arguments."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

MOST: Final = 100

_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9-]*(\.[A-Za-z0-9-]+)*\.?")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,252}")
_ASSIGNMENT = re.compile(r"[A-Za-z0-9_*][A-Za-z0-9._/-]*(=[\x20-\x7e]{0,1024}|-)")
_TAINT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*(=[A-Za-z0-9._-]*)?(:(NoSchedule|PreferNoSchedule|NoExecute))?-?")
_ACTION = re.compile(r"[a-z*]+|/[A-Za-z0-9/._*-]*")
_RESOURCE = re.compile(r"(\*|[A-Za-z][A-Za-z0-9.-]*)(/[A-Za-z0-9][A-Za-z0-9._:-]*)?|/[A-Za-z0-9/._*-]*")
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,252}")


def _none(_: tuple[str, ...]) -> tuple[str, ...]:
    return ()


class Arguments(msgspec.Struct, frozen=True, kw_only=True):
    """A grammar. `fault` gives the first argument that does not fit, or nothing; `says` describes what would.

    `targets` gives the arguments that say which objects are meant, types among them.
    """

    says: str
    fault: Callable[[tuple[str, ...]], str | None]
    targets: Callable[[tuple[str, ...]], tuple[str, ...]] = _none


def types_of(args: Iterable[str]) -> set[str]:
    """The resource types that arguments name, in lower case and without version and group.

    The first argument counts, and every one of the form TYPE/NAME, wherever it stands.
    """
    heads = [arg.partition("/")[0] for index, arg in enumerate(args) if index == 0 or "/" in arg]
    return {part.partition(".")[0].lower() for head in heads for part in head.split(",")}


def in_order(*patterns: re.Pattern[str], says: str) -> Arguments:
    """At most one argument for each pattern."""

    def fault(args: tuple[str, ...]) -> str | None:
        misfits = (arg for arg, pattern in zip(args, patterns, strict=False) if not pattern.fullmatch(arg))
        return next(misfits, args[len(patterns)] if len(args) > len(patterns) else None)

    return Arguments(says=says, fault=fault)


def names(least: int, most: int) -> Arguments:
    """Names of one kind of object, which the verb knows."""

    def fault(args: tuple[str, ...]) -> str | None:
        misfits = (arg for arg in args if not _NAME.fullmatch(arg))
        return next(misfits, _outside(args, least, most))

    return Arguments(says=f"{least} to {most} names", fault=fault)


def objects(
    *,
    least: int = 0,
    only: frozenset[str] = frozenset(),
    change: bool = False,
    may_change: bool = False,
) -> Arguments:
    """`TYPE[,TYPE...] [NAME...]` or `TYPE/NAME...`, then, with `change`, at least one `KEY=VALUE` or `KEY-`.

    `only` has types as `types_of` gives them; `may_change` allows changes without asking for one.
    """

    def targets(args: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(arg for arg in args if not ((change or may_change) and _ASSIGNMENT.fullmatch(arg)))

    def fault(args: tuple[str, ...]) -> str | None:
        here = targets(args)
        if change and len(here) == len(args):
            return args[-1] if args else "nothing"
        if only and not types_of(here) <= only:
            return here[0] if here else "nothing"
        return next((arg for index, arg in enumerate(here) if not _fits(here, index)), _outside(args, least, MOST))

    says = "TYPE [NAME...] or TYPE/NAME..." + (" and KEY=VALUE..." if change else "")
    return Arguments(says=says, fault=fault, targets=targets)


def then_a_name(first: Arguments) -> Arguments:
    """What `first` takes, and one name after it."""

    def fault(args: tuple[str, ...]) -> str | None:
        if len(args) < 2:  # noqa: PLR2004 - an object and a name
            return "nothing"
        return first.fault(args[:-1]) or (None if _NAME.fullmatch(args[-1]) else args[-1])

    return Arguments(says=f"{first.says} and a name", fault=fault, targets=lambda args: first.targets(args[:-1]))


def _fits(args: Sequence[str], index: int) -> bool:
    if "/" in args[0]:
        kind, _, name = args[index].partition("/")
        return _TYPE.fullmatch(kind) is not None and _NAME.fullmatch(name) is not None
    if index == 0:
        return all(_TYPE.fullmatch(part) for part in args[0].split(","))
    return _NAME.fullmatch(args[index]) is not None


def _outside(args: tuple[str, ...], least: int, most: int) -> str | None:
    if len(args) > most:
        return args[most]
    return "nothing" if len(args) < least else None


def _taints(args: tuple[str, ...]) -> str | None:
    if len(args) < 2 or args[0] not in {"node", "nodes", "no"}:  # noqa: PLR2004 - the type and a taint; nodes may be chosen by a label
        return args[0] if args else "nothing"
    fitting = (_TAINT.fullmatch(arg) or _NAME.fullmatch(arg) for arg in args[1:])
    return next((arg for arg, fits in zip(args[1:], fitting, strict=True) if not fits), None)


NOTHING: Final = in_order(says="nothing")
OBJECTS: Final = objects()
UP_TO_ONE_NAME: Final = names(0, 1)
FIELD: Final = in_order(_FIELD, says="TYPE or TYPE.FIELD")
ACTION: Final = in_order(_ACTION, _RESOURCE, says="VERB and TYPE, TYPE/NAME or a path")
POD_AND_CONTAINER: Final = msgspec.structs.replace(
    in_order(re.compile(rf"({_TYPE.pattern}/)?{_NAME.pattern}"), _NAME, says="POD or TYPE/NAME, and a container"),
    targets=lambda args: tuple(arg for arg in args[:1] if "/" in arg),
)
TAINTS: Final = Arguments(says="node NAME... KEY=VALUE:EFFECT...", fault=_taints)
