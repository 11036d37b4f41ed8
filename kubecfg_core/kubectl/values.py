"""What the value of an allowed flag may be. A kind knows how to judge a value and what to say when it does not fit."""

import json
import re
from collections.abc import Callable
from typing import Final

import msgspec

_DURATION = re.compile(r"(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?")


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of value. `says` completes the sentence "it takes ..."."""

    says: str
    accepts: Callable[[str], bool]


def matching(pattern: str, *, says: str, longest: int = 253) -> Kind:
    """Texts that fit the pattern as a whole."""
    compiled = re.compile(pattern)
    return Kind(says=says, accepts=lambda text: len(text) <= longest and compiled.fullmatch(text) is not None)


def one_of(*choices: str) -> Kind:
    """One of a few words."""
    return Kind(says=f"one of {', '.join(choices)}", accepts=lambda text: text in choices)


def number(low: int, high: int) -> Kind:
    """A whole number in decimal digits, both bounds included.

    In one spelling: a zero before it makes it octal to kubectl, and 00 would be another text than 0.
    """
    return Kind(
        says=f"a number from {low} to {high}",
        accepts=lambda text: re.fullmatch(r"0|-?[1-9]\d{0,11}", text) is not None and low <= int(text) <= high,
    )


def duration(low: int, high: int) -> Kind:
    """A duration like `5s`, `2m` or `1h30m`; the bounds are in seconds and included."""
    return Kind(
        says=f"a duration like 30s or 5m, from {low} to {high} seconds",
        accepts=lambda text: (seconds := seconds_of(text)) is not None and low <= seconds <= high,
    )


def seconds_of(text: str) -> int | None:
    """The seconds of a duration, or nothing where the text is none."""
    found = _DURATION.fullmatch(text)
    if found is None or not text:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds


def output(*words: str, templates: tuple[str, ...] = ()) -> Kind:
    """Output formats: plain words, and templates that are given in the value itself (`jsonpath=...`)."""
    starts = tuple(f"{template}=" for template in templates)
    shown = (*words, *(f"{start}..." for start in starts))
    return Kind(
        says=f"one of {', '.join(shown)}; never a file",
        accepts=lambda text: text in words or (text.startswith(starts) and text not in starts),
    )


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), (dict, list))
    except (ValueError, RecursionError):
        return False


FLAG: Final = one_of("true", "false")
"""Any switch."""

ONLY_OFF: Final = Kind(says="only 'false', since it would never end", accepts=lambda text: text == "false")
"""A switch that would make the command wait or follow without end."""

NAMESPACE: Final = matching(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", says="a namespace's name", longest=63)
NAME: Final = matching(r"[A-Za-z0-9][A-Za-z0-9._:-]*", says="an object's name")
REFERENCE: Final = matching(r"[A-Za-z][A-Za-z0-9.-]*/[A-Za-z0-9][A-Za-z0-9._:-]*", says="TYPE/NAME")
WORD: Final = matching(r"[A-Za-z][A-Za-z0-9._/-]*", says="a name")
WORDS: Final = matching(r"[A-Za-z0-9][A-Za-z0-9._/,-]*", says="names with commas between them", longest=1024)
SELECTOR: Final = matching(r"[A-Za-z0-9!][A-Za-z0-9_./,!=() -]*", says="a label selector like app=web", longest=1024)
FIELDS: Final = matching(
    r"[A-Za-z][A-Za-z0-9_./,!=: -]*", says="a field selector like status.phase=Running", longest=1024
)
PATH: Final = matching(r"(?!-)[A-Za-z0-9_.{}\[\]\\/'\"*@?()=:-]+", says="a JSONPath like .metadata.name", longest=512)
INSTANT: Final = matching(r"[0-9T:+.Z-]+", says="an RFC 3339 time", longest=40)
SHARE: Final = matching(r"\d{1,6}(%|m|Mi|Gi)?", says="an amount or a percentage")
TEXT: Final = matching(r"(?!-)[\x20-\x7e]+", says="a text", longest=2048)
LITERAL: Final = matching(r"(?!-)[A-Za-z0-9._/-]+=[\x20-\x7e]*", says="KEY=VALUE", longest=2048)
AMOUNTS: Final = matching(
    r"[a-z0-9./-]+=[0-9A-Za-z.]+(,[a-z0-9./-]+=[0-9A-Za-z.]+)*", says="amounts like cpu=1,memory=1Gi"
)
LOCAL_FILE: Final = matching(r"[A-Za-z0-9_-][A-Za-z0-9._-]*", says="the name of a file in the current folder")
IMAGE: Final = matching(r"[A-Za-z0-9][A-Za-z0-9._/:@-]*", says="an image", longest=512)
SUBJECT: Final = matching(r"[A-Za-z0-9*][A-Za-z0-9*@._:/+,-]*", says="a name")
PORTS: Final = matching(r"\d{1,5}(:\d{1,5})?", says="PORT or PORT:TARGET")
RULE: Final = matching(r"[A-Za-z0-9*/][A-Za-z0-9*._/=,:-]*", says="HOST/PATH=SERVICE:PORT", longest=1024)
SCHEDULE: Final = matching(r"[@0-9*][A-Za-z0-9*/,? -]*", says="a schedule like '*/5 * * * *'")
CONDITION: Final = matching(
    r"create|delete|condition=[A-Za-z0-9._/-]+(=[A-Za-z0-9]+)?|jsonpath=[{.][\x20-\x7e]*",
    says="create, delete, condition=NAME or jsonpath='{PATH}'=VALUE",
    longest=512,
)
JSON: Final = Kind(says="a patch in JSON", accepts=_is_json)
