"""The kubectl process: a real kubectl, without a shell, an environment, a file of credentials or a second chance."""

from kubecfg_kubectl.process import KubectlProcess

__all__ = ["KubectlProcess"]
