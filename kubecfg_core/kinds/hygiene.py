"""Workloads by what they are allowed and what they leave out: read for the hygiene checks alone."""

import msgspec

from kubecfg_core.kinds.meta import KubeObject
from kubecfg_core.kinds.pods import ContainerPort, EnvSource, Resources
from kubecfg_core.resources import Resource


class SecurityContext(msgspec.Struct, frozen=True, gc=False):
    """What a container, or all of a pod, may do on its node."""

    privileged: bool = False
    allowPrivilegeEscalation: bool | None = None
    runAsNonRoot: bool | None = None
    runAsUser: int | None = None


class SetVariable(msgspec.Struct, frozen=True, gc=False):
    """A variable with its plain value, which may be a secret: nobody shows it."""

    name: str = ""
    value: str = ""
    valueFrom: EnvSource | None = None

    def __repr__(self) -> str:
        return f"SetVariable(name={self.name!r})"


class AnyProbe(msgspec.Struct, frozen=True, gc=False):
    """A probe that is there, whatever it asks."""


class SetContainer(msgspec.Struct, frozen=True, gc=False):
    """A container with what it may do and what it is asked."""

    name: str = ""
    image: str = ""
    ports: tuple[ContainerPort, ...] = ()
    env: tuple[SetVariable, ...] = ()
    resources: Resources = Resources()
    readinessProbe: AnyProbe | None = None
    restartPolicy: str = ""
    securityContext: SecurityContext | None = None


class HostPath(msgspec.Struct, frozen=True, gc=False):
    """A path of the node."""

    path: str = ""


class SetVolume(msgspec.Struct, frozen=True, gc=False):
    """A volume, as far as it is a part of the node."""

    name: str = ""
    hostPath: HostPath | None = None


class SetPodSpec(msgspec.Struct, frozen=True, gc=False):
    """The pods of a workload."""

    containers: tuple[SetContainer, ...] = ()
    initContainers: tuple[SetContainer, ...] = ()
    volumes: tuple[SetVolume, ...] = ()
    securityContext: SecurityContext | None = None
    resources: Resources = Resources()
    serviceAccountName: str = ""
    automountServiceAccountToken: bool | None = None
    hostNetwork: bool = False
    hostPID: bool = False
    hostIPC: bool = False


class TemplateLabels(msgspec.Struct, frozen=True, gc=False):
    """The labels of the pods of a workload."""

    labels: dict[str, str] = {}


class SetTemplate(msgspec.Struct, frozen=True, gc=False):
    """What the pods of a workload are made from."""

    metadata: TemplateLabels = TemplateLabels()
    spec: SetPodSpec = SetPodSpec()


class SetSpec(msgspec.Struct, frozen=True, gc=False):
    """How many pods of which template."""

    replicas: int = 1
    template: SetTemplate = SetTemplate()


class SetWorkload(KubeObject, frozen=True, gc=False):
    """A workload by its template."""

    spec: SetSpec = SetSpec()


class SetDeployment(SetWorkload, frozen=True, gc=False):
    """A Deployment by its template."""


class SetStatefulSet(SetWorkload, frozen=True, gc=False):
    """A StatefulSet by its template."""


class SetDaemonSet(SetWorkload, frozen=True, gc=False):
    """A DaemonSet by its template."""


class Account(KubeObject, frozen=True, gc=False):
    """A ServiceAccount, by whether its pods get its token."""

    automountServiceAccountToken: bool | None = None


ACCOUNTS = Resource("", "v1", "serviceaccounts", "ServiceAccount", Account)
DEPLOYMENTS = Resource("apps", "v1", "deployments", "Deployment", SetDeployment)
STATEFULSETS = Resource("apps", "v1", "statefulsets", "StatefulSet", SetStatefulSet)
DAEMONSETS = Resource("apps", "v1", "daemonsets", "DaemonSet", SetDaemonSet)
