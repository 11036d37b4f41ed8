"""The analyzer of Services: selectors that miss, pods that do not serve, ports that nobody listens on."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any, Final

from kubecfg_analyzers import pods, selectors, service_addresses, target_ports
from kubecfg_analyzers.events import Warnings
from kubecfg_analyzers.owners import owner_of
from kubecfg_analyzers.report import (
    CRITICAL,
    WARNING,
    Facts,
    counted,
    found,
    older,
    settling,
)
from kubecfg_core import Analyzer, ClusterView, Finding, LabelSelector, Resource, Severity
from kubecfg_core.kinds.meta import find_condition
from kubecfg_core.kinds.network import ENDPOINTSLICES, SERVICES, EndpointSlice, Service
from kubecfg_core.kinds.pods import PODS, Pod
from kubecfg_core.kinds.workloads import DAEMONSETS, DEPLOYMENTS, STATEFULSETS

READS: Final[tuple[Resource[Any], ...]] = (
    SERVICES,
    ENDPOINTSLICES,
    DEPLOYMENTS,
    STATEFULSETS,
    DAEMONSETS,
    *pods.STATUS_READS,
)
SLICE_GRACE: Final = timedelta(minutes=2)
YOUNG: Final = timedelta(minutes=2)

_DEBUG: Final = "tasks/debug/debug-application/debug-service/"
_MOST_PODS: Final = 20


class Services:
    """The checks of Services over one view: warnings and endpoint slices are indexed once."""

    def __init__(self, view: ClusterView) -> None:
        self._view = view
        self._warnings = view.once(Warnings)
        self._found: dict[tuple[str, str], tuple[Finding, ...]] = {}
        self._slices: dict[tuple[str, str], list[EndpointSlice]] = defaultdict(list)
        for item in view.all(ENDPOINTSLICES):
            self._slices[item.namespace, item.service].append(item)

    def check(self, service: Service) -> Sequence[Finding]:
        """All that is wrong with a Service, looked for once: Ingresses ask for it again."""
        key = service.namespace, service.name
        if key not in self._found:
            self._found[key] = tuple(self._check(service))
        return self._found[key]

    def _check(self, service: Service) -> Iterator[Finding]:
        """One without a selector has its endpoints from elsewhere."""
        if service.metadata.deletionTimestamp is not None:
            return
        if service.spec.type == "ExternalName":
            yield from service_addresses.external_name(service)
            return
        yield from service_addresses.load_balancer(self._view, self._warnings.of(SERVICES, service), service)
        if service.spec.selector and self._view.covers(PODS, service.namespace):
            yield from self._selected(service)

    def dead_end(self, service: Service) -> Finding | None:
        """The finding that says that nothing behind the Service serves, if that is so."""
        return next((finding for finding in self.check(service) if finding.severity is CRITICAL), None)

    def _selected(self, service: Service) -> Iterator[Finding]:
        selector = LabelSelector(matchLabels=service.spec.selector)
        matching = self._view.selected(PODS, service.namespace, selector)
        live = [pod for pod in matching if not pod.finished]
        if not live:
            yield from self._nobody(service, matching)
            return
        yield from self._unready(service, [pod for pod in live if pod.metadata.deletionTimestamp is None] or live)
        yield from target_ports.check(service, live)

    def _nobody(self, service: Service, finished: Sequence[Pod]) -> Iterator[Finding]:
        facts: dict[str, str | int | None] = {"selector": selectors.written(service.spec.selector)}
        makers = selectors.makers(self._view, service) or selectors.foreign(self._view, service)
        if makers:
            kind, maker = makers[0]
            if maker.spec.replicas == 0 or not older(self._view.now, maker.metadata.creationTimestamp, YOUNG):
                return  # scaled to nothing on purpose, or just being made
            yield _found(
                service,
                "service.no_running_pods",
                f"No pod runs behind the Service; {kind} {maker.name} makes none of its {maker.spec.replicas}.",
                severity=CRITICAL,
                cause="Its pods cannot be created.",
                facts={**facts, "workload": maker.name, "workload_kind": kind.lower()},
            )
        elif finished:
            owner = owner_of(self._view, finished[0])
            if finished[0].status.phase == "Failed" or owner is None or owner.kind not in ("Job", "CronJob"):
                yield _found(
                    service,
                    "service.no_running_pods",
                    f"Only {counted(len(finished), 'pod')} that {'has' if len(finished) == 1 else 'have'} ended "
                    f"match{'es' if len(finished) == 1 else ''} the selector of the Service.",
                    severity=CRITICAL,
                    facts=facts,
                )
        elif not self._empty_on_purpose(service):
            yield self._unmatched(service, facts)

    def _empty_on_purpose(self, service: Service) -> bool:
        """Whether the Service is just being made, or is for pods that are not wanted on any node, or in this number."""
        pods_there = self._view.within(PODS, service.namespace)
        return (
            settling(self._view.now, service.metadata.creationTimestamp)
            or selectors.for_no_node(self._view, service)
            or selectors.replica_of_one(pods_there, service.spec.selector)
        )

    def _unmatched(self, service: Service, facts: dict[str, str | int | None]) -> Finding:
        near = selectors.nearest_pod(self._view.within(PODS, service.namespace), service.spec.selector)
        owner = owner_of(self._view, near.pod) if near else None
        cause = "No pod in the namespace has any of these labels."
        if near is not None:
            whose = f"the pods of {owner}" if owner else f"pod {near.pod.name}"
            has = f"{near.label}={near.actual}" if near.actual else f"no label {near.label}"
            cause = f"It selects {near.label}={near.wanted}, but {whose} have {has}."
            cause = cause if owner else cause.replace(" have ", " has ")
            facts |= {"label": near.label, "wanted": near.wanted, "actual": near.actual or "(none)"}
            facts |= {"nearest": owner.name if owner else near.pod.name}
            facts |= {"workload": owner.name, "workload_kind": owner.kind.lower()} if owner else {}
        return _found(
            service,
            "service.no_matching_pods",
            f"The selector {selectors.written(service.spec.selector)} matches no pod in namespace {service.namespace}.",
            severity=CRITICAL,
            cause=cause,
            facts=facts,
        )

    def _unready(self, service: Service, live: list[Pod]) -> Iterator[Finding]:
        ready = [pod for pod in live if pods.is_ready(pod)]
        troubles = self._troubles([pod for pod in live if not pods.is_ready(pod)])
        if ready:
            yield from self._stale(service, ready)
        if not troubles or service.spec.publishNotReadyAddresses:
            return  # every pod serves, or is too young to tell, or need not be ready to be found
        pod, trouble = troubles[0]
        owner = owner_of(self._view, pod)
        facts: dict[str, str | int | None] = {
            "selector": selectors.written(service.spec.selector),
            "ready": len(ready) if ready else None,
            "total": len(live),
            "pod": pod.name,
            "pod_code": trouble.code,
            **({"workload": owner.name, "workload_kind": owner.kind.lower()} if owner and not ready else {}),
        }
        none = "None" if len(live) > 1 else "It is not ready: none"
        yield _found(
            service,
            "service.some_not_ready" if ready else "service.no_ready_pods",
            f"{len(ready) or none} of {counted(len(live), 'pod')} behind the Service "
            f"{'are' if len(ready) > 1 else 'is'} ready.",
            severity=WARNING if ready else CRITICAL,
            cause=f"Pod {pod.name}: {pods.in_short(trouble)}",
            facts=facts,
            names=trouble.sensitive,
        )

    def _troubles(self, unready: list[Pod]) -> list[tuple[Pod, Finding]]:
        judged = [(pod, pods.trouble(self._view, self._warnings, pod)) for pod in unready[:_MOST_PODS]]
        real = [(pod, trouble) for pod, trouble in judged if trouble is not None]
        return sorted(real, key=lambda pair: (pair[1].severity.rank, pair[0].name))

    def _stale(self, service: Service, ready: list[Pod]) -> Iterator[Finding]:
        """Ready pods that the slices do not list. A Service without any slice may be served by Endpoints alone."""
        slices = self._slices.get((service.namespace, service.name), [])
        if not slices or not self._view.covers(ENDPOINTSLICES, service.namespace):
            return
        every = [endpoint for item in slices for endpoint in item.endpoints or ()]
        addresses = {address for endpoint in every for address in endpoint.addresses or ()}
        families = {item.addressType or "IPv4" for item in slices}  # a pod's first address may be of the other family
        told = [pod for pod in ready if pod.status.podIP and _family(pod.status.podIP) in families]
        absent = [pod for pod in told if pod.status.podIP not in addresses and self._settled(pod)]
        if absent:
            yield _found(
                service,
                "service.stale_endpoints",
                f"{counted(len(absent), 'ready pod')} of the Service {'is' if len(absent) == 1 else 'are'} not in its "
                f"EndpointSlices, as {absent[0].name} with the address {absent[0].status.podIP}.",
                severity=WARNING,
                cause="The endpoint slice controller does not keep up, or something else writes these slices.",
                facts={"pod": absent[0].name, "ready": len(ready), "listed": len(addresses)},
            )

    def _settled(self, pod: Pod) -> bool:
        condition = find_condition(pod.status.conditions, "Ready")
        return condition is not None and older(self._view.now, condition.lastTransitionTime, SLICE_GRACE)


def _family(address: str) -> str:
    return "IPv6" if ":" in address else "IPv4"


def _found(
    service: Service,
    code: str,
    text: str,
    *,
    severity: Severity,
    cause: str = "",
    facts: Facts | None = None,
    names: Iterable[str] = (),
) -> Finding:
    return found(SERVICES, service, code, text, severity=severity, cause=cause, doc=_DEBUG, facts=facts, names=names)


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What is wrong with every Service of the view."""
    services = view.once(Services)
    for service in view.all(SERVICES):
        yield from services.check(service)


ANALYZER: Final = Analyzer(
    name="services",
    reads=READS,
    analyze=analyze,
    summary="Services whose selector matches nothing, with no ready pods, wrong ports, or no address.",
)
