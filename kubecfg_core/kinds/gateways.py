"""The Gateway API, as far as kubecfg reads it: classes, gateways, HTTP routes, and grants between namespaces."""

import msgspec

from kubecfg_core.kinds.meta import KubeObject, LabelSelector, ObservedCondition
from kubecfg_core.resources import Resource

GROUP = "gateway.networking.k8s.io"


class GatewayClassSpec(msgspec.Struct, frozen=True, gc=False):
    """Which controller serves the class."""

    controllerName: str = ""


class ConditionedStatus(msgspec.Struct, frozen=True, gc=False):
    """A status of conditions alone."""

    conditions: tuple[ObservedCondition, ...] = ()


class GatewayClass(KubeObject, frozen=True, gc=False):
    """A class of gateways."""

    spec: GatewayClassSpec = GatewayClassSpec()
    status: ConditionedStatus = ConditionedStatus()


class CertificateRef(msgspec.Struct, frozen=True, gc=False):
    """The object that holds a listener's certificate; a Secret, unless it says otherwise."""

    group: str = ""
    kind: str = "Secret"
    name: str = ""
    namespace: str = ""


class ListenerTls(msgspec.Struct, frozen=True, gc=False):
    """How a listener ends TLS."""

    mode: str = "Terminate"
    certificateRefs: tuple[CertificateRef, ...] = ()


class RouteNamespaces(msgspec.Struct, frozen=True, gc=False):
    """The namespaces whose routes a listener takes: `Same`, `All` or `Selector`."""

    origin: str = msgspec.field(default="Same", name="from")
    selector: LabelSelector = LabelSelector()


class AllowedRoutes(msgspec.Struct, frozen=True, gc=False):
    """The routes that a listener takes."""

    namespaces: RouteNamespaces = RouteNamespaces()


class Listener(msgspec.Struct, frozen=True, gc=False):
    """A port of a gateway."""

    name: str = ""
    hostname: str = ""
    port: int = 0
    protocol: str = ""
    tls: ListenerTls | None = None
    allowedRoutes: AllowedRoutes = AllowedRoutes()


class GatewaySpec(msgspec.Struct, frozen=True, gc=False):
    """What a gateway asks for."""

    gatewayClassName: str = ""
    listeners: tuple[Listener, ...] = ()


class ListenerStatus(msgspec.Struct, frozen=True, gc=False):
    """How a listener does."""

    name: str = ""
    conditions: tuple[ObservedCondition, ...] = ()


class GatewayStatus(msgspec.Struct, frozen=True, gc=False):
    """How a gateway does."""

    conditions: tuple[ObservedCondition, ...] = ()
    listeners: tuple[ListenerStatus, ...] = ()


class Gateway(KubeObject, frozen=True, gc=False):
    """A gateway."""

    spec: GatewaySpec = GatewaySpec()
    status: GatewayStatus = GatewayStatus()


class ParentRef(msgspec.Struct, frozen=True, gc=False):
    """What a route is attached to; a Gateway, unless it says otherwise."""

    group: str = GROUP
    kind: str = "Gateway"
    name: str = ""
    namespace: str = ""
    sectionName: str = ""
    port: int | None = None


class BackendRef(msgspec.Struct, frozen=True, gc=False):
    """Where a route sends; a Service, unless it says otherwise. A weight of 0 gets nothing."""

    group: str = ""
    kind: str = "Service"
    name: str = ""
    namespace: str = ""
    port: int | None = None
    weight: int = 1


class RouteRule(msgspec.Struct, frozen=True, gc=False):
    """The backends of a rule."""

    backendRefs: tuple[BackendRef, ...] = ()


class RouteSpec(msgspec.Struct, frozen=True, gc=False):
    """What a route asks for."""

    parentRefs: tuple[ParentRef, ...] = ()
    hostnames: tuple[str, ...] = ()
    rules: tuple[RouteRule, ...] = ()


class ParentStatus(msgspec.Struct, frozen=True, gc=False):
    """What a parent's controller says of the route."""

    parentRef: ParentRef = ParentRef()
    conditions: tuple[ObservedCondition, ...] = ()


class RouteStatus(msgspec.Struct, frozen=True, gc=False):
    """What the controllers say of the route."""

    parents: tuple[ParentStatus, ...] = ()


class HTTPRoute(KubeObject, frozen=True, gc=False):
    """A route of HTTP requests."""

    spec: RouteSpec = RouteSpec()
    status: RouteStatus = RouteStatus()


class GrantFrom(msgspec.Struct, frozen=True, gc=False):
    """Whose references are allowed."""

    group: str = ""
    kind: str = ""
    namespace: str = ""


class GrantTo(msgspec.Struct, frozen=True, gc=False):
    """What they may refer to; every object of the kind where it names none."""

    group: str = ""
    kind: str = ""
    name: str = ""


class GrantSpec(msgspec.Struct, frozen=True, gc=False):
    """Every one of `origins` may refer to every one of `targets`."""

    origins: tuple[GrantFrom, ...] = msgspec.field(default=(), name="from")
    targets: tuple[GrantTo, ...] = msgspec.field(default=(), name="to")


class ReferenceGrant(KubeObject, frozen=True, gc=False):
    """Allows objects of other namespaces to refer to some of this one."""

    spec: GrantSpec = GrantSpec()


GATEWAYCLASSES = Resource(GROUP, "v1", "gatewayclasses", "GatewayClass", GatewayClass, namespaced=False)
GATEWAYS = Resource(GROUP, "v1", "gateways", "Gateway", Gateway)
HTTPROUTES = Resource(GROUP, "v1", "httproutes", "HTTPRoute", HTTPRoute)
REFERENCEGRANTS = Resource(GROUP, "v1beta1", "referencegrants", "ReferenceGrant", ReferenceGrant)
