"""Whether all is there that a pod names, told faster than by the checks that would say what is missing."""

from typing import Any

from kubecfg_core import ClusterView, Resource
from kubecfg_core.kinds.config import CONFIGMAPS, SECRETS, SERVICEACCOUNTS
from kubecfg_core.kinds.pods import ConfigVolume, Container, ObjectRef, Pod, Projection, Volume
from kubecfg_core.kinds.storage import CLAIMS


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
