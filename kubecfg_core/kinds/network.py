"""Services, their endpoints, and Ingresses, as far as kubecfg reads them."""

import msgspec

from kubecfg_core.kinds.meta import KubeObject
from kubecfg_core.resources import Resource


class ServicePort(msgspec.Struct, frozen=True, gc=False):
    """A port of a Service; `targetPort` is a number or a name at the pods, and 0 where it is the same."""

    name: str = ""
    port: int = 0
    targetPort: int | str = 0
    protocol: str = "TCP"


class ServiceSpec(msgspec.Struct, frozen=True, gc=False):
    """What a Service serves. Its `clusterIP` is `None`, the word, where clients are to find the pods themselves."""

    type: str = "ClusterIP"
    clusterIP: str = ""
    publishNotReadyAddresses: bool = False
    selector: dict[str, str] = {}
    ports: tuple[ServicePort, ...] = ()
    externalName: str = ""
    internalTrafficPolicy: str = "Cluster"


class LoadBalancerIngress(msgspec.Struct, frozen=True, gc=False):
    """An address that the cloud gave."""

    ip: str = ""
    hostname: str = ""


class LoadBalancerStatus(msgspec.Struct, frozen=True, gc=False):
    """The addresses that the cloud gave."""

    ingress: tuple[LoadBalancerIngress, ...] = ()


class LoadBalancedStatus(msgspec.Struct, frozen=True, gc=False):
    """The status of a Service or an Ingress."""

    loadBalancer: LoadBalancerStatus = LoadBalancerStatus()

    @property
    def addressed(self) -> bool:
        """Whether there is an address."""
        return bool(self.loadBalancer.ingress)

    @property
    def addresses(self) -> frozenset[str]:
        """The addresses and host names."""
        return frozenset(item.ip or item.hostname for item in self.loadBalancer.ingress)


class Service(KubeObject, frozen=True, gc=False):
    """A Service."""

    spec: ServiceSpec = ServiceSpec()
    status: LoadBalancedStatus = LoadBalancedStatus()

    @property
    def headless(self) -> bool:
        """Whether its name stands for the pods' own addresses, so that its ports send nothing anywhere."""
        return self.spec.clusterIP == "None"


class EndpointConditions(msgspec.Struct, frozen=True, gc=False):
    """Whether an endpoint takes connections; unknown (`None`) counts as ready."""

    ready: bool | None = None


class EndpointTarget(msgspec.Struct, frozen=True, gc=False):
    """The object behind an endpoint."""

    kind: str = ""
    name: str = ""


class Endpoint(msgspec.Struct, frozen=True, gc=False):
    """The addresses of one pod (or of whatever else serves)."""

    addresses: tuple[str, ...] | None = ()
    conditions: EndpointConditions = EndpointConditions()
    nodeName: str = ""
    targetRef: EndpointTarget | None = None


class EndpointSlice(KubeObject, frozen=True, gc=False):
    """Some of the endpoints of a Service.

    An empty slice is written as null; `addressType` is `IPv4`, `IPv6` or `FQDN`.
    """

    addressType: str = ""
    endpoints: tuple[Endpoint, ...] | None = ()

    @property
    def service(self) -> str:
        """The Service that it belongs to."""
        return self.metadata.labels.get("kubernetes.io/service-name", "")


class BackendPort(msgspec.Struct, frozen=True, gc=False):
    """The port of a backend: its name or its number."""

    name: str = ""
    number: int = 0


class BackendService(msgspec.Struct, frozen=True, gc=False):
    """The Service that an Ingress sends to."""

    name: str = ""
    port: BackendPort = BackendPort()


class Backend(msgspec.Struct, frozen=True, gc=False):
    """Where an Ingress sends; `service` is `None` for a backend of another kind."""

    service: BackendService | None = None


class HttpPath(msgspec.Struct, frozen=True, gc=False):
    """A path of a rule."""

    path: str = ""
    pathType: str = ""
    backend: Backend = Backend()


class HttpRule(msgspec.Struct, frozen=True, gc=False):
    """The paths of a rule."""

    paths: tuple[HttpPath, ...] | None = ()


class IngressRule(msgspec.Struct, frozen=True, gc=False):
    """A rule for a host, or for all of them."""

    host: str = ""
    http: HttpRule | None = None


class IngressTls(msgspec.Struct, frozen=True, gc=False):
    """Hosts, and the Secret with their certificate."""

    hosts: tuple[str, ...] = ()
    secretName: str = ""


class IngressSpec(msgspec.Struct, frozen=True, gc=False):
    """What an Ingress asks for."""

    ingressClassName: str = ""
    defaultBackend: Backend | None = None
    rules: tuple[IngressRule, ...] = ()
    tls: tuple[IngressTls, ...] = ()


class Ingress(KubeObject, frozen=True, gc=False):
    """An Ingress."""

    spec: IngressSpec = IngressSpec()
    status: LoadBalancedStatus = LoadBalancedStatus()

    @property
    def class_name(self) -> str:
        """The class that it names, by field or by the old annotation; empty for none."""
        return self.spec.ingressClassName or self.metadata.annotations.get("kubernetes.io/ingress.class", "")


class IngressClassSpec(msgspec.Struct, frozen=True, gc=False):
    """Which controller serves the class."""

    controller: str = ""


class IngressClass(KubeObject, frozen=True, gc=False):
    """A class of Ingresses."""

    spec: IngressClassSpec = IngressClassSpec()

    @property
    def default(self) -> bool:
        """Whether Ingresses that name no class get this one."""
        return self.metadata.annotations.get("ingressclass.kubernetes.io/is-default-class") == "true"


SERVICES = Resource("", "v1", "services", "Service", Service)
ENDPOINTSLICES = Resource("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", EndpointSlice)
INGRESSES = Resource("networking.k8s.io", "v1", "ingresses", "Ingress", Ingress)
INGRESSCLASSES = Resource("networking.k8s.io", "v1", "ingressclasses", "IngressClass", IngressClass, namespaced=False)
