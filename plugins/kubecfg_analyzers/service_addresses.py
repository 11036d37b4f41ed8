"""Services that lead in from outside, or out: load balancers without an address, names that lead nowhere."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from kubecfg_analyzers.events import latest
from kubecfg_analyzers.report import ERROR, WARNING, clip, found, minutes, older, sentence, span_since
from kubecfg_core import ClusterView, Finding
from kubecfg_core.kinds.events import Event
from kubecfg_core.kinds.network import SERVICES, Service

LB_GRACE: Final = timedelta(minutes=10)

_DOC: Final = "concepts/services-networking/service/"
# Those of the cloud providers, of the AWS load balancer controller, and of MetalLB.
_FAILURES: Final = (
    *("SyncLoadBalancerFailed", "CreatingLoadBalancerFailed", "EnsureLoadBalancerFailed"),
    *("FailedBuildModel", "FailedDeployModel", "AllocationFailed"),
)


def load_balancer(view: ClusterView, warnings: list[Event], service: Service) -> Iterator[Finding]:
    """A load balancer without an address: for long, or with a warning that says why."""
    if service.spec.type != "LoadBalancer" or service.status.addressed:
        return
    since = service.metadata.creationTimestamp
    event = latest(warnings, *_FAILURES)
    if event is not None or older(view.now, since, LB_GRACE):
        said = sentence(event.message) if event else ""
        yield found(
            SERVICES,
            service,
            "service.loadbalancer_pending",
            f"The load balancer has had no address for {span_since(view.now, since)}.",
            severity=ERROR if event else WARNING,
            cause=said or "No cloud controller or load balancer implementation has taken it.",
            doc=_DOC,
            facts={"minutes": minutes(view.now, since), "message": clip(event.message) if event else None},
        )


def external_name(service: Service) -> Iterator[Finding]:
    """A Service that is a name for itself."""
    own = f"{service.name}.{service.namespace}"
    host = service.spec.externalName.rstrip(".")
    if host in (own, f"{own}.svc", f"{own}.svc.cluster.local"):
        yield found(
            SERVICES,
            service,
            "service.externalname_self",
            f"The ExternalName {host} is the Service itself.",
            severity=ERROR,
            cause="Its name resolves to itself, and never to an address.",
            doc=_DOC,
            facts={"host": host},
        )
