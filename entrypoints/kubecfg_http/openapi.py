"""The OpenAPI 3.1 document: made from the table of operations and the structs that validate."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from kubecfg_http.binding import path_variables
from kubecfg_http.operations import JSON, Failure, NoParams, Operation

_REF: Final = "#/components/schemas/{name}"
_WORDS: Final = {
    400: "What was sent is not valid; `detail` names the field.",
    401: "No token, or one that does not hold.",
    403: "Not permitted; for a command, `detail` names the rule.",
    404: "Absent, or another user's.",
    409: "The name is already taken by this user.",
    413: "More bytes than are allowed.",
    415: "The body is not JSON.",
    429: "Too many at once; try again after `Retry-After` seconds.",
    500: "A defect in the service.",
    502: "The cluster, or another service behind this one, refused or could not be reached.",
    503: "A part that this needs is not configured, or not well.",
    504: "It did not answer in time.",
}
_HEADERS: Final[dict[int, dict[str, Any]]] = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}}},
    429: {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}},
}


def build_document(operations: Sequence[Operation[Any, Any]], *, version: str) -> dict[str, Any]:
    """The document of all operations that are documented, ready to be encoded."""
    shown = [operation for operation in operations if operation.documented]
    schemas, components = _schemas(shown)
    paths: dict[str, Any] = {}
    for operation in shown:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, schemas, components)
    for operation in shown:
        components.pop(operation.params.__name__, None)  # shown as parameters, field by field
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "kubecfg",
            "version": version,
            "summary": "Onboard Kubernetes clusters, see what is wrong in them, and learn what to do.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "tags": [{"name": tag} for tag in dict.fromkeys(operation.tag for operation in shown)],
        "components": {
            "schemas": components,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
        "security": [{"bearer": []}],
    }


def _schemas(operations: Sequence[Operation[Any, Any]]) -> tuple[dict[Any, Any], dict[str, Any]]:
    kinds: list[Any] = [Failure]
    for operation in operations:
        kinds += [operation.params, operation.answer, *operation.also.values()]
        kinds += [operation.body] if operation.has_body else []
    wanted = list(dict.fromkeys(kind for kind in kinds if kind not in (None, NoParams)))
    found, components = msgspec.json.schema_components(wanted, ref_template=_REF)
    return dict(zip(wanted, found, strict=True)), components


def _operation(operation: Operation[Any, Any], schemas: dict[Any, Any], components: dict[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
        "responses": {
            str(operation.status): {
                "description": "Success.",
                "content": {operation.media_type: {"schema": schemas.get(operation.answer, {"type": "string"})}},
            },
            **{str(status): _answer(status, operation, schemas) for status in operation.statuses},
        },
    }
    parameters = _parameters(operation, components)
    if parameters:
        described["parameters"] = parameters
    if operation.has_body:
        described["requestBody"] = {"required": True, "content": {JSON: {"schema": schemas[operation.body]}}}
    if operation.public:
        described["security"] = []
    return described


def _answer(status: int, operation: Operation[Any, Any], schemas: dict[Any, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": _WORDS[status],
        "content": {JSON: {"schema": schemas[operation.also.get(status, Failure)]}},
    }
    return answer | ({"headers": _HEADERS[status]} if status in _HEADERS else {})


def _parameters(operation: Operation[Any, Any], components: dict[str, Any]) -> list[dict[str, Any]]:
    if operation.params is NoParams:
        return []
    struct = components[operation.params.__name__]
    in_path = path_variables(operation.path)
    parameters = []
    for name, found in struct["properties"].items():
        schema = _without_null(dict(found))
        parameter = {"name": name, "in": "path" if name in in_path else "query", "schema": schema}
        if name in struct["required"]:
            parameter["required"] = True
        if "description" in schema:
            parameter["description"] = schema.pop("description")
        parameters.append(parameter)
    return parameters


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter is given or left out; null is what the code calls the latter."""
    if schema.get("default", "") is None:
        del schema["default"]
    options = [option for option in schema.pop("anyOf", []) if option != {"type": "null"}]
    return schema | options[0] if options else schema
