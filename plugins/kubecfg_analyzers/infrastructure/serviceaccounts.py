"""The analyzer of ServiceAccounts: Secrets that they name and that do not exist, and what they are forbidden."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from kubecfg_analyzers.events import when
from kubecfg_analyzers.infrastructure.pods_by import by_account
from kubecfg_analyzers.report import ERROR, WARNING, clip, counted, found, listed, nearest, suggestion
from kubecfg_core import Analyzer, ClusterView, Finding
from kubecfg_core.kinds.config import SECRETS, SERVICEACCOUNTS, ServiceAccount
from kubecfg_core.kinds.events import WARNINGS, Event
from kubecfg_core.kinds.pods import PODS, Pod

_DOC: Final = "tasks/configure-pod-container/configure-service-account/"
_PULL_DOC: Final = f"{_DOC}#add-imagepullsecrets-to-a-service-account"
_FORBIDDEN: Final = re.compile(
    r'User "system:serviceaccount:([a-z0-9-]+):([a-z0-9.-]+)" cannot ([a-z]+) resource "([a-z0-9./-]+)" '
    r'in API group "([a-z0-9.-]*)"(?: in the namespace "([a-z0-9-]+)")?'
)
# The token that Kubernetes once made for each account, and removes once nobody uses it.
_OLD_TOKEN: Final = re.compile(r".*-(?:token|dockercfg)-[a-z0-9]{5}")


def analyze(view: ClusterView) -> Iterator[Finding]:
    """Find what accounts are refused, and what those of live pods name in vain: without a pod that harms nobody."""
    refusals = _refusals(view)
    users = view.once(by_account)
    for account in view.all(SERVICEACCOUNTS):
        pods = users.get((account.namespace, account.name), [])
        yield from _forbidden(account, refusals.get((account.namespace, account.name), {}))
        if pods and account.metadata.deletionTimestamp is None:
            yield from _pull_secrets(view, account, pods)
            yield from _secrets(view, account, pods)


def _refusals(view: ClusterView) -> dict[tuple[str, str], dict[tuple[str, ...], Event]]:
    """What each account may not do and tried, with the latest warning of each."""
    refusals: dict[tuple[str, str], dict[tuple[str, ...], Event]] = defaultdict(dict)
    for event in sorted(view.all(WARNINGS), key=when):
        match = _FORBIDDEN.search(event.message[:2000])
        if match is not None:
            namespace, name, verb, resource, group, place = match.groups(default="")
            refusals[namespace, name][verb, resource, group, place] = event
    return refusals


def _forbidden(account: ServiceAccount, refused: dict[tuple[str, ...], Event]) -> Iterator[Finding]:
    """One finding an account, with all that it lacks: one role mends it."""
    if not refused:
        return
    wants = [f"{verb} {resource}{f'.{group}' if group else ''}" for verb, resource, group, _ in refused]
    (verb, resource, group, place), event = next(iter(refused.items()))
    about = event.involvedObject
    yield found(
        SERVICEACCOUNTS,
        account,
        "serviceaccount.forbidden",
        f"The account may not {listed(wants, 3)} {f'in namespace {place}' if place else 'in the cluster'}, and "
        f"{about.kind} {about.name} needs it.",
        severity=ERROR,
        cause="No role that is bound to it allows it: a RoleBinding is missing, or its role has too few rules.",
        doc="reference/access-authn-authz/rbac/",
        facts={
            "verb": verb,
            "resource_name": f"{resource}.{group}" if group else resource,
            "target_namespace": place,
            "message": clip(event.message),
        },
        names=[place, about.name],
    )


def _pull_secrets(view: ClusterView, account: ServiceAccount, pods: list[Pod]) -> Iterator[Finding]:
    for name in dict.fromkeys(item.name for item in account.imagePullSecrets if item.name):
        if view.lacks(SECRETS, account.namespace, name):
            yield _missing(
                view,
                account,
                "serviceaccount.pull_secret_missing",
                f'The pull secret "{name}" that the ServiceAccount gives to its pods does not exist.',
                f"{counted(len(pods), 'pod')} of it can pull only such images as need no credentials.",
                secret=name,
                pods=pods,
            )


def _secrets(view: ClusterView, account: ServiceAccount, pods: list[Pod]) -> Iterator[Finding]:
    pull = {item.name for item in account.imagePullSecrets}
    for name in dict.fromkeys(item.name for item in account.secrets if item.name):
        if name not in pull and not _OLD_TOKEN.fullmatch(name) and view.lacks(SECRETS, account.namespace, name):
            yield _missing(
                view,
                account,
                "serviceaccount.secret_missing",
                f'The Secret "{name}" that the ServiceAccount lists as its own does not exist.',
                "What looks for a token or credentials there finds none.",
                secret=name,
                pods=pods,
            )


def _missing(
    view: ClusterView, account: ServiceAccount, code: str, text: str, cause: str, *, secret: str, pods: list[Pod]
) -> Finding:
    close = nearest(secret, (item.name for item in view.within(SECRETS, account.namespace)))
    return found(
        SERVICEACCOUNTS,
        account,
        code,
        text,
        severity=WARNING,
        cause=f"{cause}{suggestion(close)}",
        doc=_PULL_DOC if code == "serviceaccount.pull_secret_missing" else _DOC,
        facts={"secret": secret, "nearest": close, "pods": len(pods), "pod": pods[0].name},
    )


ANALYZER: Final = Analyzer(
    name="serviceaccounts",
    reads=(SERVICEACCOUNTS, SECRETS, PODS, WARNINGS),
    analyze=analyze,
    summary="ServiceAccounts that lack rights, or whose pull secrets or Secrets do not exist.",
)
