"""What the API server calls over the network: whether it is there, serves, and can be trusted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from kubecfg_analyzers import certificates, selectors, services
from kubecfg_analyzers.certificates import Certificate, Unparsable
from kubecfg_analyzers.report import Facts, counted, listed, nearest, older, suggestion
from kubecfg_core import ClusterView, LabelSelector, Resource
from kubecfg_core.kinds.config import SECRETS, TLS
from kubecfg_core.kinds.machinery import ServiceReference
from kubecfg_core.kinds.network import SERVICES, Service
from kubecfg_core.kinds.pods import PODS, Pod

READS: Final[tuple[Resource[Any], ...]] = services.READS
GRACE: Final = timedelta(minutes=2)
SOON: Final = timedelta(days=30)
VERY_SOON: Final = timedelta(days=7)

MISSING: Final = "service missing"
NO_PORT: Final = "no such port"
NOT_READY: Final = "not ready"
UNPARSABLE: Final = "unparsable"
EXPIRED: Final = "expired"
EXPIRING: Final = "expiring"
MISMATCH: Final = "mismatch"


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a backend or its certificates; `urgent` is set where little time is left."""

    what: str
    text: str
    cause: str
    facts: Facts
    names: tuple[str, ...] = ()
    urgent: bool = False


class Backends:
    """The Services of a view as the API server meets them."""

    def __init__(self, view: ClusterView) -> None:
        self._view = view
        self._behind = view.once(services.Services)

    def unreachable(self, ref: ServiceReference) -> Trouble | None:
        """Why nothing answers at the Service; `None` where something does, or where that is not certain."""
        service = self._view.get(SERVICES, ref.namespace, ref.name)
        facts: dict[str, str | int | None] = {"service": ref.name, "service_namespace": ref.namespace}
        if service is None:
            return self._missing(ref, facts) if self._view.lacks(SERVICES, ref.namespace, ref.name) else None
        if service.spec.type == "ExternalName":
            return None
        ports = [port.port for port in service.spec.ports]
        if ref.port not in ports:
            return Trouble(
                NO_PORT,
                f"its Service {ref.namespace}/{ref.name} has no port {ref.port}",
                f"It has {listed(str(port) for port in ports)}." if ports else "It has no ports.",
                {**facts, "port": ref.port, "declared": ",".join(str(port) for port in ports)},
                (ref.namespace,),
            )
        return self._silent(service, facts)

    def _missing(self, ref: ServiceReference, facts: Facts) -> Trouble:
        close = nearest(ref.name, (item.name for item in self._view.within(SERVICES, ref.namespace)))
        return Trouble(
            MISSING,
            f"its Service {ref.namespace}/{ref.name} does not exist",
            f"It was removed without what relies on it, or was never made.{suggestion(close)}",
            {**facts, "nearest": close},
            (ref.namespace,),
        )

    def _silent(self, service: Service, facts: Facts) -> Trouble | None:
        dead = self._behind.dead_end(service)
        why = f"{dead.text} {dead.cause}".strip() if dead else self._scaled_down(service)
        if not why:
            return None
        names = dead.sensitive if dead else ()
        selector = selectors.written(service.spec.selector)
        return Trouble(
            NOT_READY,
            f"its Service {service.namespace}/{service.name} has no ready pod",
            why,
            {**facts, "selector": selector},
            (service.namespace, *names),
        )

    def _scaled_down(self, service: Service) -> str:
        """A Service without pods is in order by itself, but not where the API server needs it."""
        old = older(self._view.now, service.metadata.creationTimestamp, GRACE)
        if not service.spec.selector or not self._view.covers(PODS, service.namespace) or not old:
            return ""
        if any(not pod.finished for pod in self.pods(service)):
            return ""
        makers = selectors.makers(self._view, service)
        idle = [f"{kind} {item.name} is scaled to 0" for kind, item in makers if item.spec.replicas == 0]
        return f"{idle[0]}." if idle else ""

    def pods(self, service: Service) -> list[Pod]:
        """The pods that the Service selects; none for one without a selector."""
        if not service.spec.selector:
            return []
        selector = LabelSelector(matchLabels=service.spec.selector)
        return list(self._view.selected(PODS, service.namespace, selector))

    def mismatch(self, ref: ServiceReference, bundle: str) -> Trouble | None:
        """Whether none of the certificates that its pods mount for the Service's name is signed by the bundle."""
        service = self._view.get(SERVICES, ref.namespace, ref.name)
        mounted = (
            {volume.secret.secretName for pod in self.pods(service) for volume in pod.spec.volumes if volume.secret}
            if service
            else set()
        )
        found: list[tuple[str, bool]] = []
        for name in sorted(mounted):
            secret = self._view.get(SECRETS, ref.namespace, name)
            if secret is not None and secret.type == TLS:
                found += _signed(name, secret.data.get("tls.crt", ""), bundle, f"{ref.name}.{ref.namespace}.svc")
        if not found or any(good for _, good in found):
            return None
        return Trouble(
            MISMATCH,
            f"the CA bundle does not sign the certificate that its Service {ref.namespace}/{ref.name} serves",
            f"The certificate is in the Secret {found[0][0]}; one of the two was renewed without the other.",
            {"service": ref.name, "service_namespace": ref.namespace, "secret": found[0][0]},
            (ref.namespace,),
        )


def _signed(name: str, data: str, bundle: str, host: str) -> list[tuple[str, bool]]:
    try:
        leaf = certificates.chain(data)[0]
        return [(name, certificates.trusts(bundle, data))] if leaf.covers(host) else []
    except Unparsable:
        return []  # the Secret has a finding of its own


def untrusted(now: datetime, bundle: str) -> Trouble | None:
    """What is wrong with a CA bundle (base64 of PEM): one certificate of it that holds is enough."""
    if not bundle or not certificates.available():
        return None
    try:
        latest = max(certificates.chain(bundle), key=lambda item: item.ends)
    except Unparsable:
        text = "its CA bundle is no PEM that can be read"
        return Trouble(UNPARSABLE, text, "It was cut, or encoded once too often or too little.", {})
    left = latest.ends - now
    day = f"{latest.ends:%Y-%m-%d}"
    if left <= timedelta():
        text = f"its CA bundle ended on {day}, {counted((-left).days, 'day')} ago"
        cause = "The API server trusts no certificate that it signed."
        return Trouble(EXPIRED, text, cause, {"ended": day, "days": (-left).days, "issuer": latest.issuer})
    if left <= min(SOON, _lifetime(latest) / 4):
        text = f"its CA bundle ends on {day}, in {counted(left.days, 'day')}"
        cause = "Whatever renews it should have done so by now."
        return Trouble(
            EXPIRING,
            text,
            cause,
            {"ends": day, "days": left.days, "issuer": latest.issuer},
            urgent=left <= min(VERY_SOON, _lifetime(latest) / 8),
        )
    return None


def _lifetime(certificate: Certificate) -> timedelta:
    """What rotates often is always near its end: nearness is measured by the whole life."""
    return certificate.ends - certificate.starts


def first(troubles: Iterable[Trouble | None]) -> Trouble | None:
    """The first that there is: one cause is one finding."""
    return next((trouble for trouble in troubles if trouble is not None), None)
