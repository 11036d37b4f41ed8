"""Secrets, ConfigMaps and ServiceAccounts, as far as kubecfg reads them: names and keys, and hardly a value."""

from typing import Final

import msgspec

from kubecfg_core.kinds.meta import KubeObject, WrittenMeta
from kubecfg_core.kinds.pods import Named
from kubecfg_core.resources import Resource

TLS: Final = "kubernetes.io/tls"
DOCKER_CONFIGS: Final = {
    "kubernetes.io/dockerconfigjson": ".dockerconfigjson",
    "kubernetes.io/dockercfg": ".dockercfg",
}
PEM_CERTIFICATE: Final = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t"
"""What a PEM certificate begins with, in base64."""
PEM_BEGIN: Final = "-----BEGIN CERTIFICATE-----"


class Secret(KubeObject, frozen=True, gc=False):
    """A Secret. `data` has every key, but only the values that checks parse: certificates, TLS keys, docker configs.

    The other values are emptied as soon as they are decoded, and none is ever shown by `repr`.
    """

    metadata: WrittenMeta = WrittenMeta()
    type: str = "Opaque"
    data: dict[str, str] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        kept = {key: value if self._parsed(key, value) else "" for key, value in self.data.items()}
        msgspec.structs.force_setattr(self, "data", kept)

    def __repr__(self) -> str:
        return f"Secret({self.namespace}/{self.name}, {self.type}, keys={sorted(self.data)})"

    def _parsed(self, key: str, value: str) -> bool:
        tls = self.type == TLS and key in ("tls.crt", "tls.key")
        return tls or DOCKER_CONFIGS.get(self.type) == key or value.startswith(PEM_CERTIFICATE)


class ConfigMap(KubeObject, frozen=True, gc=False):
    """A ConfigMap: its keys. The values are emptied as soon as they are decoded."""

    metadata: WrittenMeta = WrittenMeta()
    data: dict[str, str] = msgspec.field(default_factory=dict)
    binaryData: dict[str, str] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "data", dict.fromkeys([*self.data, *self.binaryData], ""))
        msgspec.structs.force_setattr(self, "binaryData", {})


class CertificateMap(KubeObject, frozen=True, gc=False):
    """A ConfigMap of which those values alone are kept that hold a PEM certificate, by key."""

    data: dict[str, str] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        kept = {key: value for key, value in self.data.items() if PEM_BEGIN in value}
        msgspec.structs.force_setattr(self, "data", kept)


class ServiceAccount(KubeObject, frozen=True, gc=False):
    """A ServiceAccount, the pull secrets that it gives to pods, and the Secrets that are its own."""

    imagePullSecrets: tuple[Named, ...] = ()
    secrets: tuple[Named, ...] = ()


SECRETS = Resource("", "v1", "secrets", "Secret", Secret)
CONFIGMAPS = Resource("", "v1", "configmaps", "ConfigMap", ConfigMap)
CERTIFICATEMAPS = Resource("", "v1", "configmaps", "ConfigMap", CertificateMap)
SERVICEACCOUNTS = Resource("", "v1", "serviceaccounts", "ServiceAccount", ServiceAccount)
