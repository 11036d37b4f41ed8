"""The analyzer of GatewayClasses and Gateways: classes, controllers, listeners and certificates."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from kubecfg_analyzers.networking import conditions, grants
from kubecfg_analyzers.report import (
    ERROR,
    WARNING,
    Facts,
    clip,
    counted,
    found,
    listed,
    nearest,
    older,
    sentence,
    suggestion,
)
from kubecfg_core import Analyzer, ClusterView, Finding, ObjectRef
from kubecfg_core.kinds.config import SECRETS
from kubecfg_core.kinds.gateways import GATEWAYCLASSES, GATEWAYS, REFERENCEGRANTS, Gateway, GatewayClass, Listener
from kubecfg_core.kinds.meta import ObservedCondition, find_condition

UNTAKEN: Final = timedelta(minutes=5)

_DOC: Final = "concepts/services-networking/gateway/"


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What is wrong with every class and every gateway of the view."""
    for item in view.all(GATEWAYCLASSES):
        yield from _class(view, item)
    for gateway in view.all(GATEWAYS):
        if gateway.metadata.deletionTimestamp is None:
            yield from _gateway(view, gateway)


def _class(view: ClusterView, item: GatewayClass) -> Iterator[Finding]:
    facts: dict[str, str | int | None] = {"gateway_controller": item.spec.controllerName}
    refused = conditions.failing(view, item, item.status.conditions, "Accepted")
    accepted = find_condition(item.status.conditions, "Accepted")
    users = [gateway for gateway in view.all(GATEWAYS) if gateway.spec.gatewayClassName == item.name]
    if refused is not None:
        yield found(
            GATEWAYCLASSES,
            item,
            "gatewayclass.not_accepted",
            f"Its controller does not accept it ({refused.reason or 'no reason given'}).",
            cause=sentence(refused.message) or "The controller gives no message.",
            doc=_DOC,
            facts={**facts, "reason": refused.reason, "message": clip(refused.message)},
        )
    elif users and _untaken(view, item, accepted):
        yield found(
            GATEWAYCLASSES,
            item,
            "gatewayclass.no_controller",
            f"No controller took it; {counted(len(users), 'gateway')} {'needs' if len(users) == 1 else 'need'} it.",
            cause=f"The controller {item.spec.controllerName} does not run, or is not installed.",
            doc=_DOC,
            facts={**facts, "gateways": len(users)},
        )


def bad_classes(view: ClusterView) -> frozenset[str]:
    """The classes with which something is wrong."""
    return frozenset(finding.name for item in view.all(GATEWAYCLASSES) for finding in _class(view, item))


def dead(view: ClusterView) -> frozenset[tuple[str, str]]:
    """The gateways, by namespace and name, that serve nothing as a whole."""
    codes = ("gateway.class_missing", "gateway.not_accepted", "gateway.not_programmed")
    found_bad = (finding for gateway in view.all(GATEWAYS) for finding in _gateway(view, gateway))
    return frozenset((finding.namespace, finding.name) for finding in found_bad if finding.code in codes)


def _untaken(view: ClusterView, item: GatewayClass, accepted: object) -> bool:
    unknown = accepted is None or getattr(accepted, "status", "") == "Unknown"
    return unknown and older(view.now, item.metadata.creationTimestamp, UNTAKEN)


def _gateway(view: ClusterView, gateway: Gateway) -> Iterator[Finding]:
    name = gateway.spec.gatewayClassName
    if name and view.lacks(GATEWAYCLASSES, "", name):
        there = sorted(item.name for item in view.all(GATEWAYCLASSES))
        close = nearest(name, there)
        yield _found(
            gateway,
            "gateway.class_missing",
            f'The GatewayClass "{name}" that it names does not exist.',
            cause=f"No controller serves it. There is {listed(there) or 'no GatewayClass at all'}.{suggestion(close)}",
            facts={"gateway_class": name, "declared": ",".join(there), "nearest": close},
            names=(name, *there),
        )
        return
    certain = [finding for listener in gateway.spec.listeners for finding in _certificates(view, gateway, listener)]
    yield from certain
    told = list(_conditions(view, gateway, certain=bool(certain)))
    yield from told


def _certificates(view: ClusterView, gateway: Gateway, listener: Listener) -> Iterator[Finding]:
    for ref in listener.tls.certificateRefs if listener.tls else ():
        namespace = ref.namespace or gateway.namespace
        if (ref.group, ref.kind) != ("", "Secret"):
            continue
        facts = {"listener": listener.name, "secret": ref.name, "secret_namespace": namespace}
        if grants.denied(view, gateway, "Gateway", ("", "Secret", namespace, ref.name)):
            yield _found(
                gateway,
                "gateway.certificate_not_granted",
                f"Its listener {listener.name} may not use the Secret {namespace}/{ref.name}: no ReferenceGrant allows "
                f"it.",
                cause=f"A ReferenceGrant in namespace {namespace} must name the gateways of {gateway.namespace}.",
                facts=facts,
                names=(namespace,),
            )
        elif view.lacks(SECRETS, namespace, ref.name):
            close = nearest(ref.name, (item.name for item in view.within(SECRETS, namespace)))
            yield _found(
                gateway,
                "gateway.certificate_missing",
                f'The Secret "{ref.name}" with the certificate of its listener {listener.name} does not exist in '
                f"namespace {namespace}.",
                cause=f"The listener does not serve TLS.{suggestion(close)}",
                facts={**facts, "nearest": close},
                names=(namespace,),
            )


def _conditions(view: ClusterView, gateway: Gateway, *, certain: bool) -> Iterator[Finding]:
    """What its controller says; of listeners only what is not explained yet."""
    accepted = conditions.failing(view, gateway, gateway.status.conditions, "Accepted")
    programmed = conditions.failing(view, gateway, gateway.status.conditions, "Programmed")
    listeners = [] if certain else list(_listeners(view, gateway))
    if accepted is not None and not listeners and not certain:
        yield _told(view, gateway, accepted, code="gateway.not_accepted", text="Its controller does not accept it")
    elif programmed is not None and not listeners and not certain:
        yield _told(
            view, gateway, programmed, code="gateway.not_programmed", text="It is accepted, but nothing serves it"
        )
    for listener, condition in listeners:
        yield _told(
            view,
            gateway,
            condition,
            code="gateway.listener_invalid",
            text=f"Its listener {listener} has {condition.type}={condition.status}",
            listener=listener,
        )


def _listeners(view: ClusterView, gateway: Gateway) -> Iterator[tuple[str, ObservedCondition]]:
    """The first condition of each listener that says that it does not work."""
    for status in gateway.status.listeners:
        for kind in ("ResolvedRefs", "Accepted", "Programmed"):
            condition = conditions.failing(view, gateway, status.conditions, kind)
            if condition is not None:
                yield status.name, condition
                break


def _told(
    view: ClusterView, gateway: Gateway, condition: ObservedCondition, *, code: str, text: str, listener: str = ""
) -> Finding:
    """What a gateway's controller says of it. Where its class is not well, that is why."""
    name = gateway.spec.gatewayClassName
    behind = ObjectRef(kind=GATEWAYCLASSES.kind, name=name) if name in view.once(bad_classes) else None
    return _found(
        gateway,
        code,
        f"{text} ({condition.reason or 'no reason given'}).",
        cause=sentence(condition.message) or "The controller gives no message.",
        facts={
            "gateway_class": name,
            "reason": condition.reason,
            "message": clip(condition.message),
            "listener": listener,
        },
        warns=code == "gateway.listener_invalid" and len(gateway.spec.listeners) > 1,
        culprit=behind,
    )


def _found(
    gateway: Gateway,
    code: str,
    text: str,
    *,
    cause: str,
    facts: Facts,
    names: tuple[str, ...] = (),
    warns: bool = False,
    culprit: ObjectRef | None = None,
) -> Finding:
    return found(
        GATEWAYS,
        gateway,
        code,
        text,
        cause=cause,
        severity=WARNING if warns else ERROR,
        doc=_DOC,
        facts=facts,
        names=names,
        culprit=culprit,
    )


ANALYZER: Final = Analyzer(
    name="gateways",
    reads=(GATEWAYCLASSES, GATEWAYS, REFERENCEGRANTS, SECRETS),
    analyze=analyze,
    summary="Gateways whose class, controller, listeners or certificates are missing or refused.",
)
