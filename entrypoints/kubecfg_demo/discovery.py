"""Discovery documents, in the legacy and in the aggregated form, and the version."""

from __future__ import annotations

from typing import Any

from kubecfg_demo import scaling
from kubecfg_demo.resources import Catalog, Resource

Object = dict[str, Any]

AGGREGATED_TYPE = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

# Build metadata after the plus keeps it a semantic version, and says what answers.
VERSION: Object = {
    "major": "1",
    "minor": "36",
    "emulationMajor": "1",
    "emulationMinor": "36",
    "minCompatibilityMajor": "1",
    "minCompatibilityMinor": "35",
    "gitVersion": "v1.36.2+kubecfg-simulated",
    "gitCommit": "simulated",
    "gitTreeState": "",
    "buildDate": "1970-01-01T00:00:00Z",
    "goVersion": "none",
    "compiler": "none",
    "platform": "linux/amd64",
}

_CHECKS = ("ping", "log", "informer-sync", "kubecfg-simulated")
_STATUS_VERBS = ["get", "patch", "update"]


def core_versions(address: str) -> Object:
    """What GET /api answers; `address` is host:port."""
    addresses = [{"clientCIDR": "0.0.0.0/0", "serverAddress": address}]
    return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": addresses}


def group_list(catalog: Catalog) -> Object:
    """What GET /apis answers."""
    groups = [_group(name, versions) for name, versions in catalog.groups().items()]
    return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}


def group(catalog: Catalog, name: str) -> Object | None:
    """What GET /apis/GROUP answers, or None for a group that is not served."""
    versions = catalog.groups().get(name)
    return {"kind": "APIGroup", "apiVersion": "v1", **_group(name, versions)} if versions else None


def resource_list(catalog: Catalog, group_name: str, version: str) -> Object | None:
    """What GET /api/v1 or /apis/GROUP/VERSION answers, or None for one that is not served."""
    served = catalog.within(group_name, version)
    if not served:
        return None
    rows = [row for resource in served for row in (_row(resource), *_subrows(resource))]
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": served[0].api_version, "resources": rows}


def aggregated(catalog: Catalog, *, core: bool) -> Object:
    """What GET /api (core) or /apis answers to a client that asks for the aggregated form."""
    groups = {"": ["v1"]} if core else catalog.groups()
    items = [
        {"metadata": {"name": name} if name else {}, "versions": [_aggregated(catalog, name, v) for v in versions]}
        for name, versions in groups.items()
    ]
    return {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items}


def health(path: str, *, verbose: bool) -> str:
    """What /livez, /readyz and /healthz answer."""
    if not verbose:
        return "ok"
    return "".join(f"[+]{check} ok\n" for check in _CHECKS) + f"{path.strip('/')} check passed\n"


def _group(name: str, versions: list[str]) -> Object:
    found = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    return {"name": name, "versions": found, "preferredVersion": found[0]}


def _row(resource: Resource) -> Object:
    row: Object = {
        "name": resource.plural,
        "singularName": resource.singular,
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": list(resource.verbs),
    }
    if resource.short_names:
        row["shortNames"] = list(resource.short_names)
    if resource.categories:
        row["categories"] = list(resource.categories)
    return row


def _subrows(resource: Resource) -> list[Object]:
    return [
        {
            "name": f"{resource.plural}/{name}",
            "singularName": "",
            "namespaced": resource.namespaced,
            **(scaling.KIND if name == "scale" else {"kind": resource.kind}),
            "verbs": ["get"] if name == "log" else _STATUS_VERBS,
        }
        for name in resource.subresources
    ]


def _aggregated(catalog: Catalog, name: str, version: str) -> Object:
    rows = []
    for resource in catalog.within(name, version):
        kind = {"group": "", "version": "", "kind": resource.kind}
        row: Object = {
            "resource": resource.plural,
            "responseKind": kind,
            "scope": "Namespaced" if resource.namespaced else "Cluster",
            "singularResource": resource.singular,
            "verbs": list(resource.verbs),
        }
        if resource.short_names:
            row["shortNames"] = list(resource.short_names)
        if resource.categories:
            row["categories"] = list(resource.categories)
        if resource.subresources:
            row["subresources"] = [
                {
                    "subresource": s,
                    "responseKind": scaling.KIND if s == "scale" else kind,
                    "verbs": ["get"] if s == "log" else _STATUS_VERBS,
                }
                for s in resource.subresources
            ]
        rows.append(row)
    return {"version": version, "freshness": "Current", "resources": rows}
