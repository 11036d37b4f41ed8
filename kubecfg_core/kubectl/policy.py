"""The rules: a command that somebody typed becomes a plan, or is refused by a rule with a name.

kubectl.shell            operators, substitutions, variables: something that only a shell could do
kubectl.verb             a command that is not in the table
kubectl.role             a command that asks for a higher role
kubectl.flag             a flag that is not in the command's table
kubectl.repeated         a flag that is given twice
kubectl.value            a flag's value that does not fit
kubectl.argument         an argument that does not fit
kubectl.secrets          output that would show what is inside Secrets
kubectl.describe-secret  kubectl describes a service account's token in clear text

The names are part of the product: they are in the answers, and people write them into tickets.
"""

from typing import Final

from kubecfg_core.kubectl import refusals
from kubecfg_core.kubectl.arguments import types_of
from kubecfg_core.kubectl.parsing import Call, parse
from kubecfg_core.kubectl.plan import Plan
from kubecfg_core.kubectl.table import LONGEST_REQUEST, LONGEST_WAIT, READING, Takes
from kubecfg_core.kubectl.text import split
from kubecfg_core.kubectl.values import seconds_of
from kubecfg_core.users import Role

_SECRETS: Final = frozenset({"secret", "secrets"})
_NAMES_ONLY: Final = frozenset({None, "wide", "name"})


def judge(command: str, *, role: Role = Role.VIEWER) -> Plan:
    """The plan for a command line; its leading `kubectl` may be left out.

    Raises `TooLarge` (over 8 KiB), `InvalidInput` (not a command line at all) and `CommandRefused` (by a named rule).
    The same text always gives the same plan, and the plan's own `command` gives the same plan again.
    """
    call = parse(without_program(split(command)), READING)
    if not role.covers(call.verb.role):
        raise refusals.refused("role", f"'kubectl {call.verb.name}' needs the role {call.verb.role}.")
    _check_secrets(call)
    return Plan(verb=call.verb.name, argv=_render(call, _limited(call)))


def without_program(words: list[str]) -> list[str]:
    """The words after `kubectl`, where that is the first."""
    return words[1:] if words[0] == "kubectl" else words


def _check_secrets(call: Call) -> None:
    if not _SECRETS & types_of(call.arguments):
        return
    if call.verb.path == ("describe",):
        raise refusals.refused(
            "describe-secret",
            "Describing a Secret shows the token of a service account. "
            "Its name, type and number of keys are in 'kubectl get secret'.",
        )
    # Sorting by a field of the data would give the data away one comparison at a time.
    if call.verb.path == ("get",) and (call.flag("output") not in _NAMES_ONLY or call.flag("sort-by") is not None):
        raise refusals.refused(
            "secrets",
            "Of Secrets only names, types and numbers of keys are shown: leave out -o, or use -o wide or name.",
        )


def _limited(call: Call) -> tuple[tuple[str, str], ...]:
    """The flags with those added, or lowered, that keep a command from taking forever or printing without end."""
    limits = {"request-timeout": LONGEST_REQUEST, **call.verb.limits}
    if call.flag("selector") is not None:
        # With a selector kubectl itself shows no more than ten lines of each pod.
        limits.pop("tail", None)
    given = [(name, _lowered(value) if name == "timeout" else value) for name, value in call.flags]
    added = [(name, value) for name, value in limits.items() if call.flag(name) is None]
    return tuple(sorted(given + added, key=lambda pair: pair[0]))


def _lowered(timeout: str) -> str:
    """A waiting time that is neither endless (zero) nor longer than the service waits."""
    seconds, longest = seconds_of(timeout) or 0, seconds_of(LONGEST_WAIT) or 0
    return timeout if 0 < seconds <= longest else LONGEST_WAIT


def _render(call: Call, flags: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    switches = {flag.name for flag in call.verb.flags if flag.takes is Takes.NOTHING}
    shown = tuple(f"--{name}" if value == "true" and name in switches else f"--{name}={value}" for name, value in flags)
    arguments = ("--", *call.arguments) if call.arguments else ()
    return (*call.verb.path, *shown, *arguments)
