"""Pods, as far as kubecfg reads them: what they ask for, what they refer to, and how their containers do."""

from datetime import datetime

import msgspec

from kubecfg_core.kinds.meta import Condition, KubeObject
from kubecfg_core.kinds.placement import Affinity, SpreadConstraint
from kubecfg_core.resources import Resource

Quantity = str | int | float


class ContainerPort(msgspec.Struct, frozen=True, gc=False):
    """A port that a container declares."""

    name: str = ""
    containerPort: int = 0
    hostPort: int = 0
    hostIP: str = ""
    protocol: str = "TCP"


class ObjectRef(msgspec.Struct, frozen=True, gc=False):
    """A ConfigMap or Secret by name; `key` is empty where all of it is meant."""

    name: str = ""
    key: str = ""
    optional: bool = False


class EnvSource(msgspec.Struct, frozen=True, gc=False):
    """Where the value of a variable comes from."""

    configMapKeyRef: ObjectRef | None = None
    secretKeyRef: ObjectRef | None = None


class EnvVar(msgspec.Struct, frozen=True, gc=False):
    """A variable. Its plain value is not kept: it may be a secret."""

    name: str = ""
    valueFrom: EnvSource | None = None


class EnvFrom(msgspec.Struct, frozen=True, gc=False):
    """A ConfigMap or Secret of which every key becomes a variable."""

    configMapRef: ObjectRef | None = None
    secretRef: ObjectRef | None = None


class PortAction(msgspec.Struct, frozen=True, gc=False):
    """What an HTTP or TCP probe asks: `port` is a number, or the name of a declared one."""

    port: int | str = 0


class Probe(msgspec.Struct, frozen=True, gc=False):
    """A probe: the port that it asks, and its times in seconds."""

    httpGet: PortAction | None = None
    tcpSocket: PortAction | None = None
    initialDelaySeconds: int = 0
    periodSeconds: int = 10
    failureThreshold: int = 3

    @property
    def port(self) -> int | str:
        """The port that it asks; 0 for a probe that runs a command or speaks gRPC."""
        action = self.httpGet or self.tcpSocket
        return action.port if action else 0

    @property
    def patience(self) -> int:
        """Seconds from the start until it has failed for good."""
        return self.initialDelaySeconds + self.periodSeconds * self.failureThreshold


class Resources(msgspec.Struct, frozen=True, gc=False):
    """What a container asks for, and what it may use at most."""

    requests: dict[str, Quantity] = {}
    limits: dict[str, Quantity] = {}


class Container(msgspec.Struct, frozen=True, gc=False):
    """A container as it is asked for. `restartPolicy` is `Always` for a sidecar among the init containers."""

    name: str = ""
    image: str = ""
    command: tuple[str, ...] = ()
    ports: tuple[ContainerPort, ...] = ()
    env: tuple[EnvVar, ...] = ()
    envFrom: tuple[EnvFrom, ...] = ()
    resources: Resources = Resources()
    livenessProbe: Probe | None = None
    readinessProbe: Probe | None = None
    startupProbe: Probe | None = None
    restartPolicy: str = ""


class KeyItem(msgspec.Struct, frozen=True, gc=False):
    """A key that a volume picks."""

    key: str = ""


class ConfigVolume(msgspec.Struct, frozen=True, gc=False):
    """A ConfigMap or Secret as files; a Secret volume calls it `secretName`, a projected one `name`."""

    name: str = ""
    secretName: str = ""
    items: tuple[KeyItem, ...] = ()
    optional: bool = False


class Projection(msgspec.Struct, frozen=True, gc=False):
    """One source of a projected volume."""

    configMap: ConfigVolume | None = None
    secret: ConfigVolume | None = None


class Projected(msgspec.Struct, frozen=True, gc=False):
    """A volume made of several sources."""

    sources: tuple[Projection, ...] = ()


class ClaimVolume(msgspec.Struct, frozen=True, gc=False):
    """A volume that a PersistentVolumeClaim gives."""

    claimName: str = ""


class Volume(msgspec.Struct, frozen=True, gc=False):
    """A volume of a pod."""

    name: str = ""
    configMap: ConfigVolume | None = None
    secret: ConfigVolume | None = None
    projected: Projected | None = None
    persistentVolumeClaim: ClaimVolume | None = None


class Named(msgspec.Struct, frozen=True, gc=False):
    """A name alone: a pull secret, a scheduling gate."""

    name: str = ""


class ReadinessGate(msgspec.Struct, frozen=True, gc=False):
    """A condition that something outside must set before the pod is ready."""

    conditionType: str = ""


class Toleration(msgspec.Struct, frozen=True, gc=False):
    """A taint that the pod puts up with."""

    key: str = ""
    operator: str = "Equal"
    value: str = ""
    effect: str = ""


class PodSpec(msgspec.Struct, frozen=True, gc=False):
    """What a pod asks for. `resources` are those of the pod as a whole, which stand in for those of its containers."""

    nodeName: str = ""
    hostNetwork: bool = False
    dnsPolicy: str = ""
    serviceAccountName: str = ""
    priorityClassName: str = ""
    restartPolicy: str = "Always"
    containers: tuple[Container, ...] = ()
    initContainers: tuple[Container, ...] = ()
    volumes: tuple[Volume, ...] = ()
    imagePullSecrets: tuple[Named, ...] = ()
    nodeSelector: dict[str, str] = {}
    affinity: Affinity | None = None
    tolerations: tuple[Toleration, ...] = ()
    topologySpreadConstraints: tuple[SpreadConstraint, ...] = ()
    resources: Resources = Resources()
    overhead: dict[str, Quantity] = {}
    resourceClaims: tuple[Named, ...] = ()
    schedulerName: str = "default-scheduler"
    schedulingGates: tuple[Named, ...] = ()
    readinessGates: tuple[ReadinessGate, ...] = ()


class Waiting(msgspec.Struct, frozen=True, gc=False):
    """A container that does not run yet, or not again."""

    reason: str = ""
    message: str = ""


class Running(msgspec.Struct, frozen=True, gc=False):
    """A container that runs."""

    startedAt: datetime | None = None


class Terminated(msgspec.Struct, frozen=True, gc=False):
    """A container that has ended."""

    exitCode: int = 0
    reason: str = ""
    message: str = ""
    startedAt: datetime | None = None
    finishedAt: datetime | None = None


class ContainerState(msgspec.Struct, frozen=True, gc=False):
    """One of three; none of them counts as waiting."""

    waiting: Waiting | None = None
    running: Running | None = None
    terminated: Terminated | None = None


class ContainerStatus(msgspec.Struct, frozen=True, gc=False):
    """How a container does now, and how it ended the last time."""

    name: str = ""
    ready: bool = False
    started: bool | None = None
    restartCount: int = 0
    state: ContainerState = ContainerState()
    lastState: ContainerState = ContainerState()


class PodStatus(msgspec.Struct, frozen=True, gc=False):
    """How a pod does."""

    phase: str = ""
    reason: str = ""
    message: str = ""
    podIP: str = ""
    conditions: tuple[Condition, ...] = ()
    containerStatuses: tuple[ContainerStatus, ...] = ()
    initContainerStatuses: tuple[ContainerStatus, ...] = ()


class Pod(KubeObject, frozen=True, gc=False):
    """A pod."""

    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()

    @property
    def finished(self) -> bool:
        """Whether its containers have ended for good."""
        return self.status.phase in ("Succeeded", "Failed")


PODS = Resource("", "v1", "pods", "Pod", Pod)
