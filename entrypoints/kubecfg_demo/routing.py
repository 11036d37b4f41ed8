"""What a URL and a method ask for: verb, resource, namespace, name, subresource; and what the client can read."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from kubecfg_demo.resources import Catalog, Resource
from kubecfg_demo.status import PageNotFound, method_not_allowed, not_acceptable, unserved

_TRUE = {"1", "true", "True", "TRUE", "t", "T"}
_READABLE = {"application/json", "application/yaml", "application/*", "*/*"}


class Shape(StrEnum):
    """How objects are represented in an answer."""

    FULL = "full"
    TABLE = "Table"
    METADATA = "PartialObjectMetadata"


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One request for a resource."""

    verb: str
    resource: Resource
    namespace: str = ""
    name: str = ""
    subresource: str = ""

    @property
    def plural(self) -> str:
        """`pods` or `pods/log`, as a rule names it."""
        return f"{self.resource.plural}/{self.subresource}" if self.subresource else self.resource.plural


def is_resource_path(parts: list[str]) -> bool:
    """Whether the parts of a path go deeper than discovery does."""
    depth = {"api": 2, "apis": 3}.get(parts[0] if parts else "", 0)
    return bool(depth) and len(parts) > depth


def target(catalog: Catalog, method: str, parts: list[str], query: Mapping[str, str]) -> Target:
    """What is asked for. Plain 404: the group is unknown; 404: the resource is."""
    group, version, rest = ("", parts[1], parts[2:]) if parts[0] == "api" else (parts[1], parts[2], parts[3:])
    if not catalog.within(group, version):
        raise PageNotFound
    namespace = ""
    # /namespaces/NAME is an object and /namespaces/NAME/status its subresource; anything longer lies within it.
    if rest[0] == "namespaces" and len(rest) > 2 and rest[2] not in {"status", "finalize"}:  # noqa: PLR2004 - see above
        namespace, rest = rest[1], rest[2:]
    resource = catalog.at(group, version, rest[0])
    name, subresource = (rest[1:2] or [""])[0], "/".join(rest[2:])
    if resource is None or (subresource and subresource not in resource.subresources):
        raise unserved()
    if bool(namespace) and not resource.namespaced:
        raise unserved()
    scope = namespace or (name if resource.plural == "namespaces" else "")
    verb = _verb(method, name, watch=query.get("watch", "") in _TRUE)
    return Target(verb=verb, resource=resource, namespace=scope, name=name, subresource=subresource)


def check_method(asked: Target) -> None:
    """405: the resource does not serve this verb, or not here."""
    served = asked.verb in asked.resource.verbs
    misplaced = (asked.verb in {"update", "patch"} and not asked.name) or (asked.verb == "create" and bool(asked.name))
    unscoped = asked.resource.namespaced and not asked.namespace and asked.verb not in {"list", "watch"}
    if not served or misplaced or unscoped:
        raise method_not_allowed()


def shape(accept: str) -> Shape:
    """The first representation in an Accept header that is served here. 406: none is."""
    for wanted in accept.split(",") if accept else ["*/*"]:
        media, *parameters = (part.strip() for part in wanted.split(";"))
        if media not in _READABLE:
            continue
        kind = next((p.removeprefix("as=") for p in parameters if p.startswith("as=")), "")
        if kind == "Table":
            return Shape.TABLE
        if kind in {"PartialObjectMetadata", "PartialObjectMetadataList"}:
            return Shape.METADATA
        if not kind:
            return Shape.FULL
    raise not_acceptable()


def wants_aggregated(accept: str) -> bool:
    """Whether the aggregated discovery document is wanted before the legacy one."""
    first = accept.split(",", maxsplit=1)[0]
    return "as=APIGroupDiscoveryList" in first and "v=v2" in [part.strip() for part in first.split(";")]


def _verb(method: str, name: str, *, watch: bool) -> str:
    if method in {"GET", "HEAD"}:
        if watch:
            return "watch"
        return "get" if name else "list"
    if method == "DELETE":
        return "delete" if name else "deletecollection"
    return {"POST": "create", "PUT": "update", "PATCH": "patch"}.get(method, "")
