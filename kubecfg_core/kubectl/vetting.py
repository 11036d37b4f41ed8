"""What a kubectl command that somebody else wrote (a model, a playbook, a plugin) is worth."""

from enum import StrEnum
from functools import lru_cache
from typing import Final

from kubecfg_core.errors import KubecfgError
from kubecfg_core.kubectl import losses, policy, secrecy, values
from kubecfg_core.kubectl.arguments import names
from kubecfg_core.kubectl.grammar import Verb, valued
from kubecfg_core.kubectl.kinds import RIGHTS
from kubecfg_core.kubectl.parsing import Call, parse
from kubecfg_core.kubectl.rules import DEFAULTS
from kubecfg_core.kubectl.table import TABLE
from kubecfg_core.kubectl.text import split

# What a person may run where their own files are, and the service never.
AT_HOME: Final = Verb(
    path=("create", "secret", "tls"),
    flags=(valued("cert", values.LOCAL_FILE), valued("key", values.LOCAL_FILE)),
    arguments=names(1, 1),
    changes=True,
    advised=True,
)
_KNOWN: Final = {**TABLE, AT_HOME.path: AT_HOME}

_DELETABLE: Final = frozenset(
    (
        *("pod", "pods", "po", "job", "jobs", "cronjob", "cronjobs", "cj"),
        *("deployment", "deployments", "deploy", "replicaset", "replicasets", "rs"),
        *("statefulset", "statefulsets", "sts", "daemonset", "daemonsets", "ds"),
        *("service", "services", "svc", "endpoints", "ep", "ingress", "ingresses", "ing"),
        *("networkpolicy", "networkpolicies", "netpol", "configmap", "configmaps", "cm"),
        *("persistentvolumeclaim", "persistentvolumeclaims", "pvc"),
        *("horizontalpodautoscaler", "horizontalpodautoscalers", "hpa"),
        *("poddisruptionbudget", "poddisruptionbudgets", "pdb"),
        *("resourcequota", "resourcequotas", "quota", "limitrange", "limitranges", "limits"),
        *("volumeattachment", "volumeattachments", "lease", "leases"),
    )
)
_NEEDED: Final = {"patch": "patch", "scale": "replicas", "create quota": "hard"}
_NAMED: Final = frozenset({"cordon", "uncordon", "drain"})
_WITH_PAIRS: Final = frozenset({"label", "annotate"})


class Verdict(StrEnum):
    """Runnable: the service runs it for anybody. Manual: sound, but a person must run it. Refused: to be dropped."""

    RUNNABLE = "runnable"
    MANUAL = "manual"
    REFUSED = "refused"


@lru_cache(maxsize=8192)  # the same steps are shown again and again
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
        call = parse(policy.without_program(split(command)), _KNOWN)
        secrecy.check(call, DEFAULTS)
    except KubecfgError:
        return False
    # "kubectl create ns -- x" means something else than "kubectl create ns x", so dashes are for nobody.
    return call.verb.advised and not call.dashed and _harmless(call) and _complete(call)


def _harmless(call: Call) -> bool:
    """Whether a text planted in a cluster could do no harm by such an advice.

    So none that touches every object at once, hands out rights, or brings new code into the cluster.
    """
    new_code = call.verb.name == "create job" and call.flag("image") is not None
    if losses.everything(dict(call.flags)) or call.types & RIGHTS or new_code:
        return False
    return call.verb.name != "delete" or call.types <= _DELETABLE


def _complete(call: Call) -> bool:
    """Whether a command says what to change: the flag that holds it, or which objects to delete."""
    name = call.verb.name
    if name == "delete":
        chosen = call.flag("selector") or call.flag("field-selector")
        return chosen is not None or len(call.arguments) > 1 or "/" in call.arguments[0]
    if name in _NAMED:
        return bool(call.arguments)
    if name == "taint":
        return call.flag("selector") is not None or len(call.arguments) > 2  # noqa: PLR2004 - the type, a node, a taint
    if name in _WITH_PAIRS:
        return call.targets != call.arguments
    return name not in _NEEDED or call.flag(_NEEDED[name]) is not None
