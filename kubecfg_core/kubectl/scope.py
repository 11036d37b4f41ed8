"""The namespaces of a grant: a command of its holder stays in them, or does not run."""

from collections.abc import Sequence

from kubecfg_core.kubectl import refusals
from kubecfg_core.kubectl.grammar import Scope
from kubecfg_core.kubectl.kinds import NAMESPACES, head, namespaced
from kubecfg_core.kubectl.parsing import Call

_DEFAULT = "default"


def confined(call: Call, namespaces: frozenset[str]) -> str | None:
    """The namespace that the command has to name, or nothing where it is about none.

    Raises `CommandRefused` (rule `kubectl.namespace`) for all namespaces, for one outside of the grant, for what lies
    in no namespace, and for types of which it is not known.
    """
    if call.verb.scope is Scope.CLUSTER:
        raise refusals.refused(
            "namespace", f"'kubectl {call.verb.name}' is about the whole cluster. {_only(namespaces)}"
        )
    if call.flag("all-namespaces") == "true":
        raise refusals.refused("namespace", f"Not all namespaces are yours. {_only(namespaces)}")
    chosen = call.flag("namespace")
    if call.verb.scope is Scope.NAMESPACE and not _are_own_namespaces(call, namespaces):
        _check_targets(call, namespaces)
        chosen = chosen or (next(iter(namespaces)) if len(namespaces) == 1 else _DEFAULT)
    if chosen is not None and chosen not in namespaces:
        raise refusals.refused("namespace", f"The namespace {chosen} is not yours. {_only(namespaces)}")
    return chosen


def _check_targets(call: Call, namespaces: frozenset[str]) -> None:
    lists = [word.partition("/")[0] for index, word in enumerate(call.targets) if index == 0 or "/" in word]
    for kind in (kind for kinds in lists for kind in kinds.split(",")):
        if not namespaced(kind):
            raise refusals.refused(
                "namespace", f"It is not certain that {refusals.shorten(kind)} are in a namespace. {_only(namespaces)}"
            )


def _are_own_namespaces(call: Call, namespaces: frozenset[str]) -> bool:
    """Whether `get` is for namespaces of the grant, by their names; `describe` takes beginnings of names too."""
    if not call.targets or call.verb.path != ("get",):
        return False
    first, *names = call.targets
    if "/" in first:
        pairs: Sequence[tuple[str, str, str]] = [word.partition("/") for word in call.targets]
        return all(head(kind) in NAMESPACES and "." not in kind and name in namespaces for kind, _, name in pairs)
    return first.lower() in NAMESPACES and bool(names) and namespaces.issuperset(names)


def _only(namespaces: frozenset[str]) -> str:
    return f"You may use: {', '.join(sorted(namespaces)) or 'none'}; name one by -n."
