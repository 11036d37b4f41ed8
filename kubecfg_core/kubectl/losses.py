"""What is lost by a change, or stopped: the cases in which the caller has to say that it is meant."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

Flags = Mapping[str, str]
Words = tuple[str, ...]

_INSERTS: Final = re.compile(r"/(-|\d+)$")


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """A case of a command. `when` completes "it has to be confirmed ..."; `found` looks at its flags and arguments."""

    when: str
    found: Callable[[Flags, Words], bool]


def everything(flags: Flags) -> bool:
    """Whether a change is to all objects of a type: it has to be confirmed, whatever the command."""
    return "true" in (flags.get("all"), flags.get("all-namespaces"))


def only_tried(flags: Flags) -> bool:
    """Whether nothing is kept of the change."""
    return flags.get("dry-run") in ("client", "server")


def _unnamed(flags: Flags, words: Words) -> bool:
    return "selector" not in flags and len(words) == 1 and "/" not in words[0]


def _evicts(_: Flags, words: Words) -> bool:
    return any(word.endswith(":NoExecute") for word in words)


def _takes_away(flags: Flags, _: Words) -> bool:
    try:
        return _removal(json.loads(flags.get("patch", "null")), merges=flags.get("type") == "merge")
    except (ValueError, RecursionError):
        return True


def _removal(patch: object, *, merges: bool) -> bool:
    """Whether there is a null, a directive, a step that is no test or addition, or a scale of zero anywhere in it.

    Or something that goes in place of what was there as a whole: a list that is empty, any list in a merge patch.
    """
    if isinstance(patch, list):
        return merges or not patch or any(_removal(part, merges=merges) for part in patch)
    if not isinstance(patch, dict):
        return patch is None
    if any(key.startswith("$") for key in patch) or ("op" in patch and _step_takes_away(patch)):
        return True
    scale = patch.get("path") == "/spec/replicas" and patch.get("value") == 0
    return scale or patch.get("replicas") == 0 or any(_removal(part, merges=merges) for part in patch.values())


def _step_takes_away(step: Mapping[str, object]) -> bool:
    """Whether a step of a JSON patch removes, or puts a whole part in place of one; into a list it is inserted."""
    whole = isinstance(step.get("value"), (dict, list))
    if step["op"] == "add":
        return whole and _INSERTS.search(str(step.get("path"))) is None
    return step["op"] not in ("test", "replace") or (whole and step["op"] == "replace")


ALWAYS: Final = Loss(when="always", found=lambda _flags, _words: True)
TO_ZERO: Final = Loss(when="with `--replicas=0`", found=lambda flags, _words: flags.get("replicas") == "0")
UNNAMED: Final = Loss(when="without a name or `-l`", found=_unnamed)
EVICTS: Final = Loss(when="with the effect `NoExecute`", found=_evicts)
TAKES_AWAY: Final = Loss(
    when="where the patch removes or replaces something as a whole, or scales to zero", found=_takes_away
)
