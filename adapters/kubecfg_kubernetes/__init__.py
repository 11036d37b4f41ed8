"""KubeGateway on kubernetes_asyncio. Importing this package imports neither it nor aiohttp: connecting does."""

from kubecfg_kubernetes.connector import KubernetesConnector
from kubecfg_kubernetes.documents import read_document
from kubecfg_kubernetes.kubeconfig import contexts, target_from_kubeconfig

__all__ = ["KubernetesConnector", "contexts", "read_document", "target_from_kubeconfig"]
