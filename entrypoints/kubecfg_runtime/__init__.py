"""The composition root, and the Python API to embed: `from kubecfg_runtime import Kubecfg`."""

from kubecfg_runtime.api import Kubecfg
from kubecfg_runtime.settings import Settings

__all__ = ["Kubecfg", "Settings"]
