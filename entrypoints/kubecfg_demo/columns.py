"""The cells of the rows of most kinds, without Age, which `tables` adds in its place."""

from __future__ import annotations

import datetime as dt
from typing import Any

from kubecfg_demo.ages import age
from kubecfg_demo.pod_columns import last_seen

Object = dict[str, Any]
_NONE = "<none>"
_UNSET = "<unset>"
_MODES = {"ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP"}


def default(item: Object, _now: dt.datetime) -> list[Any]:
    """Any other kind: name and creation time."""
    return [item["metadata"]["name"], item["metadata"].get("creationTimestamp")]


def namespace(item: Object, _now: dt.datetime) -> list[Any]:
    """Name, phase."""
    return [item["metadata"]["name"], item.get("status", {}).get("phase", "")]


def service(item: Object, _now: dt.datetime) -> list[Any]:
    """Addresses and ports; an ExternalName shows its target."""
    spec = item.get("spec", {})
    kind = spec.get("type", "ClusterIP")
    ingress = (item.get("status", {}).get("loadBalancer") or {}).get("ingress") or []
    external = ",".join(spec.get("externalIPs") or [])
    if kind == "LoadBalancer":
        external = ",".join(i.get("ip") or i.get("hostname", "") for i in ingress) or "<pending>"
    elif kind == "ExternalName":
        external = spec.get("externalName", "")
    ports = ",".join(_service_port(port) for port in spec.get("ports") or [])
    cluster_ip = spec.get("clusterIP") or _NONE
    return [item["metadata"]["name"], kind, cluster_ip, external or _NONE, ports or _NONE, pairs(spec.get("selector"))]


def _service_port(port: Object) -> str:
    node = f":{port['nodePort']}" if port.get("nodePort") else ""
    return f"{port['port']}{node}/{port.get('protocol', 'TCP')}"


def node(item: Object, _now: dt.datetime) -> list[Any]:
    """Readiness, roles, version and machine."""
    spec, status = item.get("spec", {}), item.get("status", {})
    ready = [c for c in status.get("conditions") or [] if c["type"] == "Ready"]
    state = "Unknown" if not ready else "Ready" if ready[0]["status"] == "True" else "NotReady"
    if spec.get("unschedulable"):
        state += ",SchedulingDisabled"
    prefix = "node-role.kubernetes.io/"
    roles = sorted(key[len(prefix) :] for key in item["metadata"].get("labels") or {} if key.startswith(prefix))
    addresses = {a["type"]: a["address"] for a in reversed(status.get("addresses") or [])}
    info = status.get("nodeInfo", {})
    kernel = info.get("kernelVersion") or "<unknown>"
    return [
        item["metadata"]["name"],
        state,
        ",".join(roles) or _NONE,
        info.get("kubeletVersion", ""),
        addresses.get("InternalIP", _NONE),
        addresses.get("ExternalIP", _NONE),
        info.get("osImage") or "<unknown>",
        f"{kernel} ({info['architecture']})" if info.get("architecture") else kernel,
        info.get("containerRuntimeVersion") or "<unknown>",
    ]


def event(item: Object, now: dt.datetime) -> list[Any]:
    """One event, in either API's form."""
    about = item.get("involvedObject") or item.get("regarding") or {}
    source = item.get("source") or item.get("deprecatedSource") or {}
    component = source.get("component") or item.get("reportingComponent") or item.get("reportingController") or ""
    first = item.get("firstTimestamp") or item.get("deprecatedFirstTimestamp") or item.get("eventTime")
    return [
        last_seen({"lastTimestamp": item.get("deprecatedLastTimestamp"), **item}, now),
        item.get("type", ""),
        item.get("reason", ""),
        f"{about.get('kind', '').lower()}/{about.get('name', '')}",
        about.get("fieldPath", ""),
        ", ".join(filter(None, (component, source.get("host")))),
        (item.get("message") or item.get("note") or "").strip(),
        age(first, now),
        item.get("count") or item.get("deprecatedCount") or 1,
        item["metadata"]["name"],
    ]


def secret(item: Object, _now: dt.datetime) -> list[Any]:
    """Type and number of keys, never a value."""
    return [item["metadata"]["name"], item.get("type", "Opaque"), len(item.get("data") or {})]


def configmap(item: Object, _now: dt.datetime) -> list[Any]:
    """Number of keys."""
    return [item["metadata"]["name"], len(item.get("data") or {}) + len(item.get("binaryData") or {})]


def serviceaccount(item: Object, _now: dt.datetime) -> list[Any]:
    """Number of secrets."""
    return [item["metadata"]["name"], len(item.get("secrets") or [])]


def endpoints(item: Object, _now: dt.datetime) -> list[Any]:
    """The first three address:port pairs."""
    found = [
        f"{address['ip']}:{port['port']}"
        for subset in item.get("subsets") or []
        for port in subset.get("ports") or []
        for address in subset.get("addresses") or []
    ]
    more = f" + {len(found) - 3} more..." if len(found) > 3 else ""  # noqa: PLR2004 - as kubectl shows them
    return [item["metadata"]["name"], ",".join(found[:3]) + more or _NONE]


def endpointslice(item: Object, _now: dt.datetime) -> list[Any]:
    """Address type, ports and addresses."""
    ports = ",".join(str(port.get("port", "*")) for port in item.get("ports") or []) or _UNSET
    addresses = [address for found in item.get("endpoints") or [] for address in found.get("addresses") or []]
    more = f" + {len(addresses) - 3} more..." if len(addresses) > 3 else ""  # noqa: PLR2004 - as kubectl shows them
    shown = ",".join(addresses[:3]) + more
    return [item["metadata"]["name"], item.get("addressType", ""), ports, shown or _UNSET]


def claim(item: Object, _now: dt.datetime) -> list[Any]:
    """Phase, volume and class of a PVC."""
    spec, status = item.get("spec", {}), item.get("status", {})
    bound = bool(spec.get("volumeName"))
    phase = "Terminating" if item["metadata"].get("deletionTimestamp") else status.get("phase", "")
    capacity = (status.get("capacity") or {}).get("storage", "") if bound else ""
    modes = _access(status.get("accessModes")) if bound else ""
    name, volume_name = item["metadata"]["name"], spec.get("volumeName", "")
    class_name, mode = spec.get("storageClassName", ""), spec.get("volumeMode", _UNSET)
    return [name, phase, volume_name, capacity, modes, class_name, _UNSET, mode]


def volume(item: Object, _now: dt.datetime) -> list[Any]:
    """Capacity, phase and claim of a PV."""
    spec, status = item.get("spec", {}), item.get("status", {})
    claimed = spec.get("claimRef") or {}
    return [
        item["metadata"]["name"],
        (spec.get("capacity") or {}).get("storage", ""),
        _access(spec.get("accessModes")),
        spec.get("persistentVolumeReclaimPolicy", ""),
        status.get("phase", ""),
        f"{claimed['namespace']}/{claimed['name']}" if claimed else "",
        spec.get("storageClassName", ""),
        _UNSET,
        status.get("reason", ""),
        spec.get("volumeMode", _UNSET),
    ]


def quota(item: Object, _now: dt.datetime) -> list[Any]:
    """Used and hard amounts, requests apart from limits."""
    status = item.get("status", {})
    hard, used = status.get("hard") or {}, status.get("used") or {}
    said = {key: f"{key}: {used.get(key, '0')}/{value}" for key, value in sorted(hard.items())}
    limits = [text for key, text in said.items() if key.startswith("limits")]
    return [item["metadata"]["name"], ", ".join(t for t in said.values() if t not in limits), ", ".join(limits)]


def ingress(item: Object, _now: dt.datetime) -> list[Any]:
    """Class, hosts, address and ports."""
    spec = item.get("spec", {})
    hosts = [rule["host"] for rule in spec.get("rules") or [] if rule.get("host")]
    balancers = (item.get("status", {}).get("loadBalancer") or {}).get("ingress") or []
    address = ",".join(b.get("ip") or b.get("hostname", "") for b in balancers)
    shown = ",".join(hosts[:3]) + (f" + {len(hosts) - 3} more..." if len(hosts) > 3 else "")  # noqa: PLR2004 - kubectl's
    ports = "80, 443" if spec.get("tls") else "80"
    return [item["metadata"]["name"], spec.get("ingressClassName") or _NONE, shown or "*", address, ports]


def ingressclass(item: Object, _now: dt.datetime) -> list[Any]:
    """Controller and parameters."""
    spec = item.get("spec", {})
    found = spec.get("parameters") or {}
    parameters = f"{found.get('kind')}.{found.get('apiGroup')}/{found.get('name')}" if found else _NONE
    return [item["metadata"]["name"], spec.get("controller", ""), parameters]


def networkpolicy(item: Object, _now: dt.datetime) -> list[Any]:
    """The pods it selects."""
    return [item["metadata"]["name"], pairs((item.get("spec", {}).get("podSelector") or {}).get("matchLabels"))]


def storageclass(item: Object, _now: dt.datetime) -> list[Any]:
    """Provisioner and policies; the default class says so in its name."""
    name = item["metadata"]["name"]
    if (item["metadata"].get("annotations") or {}).get("storageclass.kubernetes.io/is-default-class") == "true":
        name += " (default)"
    policies = [item.get("reclaimPolicy", "Delete"), item.get("volumeBindingMode", "Immediate")]
    return [name, item.get("provisioner", ""), *policies, bool(item.get("allowVolumeExpansion"))]


def pairs(found: dict[str, str] | None) -> str:
    """Labels as kubectl shows them."""
    return ",".join(f"{key}={value}" for key, value in sorted((found or {}).items())) or _NONE


def _access(modes: list[str] | None) -> str:
    return ",".join(_MODES.get(mode, mode) for mode in modes or [])
