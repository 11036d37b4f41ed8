"""Refusals: the Status objects a Kubernetes API server answers with, word for word as a real one phrases them."""

from __future__ import annotations

from typing import Any

from kubecfg_demo.resources import Resource

_NOT_ACCEPTABLE = (
    "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, "
    "application/vnd.kubernetes.protobuf, application/json;stream=watch, "
    "application/vnd.kubernetes.protobuf;stream=watch"
)


class Refusal(Exception):
    """A request is answered with a Status; `code` is the HTTP status, `body` the object."""

    def __init__(self, code: int, reason: str, message: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.body: dict[str, Any] = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": message,
        }
        if reason:
            self.body["reason"] = reason
        if details is not None:
            self.body["details"] = details
        self.body["code"] = code


class PageNotFound(Exception):
    """Nothing is served at this path at all: a plain-text 404, not a Status."""


def unauthorized() -> Refusal:
    """No such token."""
    return Refusal(401, "Unauthorized", "Unauthorized")


def forbidden(user: str, verb: str, resource: Resource, *, subresource: str, namespace: str, name: str) -> Refusal:
    """The user may not do this to a resource."""
    plural = f"{resource.plural}/{subresource}" if subresource else resource.plural
    subject = f'{resource.qualified} "{name}"' if name else resource.qualified
    where = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
    message = (
        f'{subject} is forbidden: User "{user}" cannot {verb} resource "{plural}" '
        f'in API group "{resource.group}" {where}'
    )
    return Refusal(403, "Forbidden", message, _details(resource, name))


def forbidden_path(user: str, verb: str, path: str) -> Refusal:
    """The user may not read a path that is no resource."""
    return Refusal(403, "Forbidden", f'forbidden: User "{user}" cannot {verb} path "{path}"', {})


def absent(resource: Resource, name: str) -> Refusal:
    """No object of this name."""
    return Refusal(404, "NotFound", f'{resource.qualified} "{name}" not found', _details(resource, name))


def unserved() -> Refusal:
    """The group is known, the resource is not."""
    return Refusal(404, "NotFound", "the server could not find the requested resource", {})


def method_not_allowed() -> Refusal:
    """The verb is not served here."""
    return Refusal(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {})


def not_acceptable() -> Refusal:
    """None of the wanted representations is served. The real server's words; protobuf is in fact not served here."""
    return Refusal(406, "NotAcceptable", _NOT_ACCEPTABLE, {})


def unsupported_media(accepted: str) -> Refusal:
    """The request's body is of no accepted media type."""
    message = f"the body of the request was in an unknown format - accepted media types include: {accepted}"
    return Refusal(415, "UnsupportedMediaType", message, {})


def bad_request(message: str) -> Refusal:
    """The request makes no sense."""
    return Refusal(400, "BadRequest", message)


def exists(resource: Resource, name: str) -> Refusal:
    """The name is taken."""
    return Refusal(409, "AlreadyExists", f'{resource.qualified} "{name}" already exists', _details(resource, name))


def conflict(resource: Resource, name: str) -> Refusal:
    """The object was changed since it was read."""
    message = (
        f'Operation cannot be fulfilled on {resource.qualified} "{name}": the object has been modified; '
        "please apply your changes to the latest version and try again"
    )
    return Refusal(409, "Conflict", message, _details(resource, name))


def invalid(resource: Resource, name: str, causes: list[tuple[str, str, str]]) -> Refusal:
    """Fields are wrong; each cause is (field, reason, message)."""
    said = [f"{field}: {message}" for field, _, message in causes]
    summary = said[0] if len(said) == 1 else f"[{', '.join(said)}]"
    details: dict[str, Any] = {"name": name}
    if resource.group:
        details["group"] = resource.group
    details["kind"] = resource.kind
    details["causes"] = [{"reason": reason, "message": message, "field": field} for field, reason, message in causes]
    kind = f"{resource.kind}.{resource.group}" if resource.group else resource.kind
    return Refusal(422, "Invalid", f'{kind} "{name}" is invalid: {summary}', details)


def expired(message: str) -> Refusal:
    """A resource version or a continue token is too old."""
    return Refusal(410, "Expired", message)


def success(resource: Resource, name: str, uid: str) -> dict[str, Any]:
    """The answer to a deletion."""
    details = {**_details(resource, name), "uid": uid}
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}


def _details(resource: Resource, name: str) -> dict[str, Any]:
    details = {"name": name} if name else {}
    if resource.group:
        details["group"] = resource.group
    return {**details, "kind": resource.plural}
