"""KubeGateway on files: what `kubectl get`, `kubectl cluster-info dump` or a support bundle wrote down."""

from kubecfg_dump.gateway import DumpGateway
from kubecfg_dump.reading import open_dump

__all__ = ["DumpGateway", "open_dump"]
