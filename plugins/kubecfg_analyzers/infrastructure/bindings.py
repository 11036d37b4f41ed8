"""The analyzers of RoleBindings and ClusterRoleBindings: roles and accounts that do not exist."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from kubecfg_analyzers.infrastructure.pods_by import Index, by_account
from kubecfg_analyzers.report import ERROR, WARNING, counted, found, listed, nearest, suggestion
from kubecfg_core import Analyzer, ClusterView, Finding, ReadState, Resource
from kubecfg_core.kinds.config import SERVICEACCOUNTS
from kubecfg_core.kinds.pods import PODS
from kubecfg_core.kinds.rbac import CLUSTERROLEBINDINGS, CLUSTERROLES, ROLEBINDINGS, ROLES, Binding, Subject

_DOC: Final = "reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding"
_BOOTSTRAPPING: Final = "kubernetes.io/bootstrapping"
# Whoever runs the control plane binds roles to accounts that only some clusters have.
_PLATFORMS: Final = ("system:", "kubeadm:", "eks:", "gce:", "gke-", "aks-", "azure-", "openshift-", "k3s-", "rke2-")


def analyze_rolebindings(view: ClusterView) -> Iterator[Finding]:
    """What is wrong with every RoleBinding."""
    yield from _check(view, ROLEBINDINGS, "rolebinding.role_missing", "rolebinding.subjects_missing")


def analyze_clusterrolebindings(view: ClusterView) -> Iterator[Finding]:
    """What is wrong with every ClusterRoleBinding."""
    yield from _check(
        view, CLUSTERROLEBINDINGS, "clusterrolebinding.role_missing", "clusterrolebinding.subjects_missing"
    )


def _check(view: ClusterView, resource: Resource[Any], roleless: str, subjectless: str) -> Iterator[Finding]:
    users = view.once(by_account)
    for binding in view.all(resource):
        if binding.metadata.deletionTimestamp is not None or _of_the_platform(binding):
            continue
        if view.namespace is None or binding.namespace or _grants_in(view.namespace, binding):
            yield from _role(view, resource, binding, roleless, users)
            yield from _subjects(view, resource, binding, subjectless)


def _grants_in(namespace: str, binding: Binding) -> bool:
    """Whether an account of the namespace should get the role: what is of no namespace may be of no concern to it."""
    return any(subject.namespace == namespace for subject in _accounts(binding))


def _of_the_platform(binding: Binding) -> bool:
    return _BOOTSTRAPPING in binding.metadata.labels or binding.name.startswith(_PLATFORMS)


def _role(view: ClusterView, resource: Resource[Any], binding: Binding, code: str, users: Index) -> Iterator[Finding]:
    """An error where a pod runs as an account that should have the role, else perhaps a left-over."""
    kind, name = binding.roleRef.kind, binding.roleRef.name
    roles: Resource[Any] | None = {"Role": ROLES, "ClusterRole": CLUSTERROLES}.get(kind)
    if roles is None or not name or not _lacks(view, roles, binding.namespace, name):
        return
    there = view.within(ROLES, binding.namespace) if kind == "Role" else view.all(CLUSTERROLES)
    close = nearest(name, (item.name for item in there))
    pods = [pod for subject in _accounts(binding) for pod in users.get(_place(binding, subject), [])]
    running = f", and {counted(len(pods), 'pod')} of theirs {'runs' if len(pods) == 1 else 'run'}" if pods else ""
    yield found(
        resource,
        binding,
        code,
        f'The {kind} "{name}" that the binding gives does not exist.',
        severity=ERROR if pods else WARNING,
        cause=f"{_grantees(binding)} {'is' if len(binding.subjects or ()) == 1 else 'are'} allowed nothing by it"
        f"{running}.{suggestion(close)}",
        doc=_DOC,
        facts={
            "role": name,
            "role_kind": kind,
            "nearest": close,
            "pod": pods[0].name if pods else None,
            "pod_namespace": pods[0].namespace if pods else None,
        },
        names=[name, *(subject.name for subject in binding.subjects or ())],
    )


def _subjects(view: ClusterView, resource: Resource[Any], binding: Binding, code: str) -> Iterator[Finding]:
    """A binding may name accounts that a part of an application would have; it is told where it has none at all."""
    accounts = _accounts(binding)
    if not accounts or len(accounts) < len(binding.subjects or ()):
        return
    places = [_place(binding, subject) for subject in accounts]
    if not all(namespace and _lacks(view, SERVICEACCOUNTS, namespace, name) for namespace, name in places):
        return
    namespace, name = places[0]
    elsewhere = [item.namespace for item in view.all(SERVICEACCOUNTS) if item.name == name]
    close = "" if elsewhere else nearest(name, (item.name for item in view.within(SERVICEACCOUNTS, namespace)))
    yield found(
        resource,
        binding,
        code,
        f"The binding gives {binding.roleRef.kind} {binding.roleRef.name} to "
        f"{listed(f'ServiceAccount {place}/{other}' for place, other in places)}, "
        f"which {'does' if len(places) == 1 else 'do'} not exist.",
        severity=WARNING,
        cause=f"An account of that name is in {listed(sorted(elsewhere), 3)}: the namespace may be wrong."
        if elsewhere
        else f"Nobody has the role by it.{suggestion(close)}",
        doc=_DOC,
        facts={
            "serviceaccount": name,
            "account_namespace": namespace,
            "role": binding.roleRef.name,
            "role_kind": binding.roleRef.kind,
            "nearest": close,
            "other_namespace": min(elsewhere, default=None),
        },
        names=[binding.roleRef.name, *(part for place in places for part in place), *elsewhere[:3]],
    )


def _lacks(view: ClusterView, resource: Resource[Any], namespace: str, name: str) -> bool:
    """A cluster that lists bindings has roles and accounts: where the kind is absent, something hides it."""
    return view.state(resource) is ReadState.LISTED and view.lacks(resource, namespace, name)


def _accounts(binding: Binding) -> list[Subject]:
    return [subject for subject in binding.subjects or () if subject.kind == "ServiceAccount" and subject.name]


def _place(binding: Binding, subject: Subject) -> tuple[str, str]:
    return (subject.namespace or binding.namespace, subject.name)


def _grantees(binding: Binding) -> str:
    subjects: Iterable[Subject] = binding.subjects or ()
    return listed((f"{subject.kind} {subject.name}" for subject in subjects), 3) or "Nobody"


ROLEBINDING_ANALYZER: Final = Analyzer(
    name="rolebindings",
    reads=(ROLEBINDINGS, ROLES, CLUSTERROLES, SERVICEACCOUNTS, PODS),
    analyze=analyze_rolebindings,
    summary="RoleBindings whose role or accounts do not exist.",
)
CLUSTERROLEBINDING_ANALYZER: Final = Analyzer(
    name="clusterrolebindings",
    reads=(CLUSTERROLEBINDINGS, CLUSTERROLES, SERVICEACCOUNTS, PODS),
    analyze=analyze_clusterrolebindings,
    summary="ClusterRoleBindings whose role or accounts do not exist.",
)
