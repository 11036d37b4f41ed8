"""The analyzer of ServiceAccounts: the Secrets that they name and that do not exist."""

import re
from collections.abc import Iterator
from typing import Final

from kubecfg_analyzers.infrastructure.pods_by import by_account
from kubecfg_analyzers.report import WARNING, counted, found, nearest, suggestion
from kubecfg_core import Analyzer, ClusterView, Finding
from kubecfg_core.kinds.config import SECRETS, SERVICEACCOUNTS, ServiceAccount
from kubecfg_core.kinds.pods import PODS, Pod

_DOC: Final = "tasks/configure-pod-container/configure-service-account/"
_PULL_DOC: Final = f"{_DOC}#add-imagepullsecrets-to-a-service-account"
# The token that Kubernetes once made for each account, and removes once nobody uses it.
_OLD_TOKEN: Final = re.compile(r".*-(?:token|dockercfg)-[a-z0-9]{5}")


def analyze(view: ClusterView) -> Iterator[Finding]:
    """Find what the accounts of live pods name in vain; an account that no pod has harms nobody."""
    users = view.once(by_account)
    for account in view.all(SERVICEACCOUNTS):
        pods = users.get((account.namespace, account.name), [])
        if pods and account.metadata.deletionTimestamp is None:
            yield from _pull_secrets(view, account, pods)
            yield from _secrets(view, account, pods)


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
    reads=(SERVICEACCOUNTS, SECRETS, PODS),
    analyze=analyze,
    summary="ServiceAccounts whose pull secrets or Secrets do not exist.",
)
