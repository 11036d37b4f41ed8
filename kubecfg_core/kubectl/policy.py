"""The rules: a command that somebody typed becomes a plan, or is refused by a rule with a name.

kubectl.shell            operators, substitutions, variables: something that only a shell could do
kubectl.verb             a command that is not in the table
kubectl.flag             a flag that is not in the command's table
kubectl.repeated         a flag that is given twice
kubectl.value            a flag's value that does not fit
kubectl.argument         an argument that does not fit
kubectl.role             a command that asks for a higher role
kubectl.run              `kubectl run`, where it is not switched on
kubectl.secrets          output that would show or compare what is inside Secrets
kubectl.describe-secret  kubectl describes a service account's token in clear text
kubectl.resource         the same of a resource that the service's owner has denied
kubectl.namespace        what lies outside of the namespaces of a grant

The names are part of the product: they are in the answers, and people write them into tickets.
"""

from kubecfg_core.errors import ConfirmationNeeded
from kubecfg_core.kubectl import losses, refusals, secrecy
from kubecfg_core.kubectl.creating import RUN
from kubecfg_core.kubectl.grammar import LONGEST_REQUEST, LONGEST_WAIT, Takes
from kubecfg_core.kubectl.kinds import ADMINS_ONLY
from kubecfg_core.kubectl.parsing import Call, parse
from kubecfg_core.kubectl.plan import Plan
from kubecfg_core.kubectl.rules import DEFAULTS, Rules
from kubecfg_core.kubectl.scope import confined
from kubecfg_core.kubectl.table import TABLE
from kubecfg_core.kubectl.text import split
from kubecfg_core.kubectl.values import seconds_of
from kubecfg_core.users import Role


def judge(
    command: str,
    *,
    role: Role = Role.VIEWER,
    confirmed: bool = False,
    namespaces: frozenset[str] | None = None,
    rules: Rules = DEFAULTS,
) -> Plan:
    """The plan for a command line; its leading `kubectl` may be left out. `namespaces` are those of a grant, or all.

    Raises `TooLarge` (over 8 KiB), `InvalidInput` (not a command line at all), `CommandRefused` (by a named rule) and
    `ConfirmationNeeded` (it would lose data or stop something, and is not `confirmed`).
    The same text always gives the same plan, and a plan's own words give the same plan again.
    """
    call = parse(without_program(split(command)), TABLE)
    _check_role(call, role, rules)
    secrecy.check(call, rules)
    namespace = None if namespaces is None else confined(call, namespaces)
    flags = _limited(call, namespace)
    plan = Plan(verb=call.verb.name, argv=_render(call, flags), changes=not call.looks)
    if not confirmed and loses(call):
        raise ConfirmationNeeded(
            f"'{plan.command}' may lose data or stop something that runs: it has to be confirmed "
            '("confirm": true). (rule kubectl.confirm)'
        )
    return plan


def without_program(words: list[str]) -> list[str]:
    """The words after `kubectl`, where that is the first."""
    return words[1:] if words[0] == "kubectl" else words


def loses(call: Call) -> bool:
    """Whether the command may lose data or stop something that runs, so that it has to be confirmed."""
    flags = dict(call.flags)
    if call.looks or losses.only_tried(flags):
        return False
    return losses.everything(flags) or (call.verb.loss is not None and call.verb.loss.found(flags, call.arguments))


def needed_role(call: Call) -> Role:
    """The role that the command asks for: an admin's where it changes the cluster itself, rights, or everything."""
    if call.looks:
        return Role.VIEWER
    far = call.types & ADMINS_ONLY or losses.everything(dict(call.flags))
    return Role.ADMIN if far else call.verb.role


def _check_role(call: Call, role: Role, rules: Rules) -> None:
    if call.verb is RUN and not rules.run:
        raise refusals.refused("run", "'kubectl run' is not switched on in this service; make a deployment or a job.")
    needed = needed_role(call)
    if not role.covers(needed):
        raise refusals.refused("role", f"This 'kubectl {call.verb.name}' needs the role {needed}.")


def _limited(call: Call, namespace: str | None) -> tuple[tuple[str, str], ...]:
    """The flags with those added, or lowered, that keep a command from taking forever or printing without end."""
    limits = {"request-timeout": LONGEST_REQUEST, **call.verb.limits}
    if namespace is not None:
        limits["namespace"] = namespace
    if call.verb.path == ("logs",) and call.flag("selector") is not None:
        # With a selector kubectl itself shows no more than ten lines of each pod.
        limits.pop("tail", None)
    given = [
        (name, _lowered(value, endless=call.verb.waits) if name == "timeout" else value) for name, value in call.flags
    ]
    added = [(name, value) for name, value in limits.items() if call.flag(name) is None]
    return tuple(sorted(given + added, key=lambda pair: pair[0]))


def _lowered(timeout: str, *, endless: bool) -> str:
    """A waiting time that is no longer than the service waits. `endless`: zero stands for no end at all."""
    seconds, longest = seconds_of(timeout) or 0, seconds_of(LONGEST_WAIT) or 0
    return LONGEST_WAIT if seconds > longest or (endless and seconds == 0) else timeout


def _render(call: Call, flags: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    switches = {flag.name for flag in call.verb.flags if flag.takes is Takes.NOTHING}
    shown = tuple(f"--{name}" if value == "true" and name in switches else f"--{name}={value}" for name, value in flags)
    if call.verb.named_first:
        return (*call.verb.path, *call.arguments, *shown, *_dashed(call.container))
    return (*call.verb.path, *shown, *_dashed(call.arguments))


def _dashed(words: tuple[str, ...]) -> tuple[str, ...]:
    return ("--", *words) if words else ()
