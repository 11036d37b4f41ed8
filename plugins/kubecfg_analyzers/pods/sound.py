"""Pods that need no look: most of a large cluster runs, serves, and asks for the same as its siblings.

All of this says only that the checks of `_judge` would find nothing; what it does not know goes through all of them.
"""

from operator import attrgetter
from typing import Any, Final

from kubecfg_core import ClusterView, Resource
from kubecfg_core.kinds.cluster import NODES
from kubecfg_core.kinds.config import CONFIGMAPS, SECRETS, SERVICEACCOUNTS
from kubecfg_core.kinds.meta import find_condition
from kubecfg_core.kinds.pods import (
    ConfigVolume,
    Container,
    ContainerStatus,
    ObjectRef,
    Pod,
    PodSpec,
    Projection,
    Volume,
)
from kubecfg_core.kinds.storage import CLAIMS

_rest: Final = attrgetter(*(field for field in PodSpec.__struct_fields__ if field not in ("nodeName", "volumes")))
_source: Final = attrgetter(*(field for field in Volume.__struct_fields__ if field != "name"))


def serves(view: ClusterView, pod: Pod) -> bool:
    """Whether it runs and is ready, on a node that is there, and no container of it has ever ended."""
    status, metadata = pod.status, pod.metadata
    if status.phase != "Running" or status.reason or metadata.deletionTimestamp is not None or pod.spec.readinessGates:
        return False
    ready = find_condition(status.conditions, "Ready")
    if ready is None or ready.status != "True" or not pod.spec.nodeName:
        return False
    for container in status.containerStatuses:
        if not _steady(container):
            return False
    for container in status.initContainerStatuses:
        ended = container.state.terminated
        if ended is None or ended.exitCode or container.restartCount:
            return False
    return not view.lacks(NODES, "", pod.spec.nodeName)


def complete(view: ClusterView, pod: Pod) -> bool:
    """Whether every object and key that it names is in the view, and every port that a probe names is declared."""
    spec = pod.spec
    whole = _Names(view, pod.namespace)
    return (
        all(_declared(part) and whole.of_container(part) for part in (*spec.initContainers, *spec.containers))
        and all(map(whole.of_volume, spec.volumes))
        and all(whole.has(SECRETS, secret.name) for secret in spec.imagePullSecrets)
        and whole.has(SERVICEACCOUNTS, spec.serviceAccountName)
    )


def _declared(container: Container) -> bool:
    for probe in (container.livenessProbe, container.readinessProbe, container.startupProbe):
        if (
            probe is not None
            and isinstance(probe.port, str)
            and all(probe.port != port.name for port in container.ports)
        ):
            return False
    return True


class _Names:
    """What is there in one namespace."""

    def __init__(self, view: ClusterView, namespace: str) -> None:
        self._view = view
        self._namespace = namespace

    def has(self, resource: Resource[Any], name: str, *keys: str) -> bool:
        """Whether the object is there, with these keys. Nothing named is nothing missing."""
        if not name:
            return True
        item = self._view.get(resource, self._namespace, name)
        return item is not None and all(key in item.data for key in keys if key)

    def of_container(self, container: Container) -> bool:
        """Whether all is there that its environment comes from."""
        for variable in container.env:
            source = variable.valueFrom
            if source is not None and not (
                self._ref(CONFIGMAPS, source.configMapKeyRef) and self._ref(SECRETS, source.secretKeyRef)
            ):
                return False
        return all(
            self._ref(CONFIGMAPS, source.configMapRef) and self._ref(SECRETS, source.secretRef)
            for source in container.envFrom
        )

    def of_volume(self, volume: Volume) -> bool:
        """Whether all is there that it holds."""
        claim = volume.persistentVolumeClaim
        return (
            self._config(CONFIGMAPS, volume.configMap)
            and self._config(SECRETS, volume.secret)
            and (claim is None or self.has(CLAIMS, claim.claimName))
            and (volume.projected is None or all(map(self._projection, volume.projected.sources)))
        )

    def _projection(self, source: Projection) -> bool:
        return self._config(CONFIGMAPS, source.configMap) and self._config(SECRETS, source.secret)

    def _ref(self, resource: Resource[Any], ref: ObjectRef | None) -> bool:
        return ref is None or self.has(resource, ref.name, ref.key)

    def _config(self, resource: Resource[Any], config: ConfigVolume | None) -> bool:
        return config is None or self.has(
            resource, config.name or config.secretName, *(item.key for item in config.items)
        )


def _steady(container: ContainerStatus) -> bool:
    runs = container.ready and container.state.running is not None
    return runs and not container.restartCount and container.lastState.terminated is None


class Specs:
    """The specs in which nothing is missing, one for each workload."""

    def __init__(self) -> None:
        self._good: dict[str, PodSpec] = {}

    def add(self, pod: Pod) -> None:
        """All that this pod names is there."""
        controller = pod.controller
        if controller is not None and controller.uid:
            self._good[controller.uid] = pod.spec

    def knows(self, pod: Pod) -> bool:
        """Whether the pod names the same as one of its workload that is known to be good."""
        controller = pod.controller
        other = self._good.get(controller.uid) if controller is not None else None
        return other is not None and alike(other, pod.spec)


def alike(one: PodSpec, other: PodSpec) -> bool:
    """Whether two pods ask for the same: all but the node, and the names of volumes, which admission makes up."""
    if _rest(one) != _rest(other) or len(one.volumes) != len(other.volumes):
        return False
    return all(_source(volume) == _source(twin) for volume, twin in zip(one.volumes, other.volumes, strict=True))
