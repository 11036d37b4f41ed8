"""What would show, or let one guess, the content of a Secret or of a resource that the service's owner has denied."""

from typing import Final

from kubecfg_core.kubectl import refusals
from kubecfg_core.kubectl.kinds import SECRETS
from kubecfg_core.kubectl.parsing import Call
from kubecfg_core.kubectl.rules import Rules

_NAMES_ONLY: Final = frozenset({None, "wide", "name"})


def check(call: Call, rules: Rules) -> None:
    """Raises `CommandRefused` (rules `kubectl.secrets`, `kubectl.describe-secret`, `kubectl.resource`)."""
    secret = bool(call.types & SECRETS)
    if not secret and not rules.denies(call.types):
        return
    if secret and call.verb.path == ("describe",):
        raise refusals.refused(
            "describe-secret",
            "Describing a Secret shows the token of a service account. "
            "Its name, type and number of keys are in 'kubectl get secret'.",
        )
    if secret and call.verb.path == ("get",) and not rules.secret_names:
        raise refusals.refused("secrets", "Secrets are not listed by this service.")
    if _shows(call) or _compares(call):
        raise refusals.refused(
            "secrets" if secret else "resource",
            "Of these objects only names, types and numbers are shown: leave out what prints or compares their "
            "content, or use -o wide or name.",
        )


def _shows(call: Call) -> bool:
    return (
        call.verb.path in {("describe",), ("apply", "view-last-applied")}
        or (call.looks and call.verb.changes)
        or call.flag("output") not in _NAMES_ONLY
    )


def _compares(call: Call) -> bool:
    """Sorting, waiting for and testing a value, each of which gives it away one comparison at a time.

    A JSON patch can also copy a value to where it is shown.
    """
    waited = [value for name, value in call.flags if name == "for"]
    return (
        call.flag("sort-by") is not None
        or any(value.startswith("jsonpath") for value in waited)
        or (call.verb.path == ("patch",) and call.flag("type") == "json")
    )
