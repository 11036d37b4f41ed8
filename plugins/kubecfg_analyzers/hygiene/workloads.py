"""What a workload leaves out, or may do for no need, as a whole."""

from collections.abc import Iterator
from typing import Final

from kubecfg_analyzers.hygiene.case import Case
from kubecfg_analyzers.report import listed
from kubecfg_core import Finding
from kubecfg_core.kinds.hygiene import ACCOUNTS, DEPLOYMENTS
from kubecfg_core.kinds.meta import LabelSelector
from kubecfg_core.kinds.network import SERVICES
from kubecfg_core.kinds.scaling import BUDGETS

_SOCKETS: Final = ("docker.sock", "containerd.sock", "crio.sock")
_STANDARDS: Final = "concepts/security/pod-security-standards/"


def check(case: Case) -> Iterator[Finding]:
    """What the workload shares with its node, what it can ask the API server, and whether it has a spare."""
    yield from _paths(case)
    yield from _shared(case)
    yield from _token(case)
    yield from _spare(case)


def _paths(case: Case) -> Iterator[Finding]:
    paths = [volume.hostPath.path for volume in case.spec.volumes if volume.hostPath]
    sockets = [path for path in paths if path.endswith(_SOCKETS)]
    if sockets:
        yield case.found(
            "hygiene.runtime_socket",
            f"Its pods mount the socket of the container runtime: {listed(sockets)}.",
            cause="Whoever speaks to it can start any container on the node, privileged ones too.",
            doc=_STANDARDS,
            facts={"path": sockets[0]},
        )
    elif paths:
        yield case.found(
            "hygiene.host_path",
            f"Its pods mount files of the node: {listed(paths)}.",
            cause="What one pod writes there stays on that node, and may reach what is not its own.",
            doc="concepts/storage/volumes/",
            facts={"path": paths[0]},
        )


def _shared(case: Case) -> Iterator[Finding]:
    spec = case.spec
    told = (("hostNetwork", spec.hostNetwork), ("hostPID", spec.hostPID), ("hostIPC", spec.hostIPC))
    fields = [name for name, on in told if on]
    if fields:
        yield case.found(
            "hygiene.host_namespace",
            f"Its pods share the node's own namespaces: {listed(fields)}.",
            cause="They see the node's network or processes, and no NetworkPolicy holds them.",
            doc=_STANDARDS,
            facts={"field": fields[0]},
        )


def _token(case: Case) -> Iterator[Finding]:
    spec, account = case.spec, case.view.get(ACCOUNTS, case.item.namespace, "default")
    if account is None or account.automountServiceAccountToken is False:
        return
    if spec.serviceAccountName in ("", "default") and spec.automountServiceAccountToken is None:
        yield case.found(
            "hygiene.default_token",
            "Its pods get the token of the ServiceAccount default.",
            cause="It is of no use to them, unless somebody has given that account rights: then all pods have them.",
            doc="tasks/configure-pod-container/configure-service-account/",
        )


def _spare(case: Case) -> Iterator[Finding]:
    """Whether clients of a Deployment notice when a node is drained. Nobody asks what no Service names."""
    view, space, labels = case.view, case.item.namespace, case.item.spec.template.metadata.labels
    selectors = [item.spec.selector for item in view.within(SERVICES, space) if item.spec.selector]
    serves = any(LabelSelector(matchLabels=selector).matches(labels) for selector in selectors)
    if case.kind is not DEPLOYMENTS or not serves or not view.covers(BUDGETS, space):
        return
    guarded = any(item.spec.selector and item.spec.selector.matches(labels) for item in view.within(BUDGETS, space))
    replicas = case.item.spec.replicas
    if replicas == 1 and not guarded:
        yield case.found(
            "hygiene.single_replica",
            "A Service names it, and it has one replica.",
            cause="Whenever its node is drained or fails, its clients get errors until a new pod is ready.",
            doc="concepts/workloads/controllers/deployment/",
        )
    elif replicas > 1 and not guarded:
        yield case.found(
            "hygiene.no_disruption_budget",
            f"A Service names it, and no PodDisruptionBudget guards its {replicas} replicas.",
            cause="A drain of several nodes may take all of its pods at once.",
            doc="tasks/run-application/configure-pdb/",
            facts={"replicas": replicas},
        )
