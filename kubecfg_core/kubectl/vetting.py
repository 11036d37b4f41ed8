"""What a kubectl command that somebody else wrote (a model, a playbook, a plugin) is worth."""

from enum import StrEnum

from kubecfg_core.errors import KubecfgError
from kubecfg_core.kubectl import policy
from kubecfg_core.kubectl.changing import CHANGING
from kubecfg_core.kubectl.parsing import Call, parse
from kubecfg_core.kubectl.text import split


class Verdict(StrEnum):
    """Runnable: the service runs it for anybody. Manual: sound, but a person must run it. Refused: to be dropped."""

    RUNNABLE = "runnable"
    MANUAL = "manual"
    REFUSED = "refused"


def vet(command: str) -> Verdict:
    """The worth of a command line. Never raises: what cannot be understood is refused.

    A manual command is one word list in any shell too: operators, substitutions and variables are refused in it.
    Placeholders are words in capitals (`VALUE`), as `<value>` would be a redirection.
    """
    try:
        policy.judge(command)
    except KubecfgError as error:
        return Verdict.MANUAL if _for_a_person(command, error) else Verdict.REFUSED
    return Verdict.RUNNABLE


def _for_a_person(command: str, refusal: KubecfgError) -> bool:
    if getattr(refusal, "rule", "") == "kubectl.describe-secret":
        # Their own terminal may show them their own Secret.
        return True
    try:
        call = parse(policy.without_program(split(command)), CHANGING)
    except KubecfgError:
        return False
    # "kubectl create ns -- x" means something else than "kubectl create ns x", so dashes are for nobody.
    return not call.dashed and _complete(call)


def _complete(call: Call) -> bool:
    """Whether a command says what to change: the flag that holds it, or which objects to delete."""
    if call.verb.name == "delete":
        chosen = call.flag("selector") or call.flag("field-selector")
        return chosen is not None or len(call.arguments) > 1 or "/" in call.arguments[0]
    needed = {"patch": "patch", "scale": "replicas", "wait": "for", "create quota": "hard"}.get(call.verb.name)
    return needed is None or call.flag(needed) is not None
