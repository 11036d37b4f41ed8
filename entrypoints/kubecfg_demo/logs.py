"""Container logs: registered texts, and the refusals of a kubelet that has none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubecfg_demo.resources import Catalog
from kubecfg_demo.status import Refusal, bad_request
from kubecfg_demo.store import Entry, Store

Object = dict[str, Any]

# A container's log by namespace, pod, container, and whether it is the previous run's.
LogKey = tuple[str, str, str, bool]


def answer(entry: Entry, query: Mapping[str, str], logs: Mapping[LogKey, str], store: Store, catalog: Catalog) -> bytes:
    """The log text asked for. 400: no such container or run; 500: the node has no address to be asked at."""
    pod = entry.decoded()
    container = _container(pod, query.get("container", ""))
    previous = query.get("previous", "") in {"1", "true", "True"}
    text = logs.get((entry.namespace, entry.name, container, previous))
    if text is None:
        _check_node(pod, store, catalog)
        _check_run(pod, container, previous=previous)
        text = ""
    return _cut(text, query)


def _container(pod: Object, wanted: str) -> str:
    spec, name = pod.get("spec", {}), pod["metadata"]["name"]
    containers = [c["name"] for c in spec.get("containers") or []]
    known = containers + [c["name"] for c in spec.get("initContainers") or []]
    if wanted and wanted not in known:
        raise bad_request(f"container {wanted} is not valid for pod {name}")
    if not wanted and len(containers) != 1:
        choice = " ".join(containers)
        raise bad_request(f"a container name must be specified for pod {name}, choose one of: [{choice}]")
    return wanted or str(containers[0])


def _check_node(pod: Object, store: Store, catalog: Catalog) -> None:
    node_name, name = pod.get("spec", {}).get("nodeName", ""), pod["metadata"]["name"]
    if not node_name:
        raise bad_request(f"pod {name} does not have a host assigned")
    nodes = catalog.at("", "v1", "nodes")
    node = store.get(nodes, "", node_name) if nodes else None
    if node is None or not node.decoded().get("status", {}).get("addresses"):
        raise Refusal(500, "", "no preferred addresses found; known addresses: []")


def _check_run(pod: Object, container: str, *, previous: bool) -> None:
    statuses = pod.get("status", {}).get("containerStatuses") or []
    found: Object = next((s for s in statuses if s["name"] == container), {})
    name = pod["metadata"]["name"]
    if previous and not (found.get("lastState") or {}).get("terminated"):
        raise bad_request(f'previous terminated container "{container}" in pod "{name}" not found')
    waiting = (found.get("state") or {}).get("waiting")
    if waiting and not previous and not (found.get("lastState") or {}).get("terminated"):
        why = "trying and failing to pull image" if "Image" in waiting.get("reason", "") else waiting.get("reason", "")
        raise bad_request(f'container "{container}" in pod "{name}" is waiting to start: {why}')


def _cut(text: str, query: Mapping[str, str]) -> bytes:
    for name in ("tailLines", "limitBytes"):
        if query.get(name) and not query[name].isdecimal():
            raise bad_request(f'{name}: Invalid value: "{query[name]}": must be greater than or equal to 0')
    if query.get("tailLines"):
        lines = text.splitlines(keepends=True)
        text = "".join(lines[max(0, len(lines) - int(query["tailLines"])) :])
    body = text.encode()
    return body[: int(query["limitBytes"])] if query.get("limitBytes") else body
