"""OpenAPI v3 of the main kinds: what `kubectl explain` reads.

`openapi.json` holds the schemas in short, made from the models of kubernetes_asyncio (Apache-2.0, generated from
Kubernetes' own OpenAPI document) by tests/unit/kubecfg_demo/make_openapi.py; kinds beyond it are not explained.
"""

from __future__ import annotations

import functools
import re
from importlib import resources
from typing import Any

import msgspec

from kubecfg_demo.resources import Catalog, Resource

Object = dict[str, Any]

_SIMPLE: dict[str, Object] = {
    "str": {"type": "string"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "bool": {"type": "boolean"},
    "datetime": {"type": "string", "format": "date-time"},
    "object": {"type": "object"},
}
_REFERENCE = re.compile(r"\w*V\d\w+")
_VERSIONED = re.compile(r"(\w*)V(\d(?:alpha\d|beta\d)?)(\w+)")


def document(catalog: Catalog, path: str) -> Object | None:
    """The index (an empty path) or the document of one group version; None for one that is not served."""
    if not path:
        places = {_path(resource) for resource in catalog.explained()}
        return {"paths": {place: {"serverRelativeURL": f"/openapi/v3/{place}"} for place in sorted(places)}}
    served = [resource for resource in catalog.explained() if _path(resource) == path]
    if not served:
        return None
    schemas: dict[str, Object] = {}
    for resource in served:
        _collect(_model(resource), schemas)
        if _named(_model(resource)) in schemas:
            schemas[_named(_model(resource))]["x-kubernetes-group-version-kind"] = [_kind(resource)]
    return {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes (simulated)", "version": "v1.36.2"},
        "paths": {place: found for resource in served for place, found in _places(path, resource).items()},
        "components": {"schemas": schemas},
    }


def _places(path: str, resource: Resource) -> Object:
    """The two paths clients look for: the list, and the object, where they learn whether fieldValidation is known."""
    operation = {"responses": {"200": {"description": "OK"}}, "x-kubernetes-group-version-kind": _kind(resource)}
    scope = "/namespaces/{namespace}" if resource.namespaced else ""
    asked = {"name": "fieldValidation", "in": "query", "schema": {"type": "string"}}
    one = {"get": operation, "patch": {**operation, "parameters": [asked]}}
    return {f"/{path}/{resource.plural}": {"get": operation}, f"/{path}{scope}/{resource.plural}/{{name}}": one}


def _kind(resource: Resource) -> Object:
    return {"group": resource.group, "version": resource.version, "kind": resource.kind}


def _path(resource: Resource) -> str:
    return f"apis/{resource.group}/{resource.version}" if resource.group else f"api/{resource.version}"


def _model(resource: Resource) -> str:
    return f"{resource.version.upper()}{resource.kind}"


@functools.cache
def _schemas() -> dict[str, Object]:
    text = resources.files(__package__).joinpath("openapi.json").read_bytes()
    found: dict[str, Object] = msgspec.json.decode(text)
    return found


def _collect(name: str, into: dict[str, Object]) -> None:
    """Put a schema and all it refers to into a document's schemas."""
    if _named(name) in into or name not in _schemas():
        return
    short = _schemas()[name]
    properties: Object = {}
    into[_named(name)] = {"type": "object", "required": short["required"], "properties": properties}
    for field, (kind, description) in short["fields"].items():
        properties[field] = {**_type(kind), "description": description}
        for reference in _REFERENCE.findall(kind):
            _collect(reference, into)


def _type(kind: str) -> Object:
    if kind.startswith("list["):
        return {"type": "array", "items": _type(kind[5:-1])}
    if kind.startswith("dict("):
        return {"type": "object", "additionalProperties": _type(kind[5:-1].partition(", ")[2])}
    # A reference beside a description is wrapped, since OpenAPI ignores whatever stands beside a plain one.
    return _SIMPLE.get(kind) or {"allOf": [{"$ref": f"#/components/schemas/{_named(kind)}"}]}


def _named(model: str) -> str:
    """`V1PodSpec` as `io.k8s.v1.PodSpec`, of which kubectl shows what follows the last dot."""
    return _VERSIONED.sub(r"io.k8s.\1v\2.\3", model)
