"""Services, and the Endpoints and EndpointSlices their controllers make of the pods behind them."""

from __future__ import annotations

from typing import Any

from kubecfg_demo.shop_builder import Builder
from kubecfg_demo.shop_parts import suffix

Object = dict[str, Any]

_USUAL = {
    "type": "ClusterIP",
    "sessionAffinity": "None",
    "ipFamilies": ["IPv4"],
    "ipFamilyPolicy": "SingleStack",
    "internalTrafficPolicy": "Cluster",
}


def service(
    b: Builder, name: str, namespace: str, selector: dict[str, str] | None, port: Object, **spec: Any
) -> Object:
    """A Service with one port, and its Endpoints and EndpointSlice as the pods added so far fill them."""
    b.addresses += 1
    address = spec.pop("clusterIP", f"10.96.0.{b.addresses}")
    status = spec.pop("status", {"loadBalancer": {}})
    full = {**_USUAL, "clusterIP": address, "clusterIPs": [address], "selector": selector, **spec}
    full["ports"] = [{"protocol": "TCP", "targetPort": port["port"], **port}]
    found = b.add("v1", "Service", name, namespace, labels={"app": name}, spec=full, status=status)
    pods = [pod for pod in b.pods if _selects(selector or {}, pod, namespace)]
    _endpoints(b, found, pods)
    return found


def _endpoints(b: Builder, service: Object, pods: list[Object]) -> None:
    name, namespace = service["metadata"]["name"], service["metadata"]["namespace"]
    port = service["spec"]["ports"][0]
    target = {"port": _target_port(port["targetPort"], pods), "protocol": port["protocol"]}
    if "name" in port:
        target["name"] = port["name"]
    ready = [_endpoint(pod) for pod in pods if _ready(pod)]
    unready = [_endpoint(pod) for pod in pods if not _ready(pod)]
    subset: Object = {"ports": [target]}
    if ready:
        subset["addresses"] = ready
    if unready:
        subset["notReadyAddresses"] = unready
    b.add("v1", "Endpoints", name, namespace, **({"subsets": [subset]} if pods else {}))
    endpoints = [
        {
            "addresses": [pod["status"]["podIP"]],
            "conditions": {"ready": _ready(pod), "serving": _ready(pod), "terminating": False},
            "nodeName": pod["spec"]["nodeName"],
            "targetRef": _target(pod),
        }
        for pod in pods
    ]
    b.add(
        "discovery.k8s.io/v1",
        "EndpointSlice",
        f"{name}-{suffix(f'{namespace}/{name}/slice', 5)}",
        namespace,
        owner=service,
        labels={
            "kubernetes.io/service-name": name,
            "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
        },
        addressType="IPv4",
        endpoints=endpoints or None,
        ports=[target] if pods else None,
    )


def _selects(selector: dict[str, str], pod: Object, namespace: str) -> bool:
    metadata, status = pod["metadata"], pod["status"]
    alive = "podIP" in status and status["phase"] not in {"Succeeded", "Failed"}
    return (
        bool(selector)
        and alive
        and metadata["namespace"] == namespace
        and selector.items() <= metadata["labels"].items()
    )


def _ready(pod: Object) -> bool:
    return any(c["type"] == "Ready" and c["status"] == "True" for c in pod["status"]["conditions"])


def _target(pod: Object) -> Object:
    metadata = pod["metadata"]
    return {"kind": "Pod", "name": metadata["name"], "namespace": metadata["namespace"], "uid": metadata["uid"]}


def _endpoint(pod: Object) -> Object:
    return {"ip": pod["status"]["podIP"], "nodeName": pod["spec"]["nodeName"], "targetRef": _target(pod)}


def _target_port(wanted: int | str, pods: list[Object]) -> int | str:
    ports = (port for pod in pods for container in pod["spec"]["containers"] for port in container.get("ports", []))
    return next((port["containerPort"] for port in ports if port.get("name") == wanted), wanted)
