"""A change tried out: the same command as a dry run at the server, so that all is checked and nothing is kept."""

import json
import shlex
from typing import Final

import msgspec

from kubecfg_core.errors import InvalidInput, KubecfgError
from kubecfg_core.kubectl import policy
from kubecfg_core.kubectl.changing import DRY_RUN
from kubecfg_core.kubectl.kinds import SECRETS
from kubecfg_core.kubectl.parsing import Call, parse
from kubecfg_core.kubectl.plan import Plan
from kubecfg_core.kubectl.rules import DEFAULTS, Rules
from kubecfg_core.kubectl.table import TABLE
from kubecfg_core.kubectl.text import split
from kubecfg_core.kubectl.vetting import AT_HOME
from kubecfg_core.users import Role

_CORDONS: Final = {"cordon": True, "uncordon": False}
# It prints the object as it was before, whatever it is asked to print.
_PRINTS_THE_OLD: Final = frozenset({"rollout undo"})


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """A change, and how it is tried: `command` is what a person would run, `call` the same understood.

    `dry` changes nothing, and is `None` where kubectl has no dry run for the command. `prints` says that it prints the
    objects as they would be, in JSON; otherwise it prints names at most.
    """

    command: str
    call: Call
    dry: Plan | None
    prints: bool = False

    @property
    def namespace(self) -> str:
        """The namespace that the command is about."""
        return self.call.flag("namespace") or "default"


def trial(
    command: str,
    *,
    role: Role,
    namespaces: frozenset[str] | None = None,
    rules: Rules = DEFAULTS,
) -> Trial:
    """How to try a command that changes something, for a caller who may run it.

    A TLS Secret from files, which only a person can make, is tried with other content under the same keys.

    Raises what `judge` raises, but no `ConfirmationNeeded`; and `InvalidInput` for a command that only looks.
    """
    asked = _for_the_service(command)

    def judged(text: str) -> Plan:
        return policy.judge(text, role=role, confirmed=True, namespaces=namespaces, rules=rules)

    plan = judged(asked or command)
    call = parse(plan.argv, TABLE)
    if call.looks:
        raise InvalidInput(f"'{plan.command}' changes nothing, so there is nothing to prove.")
    shown = shlex.join(("kubectl", *policy.without_program(split(command)))) if asked else plan.command
    if not any(flag is DRY_RUN for flag in call.verb.flags):
        return Trial(command=shown, call=call, dry=None)
    prints = _prints(call, rules)
    return Trial(command=shown, call=call, dry=judged(_dry(plan, call, prints=prints)), prints=prints)


def _prints(call: Call, rules: Rules) -> bool:
    """Whether objects may be printed, and are."""
    if call.types & SECRETS or rules.denies(call.types) or call.verb.name in _PRINTS_THE_OLD:
        return False
    output = next((flag for flag in call.verb.flags if flag.name == "output"), None)
    return _as_patch(call) is not None or (output is not None and output.kind.accepts("json"))


def _dry(plan: Plan, call: Call, *, prints: bool) -> str:
    """The command line of the dry run."""
    words = _as_patch(call) or plan.argv
    end = words.index("--") if "--" in words else len(words)
    kept = [word for word in words[:end] if not word.startswith(("--dry-run", "--output"))]
    output = any(flag.name == "output" for flag in call.verb.flags) or prints
    added = ["--dry-run=server", *([f"--output={'json' if prints else 'name'}"] if output else [])]
    return shlex.join([*kept, *added, *words[end:]])


def _as_patch(call: Call) -> tuple[str, ...] | None:
    """The patch that a cordon makes: `kubectl cordon` does not print the node."""
    if call.verb.name not in _CORDONS or call.flag("selector") is not None or not call.arguments:
        return None
    patch = json.dumps({"spec": {"unschedulable": _CORDONS[call.verb.name]}})
    return ("patch", "--type=merge", f"--patch={patch}", "--", "node", *call.arguments)


def _for_the_service(command: str) -> str | None:
    """`create secret tls` as a command without files that makes a Secret of the same name, type and keys."""
    try:
        call = parse(policy.without_program(split(command)), {AT_HOME.path: AT_HOME})
    except KubecfgError:
        return None
    place = call.flag("namespace")
    scope = () if place is None else ("-n", place)
    literals = ("--from-literal=tls.crt=VALUE", "--from-literal=tls.key=VALUE")
    return shlex.join(("create", "secret", "generic", *call.arguments, *scope, "--type=kubernetes.io/tls", *literals))
