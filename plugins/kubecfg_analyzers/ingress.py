"""The analyzer of Ingresses: backends, classes, certificates, and paths that two of them claim."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Final

from kubecfg_analyzers import ingress_rivals, ingress_tls, services
from kubecfg_analyzers.report import (
    ERROR,
    WARNING,
    Facts,
    found,
    listed,
    minutes,
    nearest,
    older,
    span_since,
    suggestion,
)
from kubecfg_core import Analyzer, ClusterView, Finding, Severity
from kubecfg_core.kinds.config import SECRETS
from kubecfg_core.kinds.network import INGRESSCLASSES, INGRESSES, SERVICES, BackendService, Ingress, Service

UNTAKEN: Final = timedelta(minutes=5)
UNADDRESSED: Final = timedelta(minutes=15)
SEVERAL: Final = 2

_DOC: Final = "concepts/services-networking/ingress/"
_CLASS_DOC: Final = "concepts/services-networking/ingress/#ingress-class"
# The AWS controller takes a backend of this port from an annotation: its name is that of an action, not of a Service.
_ACTION_PORT: Final = "use-annotation"

Route = tuple[str, str, BackendService]


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What is wrong with every Ingress of the view."""
    behind = view.once(services.Services)
    rivals = ingress_rivals.Rivals(view)
    for ingress in view.all(INGRESSES):
        if ingress.metadata.deletionTimestamp is None:
            told = [*_class(view, ingress), *_backends(view, behind, ingress), *ingress_tls.check(view, ingress)]
            yield from told
            yield from rivals.check(ingress)
            if not any(finding.severity is ERROR for finding in told):
                yield from _no_address(view, ingress)


def _found(
    ingress: Ingress,
    code: str,
    text: str,
    *,
    cause: str,
    severity: Severity = ERROR,
    doc: str = _DOC,
    facts: Facts,
    names: Iterable[str] = (),
) -> Finding:
    return found(INGRESSES, ingress, code, text, cause=cause, severity=severity, doc=doc, facts=facts, names=names)


def _class(view: ClusterView, ingress: Ingress) -> Iterator[Finding]:
    """A class by annotation needs no object: its controller looks for the word alone."""
    name, classes = ingress.spec.ingressClassName, view.all(INGRESSCLASSES)
    there = sorted(item.name for item in classes)
    only = there[0] if len(there) == 1 else ""
    known = f"There is {listed(there)}." if there else "There is no IngressClass at all."
    if name and view.lacks(INGRESSCLASSES, "", name):
        close, served = nearest(name, there), ingress.status.addressed
        effect = "It has an address, but new rules may not be served." if served else "No controller serves it."
        yield _found(
            ingress,
            "ingress.class_missing",
            f'The IngressClass "{name}" that the Ingress names does not exist.',
            cause=f"{effect} {known}{suggestion(close)}",
            severity=WARNING if served else ERROR,
            doc=_CLASS_DOC,
            facts={"ingress_class": name, "declared": ",".join(there), "nearest": close or only},
            names=there,
        )
    elif not ingress.class_name and _untaken(view, ingress) and not any(item.default for item in classes):
        yield _found(
            ingress,
            "ingress.no_class",
            "The Ingress names no class, none is the default, and no controller has taken it.",
            cause=known,
            severity=WARNING,
            doc=_CLASS_DOC,
            facts={"declared": ",".join(there), "nearest": only},
        )


def _no_address(view: ClusterView, ingress: Ingress) -> Iterator[Finding]:
    """Some controllers give no addresses at all: it is odd only beside several of the class that have one."""
    name = ingress.class_name
    if not name or ingress.status.addressed or not older(view.now, ingress.metadata.creationTimestamp, UNADDRESSED):
        return
    served = view.once(_addressed).get(name, 0)
    if served >= SEVERAL:
        yield _found(
            ingress,
            "ingress.no_address",
            f"It has had no address for {span_since(view.now, ingress.metadata.creationTimestamp)}, and "
            f"{served} others of the class {name} have one.",
            cause="The controller of the class does not take it: its events or the controller's log say why.",
            severity=WARNING,
            facts={"ingress_class": name, "minutes": minutes(view.now, ingress.metadata.creationTimestamp)},
        )


def _addressed(view: ClusterView) -> Counter[str]:
    """How many Ingresses of each class have an address."""
    return Counter(item.class_name for item in view.all(INGRESSES) if item.status.addressed)


def _untaken(view: ClusterView, ingress: Ingress) -> bool:
    """Some controllers serve Ingresses without a class: one that has an address is served."""
    old = older(view.now, ingress.metadata.creationTimestamp, UNTAKEN)
    return view.covers(INGRESSCLASSES) and not ingress.status.addressed and old


def _routes(ingress: Ingress) -> Iterator[Route]:
    """Host, path and Service of every backend that is a Service; the default one has neither host nor path."""
    default = ingress.spec.defaultBackend
    if default is not None and default.service is not None:
        yield "", "", default.service
    for rule in ingress.spec.rules:
        for path in (rule.http.paths or ()) if rule.http else ():
            if path.backend.service is not None:
                yield rule.host, path.path, path.backend.service


def _field(ingress: Ingress, backend: BackendService) -> str:
    """Where the backend stands in the Ingress, as a JSON pointer; nothing where it stands more than once."""
    default = ingress.spec.defaultBackend
    found = ["/spec/defaultBackend/service"] if default is not None and default.service == backend else []
    for number, rule in enumerate(ingress.spec.rules):
        paths = enumerate((rule.http.paths or ()) if rule.http else ())
        where = f"/spec/rules/{number}/http/paths"
        found += [f"{where}/{place}/backend/service" for place, path in paths if path.backend.service == backend]
    return found[0] if len(found) == 1 else ""


def _backends(view: ClusterView, behind: services.Services, ingress: Ingress) -> Iterator[Finding]:
    """Each Service and port once, however many paths lead to it."""
    seen: set[BackendService] = set()
    judged: set[str] = set()
    for host, path, backend in _routes(ingress):
        if backend in seen or not backend.name or backend.port.name == _ACTION_PORT:
            continue
        seen.add(backend)
        service = view.get(SERVICES, ingress.namespace, backend.name)
        if service is not None:
            yield from _port(ingress, service, host, path, backend)
            if backend.name not in judged:
                judged.add(backend.name)
                yield from _serving(behind, ingress, service, host, path)
        elif view.lacks(SERVICES, ingress.namespace, backend.name):
            yield _no_service(view, ingress, host, path, backend)


def _address(host: str, path: str) -> str:
    return f"{host or '*'}{path or '/'}" if host or path else "the default backend"


def _no_service(view: ClusterView, ingress: Ingress, host: str, path: str, backend: BackendService) -> Finding:
    close = nearest(backend.name, (item.name for item in view.within(SERVICES, ingress.namespace)))
    return _found(
        ingress,
        "ingress.service_missing",
        f'The Service "{backend.name}" behind {_address(host, path)} does not exist in namespace {ingress.namespace}.',
        cause=f"Requests for it are answered with an error (usually 503 or 404).{suggestion(close)}",
        facts={
            "service": backend.name,
            "host": host,
            "path": path,
            "port": backend.port.name or backend.port.number,
            "nearest": close,
            "field": _field(ingress, backend),
        },
    )


def _port(ingress: Ingress, service: Service, host: str, path: str, backend: BackendService) -> Iterator[Finding]:
    wanted = backend.port
    if any((wanted.name and port.name == wanted.name) or port.port == wanted.number for port in service.spec.ports):
        return
    if not wanted.name and not wanted.number:
        return  # a resource of another API: no port to compare
    if service.spec.type == "ExternalName" and not service.spec.ports:
        return  # a name for somewhere else, which need not list ports
    declared = [str(port.port) for port in service.spec.ports] + [port.name for port in service.spec.ports if port.name]
    shown = wanted.name or str(wanted.number)
    only = service.spec.ports[0].port if len(service.spec.ports) == 1 else None
    field = _field(ingress, backend)
    taken = "nginx" in ingress.class_name and shown in {str(port.targetPort) for port in service.spec.ports}
    there = f"It has {listed(declared)}." if declared else "It has no ports."
    yield _found(
        ingress,
        "ingress.service_port_missing",
        f'The Service "{service.name}" behind {_address(host, path)} has no port {shown}.',
        cause=f"{there} ingress-nginx takes the target port in its place; others do not." if taken else there,
        severity=WARNING if taken else ERROR,
        facts={
            "service": service.name,
            "port": shown,
            "declared": ",".join(declared),
            "host": host,
            "path": path,
            "nearest": only or nearest(shown, declared),
            "only_port": only if field else None,
            "field": field,
        },
    )


def _serving(behind: services.Services, ingress: Ingress, service: Service, host: str, path: str) -> Iterator[Finding]:
    dead = behind.dead_end(service)
    if dead is not None:
        yield _found(
            ingress,
            "ingress.backend_not_ready",
            f'Nothing serves behind {_address(host, path)}: the Service "{service.name}" has no ready pod.',
            cause=f"{dead.text} {dead.cause}".strip(),
            facts={
                "service": service.name,
                "service_code": dead.code,
                "selector": str(dead.evidence.get("selector", "")),
                "host": host,
                "path": path,
            },
            names=dead.sensitive,
        )


ANALYZER: Final = Analyzer(
    name="ingress",
    reads=(INGRESSES, INGRESSCLASSES, SECRETS, *services.READS),
    analyze=analyze,
    summary="Ingresses whose backend, port, class or certificate is missing or wrong, and contested paths.",
)
