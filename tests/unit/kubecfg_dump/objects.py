"""Objects, lists and folders of dumps, for the tests of reading them."""

import json
from pathlib import Path
from typing import Any

from kubecfg_core.decoding import decode_pages
from kubecfg_core.kinds.meta import KubeObject
from kubecfg_core.ports.kube_gateway import KubeGateway
from kubecfg_core.resources import ReadState, Resource

PODS = Resource("", "v1", "pods", "Pod", KubeObject)
SECRETS = Resource("", "v1", "secrets", "Secret", KubeObject)
EVENTS = Resource("", "v1", "events", "Event", KubeObject)
BUDGETS = Resource("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", KubeObject)
INGRESSES = Resource("networking.k8s.io", "v1", "ingresses", "Ingress", KubeObject)
CLASSES = Resource("storage.k8s.io", "v1", "storageclasses", "StorageClass", KubeObject, namespaced=False)


def bare(name: str, namespace: str = "", **fields: Any) -> dict[str, Any]:
    """An object as an item of a typed list: without its kind."""
    place = {"namespace": namespace} if namespace else {}
    return {"metadata": {"name": name, **place, **fields.pop("metadata", {})}, **fields}


def pod(name: str, namespace: str, **fields: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", **bare(name, namespace, **fields)}


def typed(kind: str, *items: dict[str, Any], api_version: str = "v1", **metadata: Any) -> dict[str, Any]:
    """A list as an API server gives it."""
    return {"kind": f"{kind}List", "apiVersion": api_version, "metadata": metadata, "items": list(items)}


def mixed(*items: dict[str, Any]) -> dict[str, Any]:
    """A list as `kubectl get` prints it."""
    return {"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": list(items)}


def write(folder: Path, name: str, content: Any) -> Path:
    """A file in a folder, as JSON unless it is a text."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


async def found(
    gateway: KubeGateway, resource: Resource[Any] = PODS, namespace: str | None = None
) -> tuple[ReadState, list[str]]:
    """What a list comes to: its state, and its objects' names."""
    answer = await gateway.list(resource, namespace)
    objects, notes = decode_pages(answer.pages, KubeObject)
    assert not notes
    return answer.state, sorted(item.name for item in objects)
