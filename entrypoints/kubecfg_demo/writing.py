"""Writes: create, replace, patch, delete, with the checks and conflicts of a real server and no controllers."""

from __future__ import annotations

import base64
import copy
import re
import secrets
from collections.abc import Mapping
from typing import Any

import msgspec

from kubecfg_demo import scaling
from kubecfg_demo.reading import Selection, single
from kubecfg_demo.resources import Catalog, Resource
from kubecfg_demo.routing import Target
from kubecfg_demo.status import absent, bad_request, conflict, exists, invalid, success, unsupported_media
from kubecfg_demo.store import Entry, Store
from kubecfg_demo.strategic import strategically_merged

Object = dict[str, Any]

_JSON = {"application/json", "application/yaml"}
_APPLY = "application/apply-patch+yaml"
_STRATEGIC = {"application/strategic-merge-patch+json", _APPLY}
_MERGES = {"application/merge-patch+json", *_STRATEGIC}
_JSON_PATCH = "application/json-patch+json"
_DOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_DOMAIN_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
# RBAC names may hold colons, and so may not be checked as DNS names.
_FREE_NAMES = {"rbac.authorization.k8s.io"}


def decoded(body: bytes, content_type: str, *, patch: bool = False) -> Any:
    """The JSON of a request's body. 400: it is not JSON; 415: it says it is something else."""
    accepted = sorted(_MERGES | {_JSON_PATCH} if patch else _JSON)
    if content_type not in accepted:
        raise unsupported_media(", ".join(accepted))
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise bad_request(f"error decoding request body: {error}") from error


class Writer:
    """Changes one store. `dry_run` checks and answers, and keeps nothing."""

    def __init__(self, store: Store, catalog: Catalog) -> None:
        self._store = store
        self._catalog = catalog

    def create(self, asked: Target, item: Object, *, dry_run: bool) -> bytes:
        """A new object. 400: another kind or namespace; 404: no such namespace; 409: name taken; 422: bad fields."""
        item = self._fitting(asked, item)
        metadata = item["metadata"]
        if not metadata.get("name") and metadata.get("generateName"):
            metadata["name"] = f"{metadata['generateName']}{secrets.token_hex(3)[:5]}"
        _validate(asked.resource, item)
        name = metadata["name"]
        namespaces = self._catalog.at("", "v1", "namespaces")
        if asked.resource.namespaced and namespaces and not self._store.get(namespaces, "", asked.namespace):
            raise absent(namespaces, asked.namespace)
        scope = asked.namespace if asked.resource.namespaced else ""
        if self._store.get(asked.resource, scope, name):
            raise exists(asked.resource, name)
        if asked.resource.plural == "customresourcedefinitions" and not dry_run:
            self._catalog.define(item)
        return self._kept(asked.resource, item, dry_run=dry_run)

    def replace(self, asked: Target, item: Object, *, dry_run: bool) -> bytes:
        """An object in place of another. 404, 409: changed since it was read, 422."""
        before = single(self._store, asked)
        if asked.subresource == "scale":
            return self._scaled(asked, before, item, dry_run=dry_run)
        item = self._fitting(asked, item)
        return self._replaced(asked, before, item, dry_run=dry_run)

    def patch(self, asked: Target, change: object, kind: str, *, dry_run: bool) -> bytes:
        """A changed object; an apply makes it where there is none, and is done as a strategic merge."""
        scope = asked.namespace if asked.resource.namespaced else ""
        if kind == _APPLY and isinstance(change, dict) and not self._store.get(asked.resource, scope, asked.name):
            return self.create(asked, change, dry_run=dry_run)
        before = single(self._store, asked)
        item = scaling.shown(before) if asked.subresource == "scale" else before.decoded()
        if kind == _JSON_PATCH:
            item = _json_patched(item, change)
        elif isinstance(change, dict):
            # A real server takes strategic merges for its own kinds alone; kubectl knows, and sends none for others.
            item = strategically_merged(item, change) if kind in _STRATEGIC else merged(item, change)
        else:
            raise bad_request(
                "error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {}"
            )
        if asked.subresource == "scale":
            return self._scaled(asked, before, item, dry_run=dry_run)
        return self._replaced(asked, before, item, dry_run=dry_run)

    def delete(self, asked: Target, query: Mapping[str, str], *, dry_run: bool) -> Object:
        """A deleted object, or every selected one of a namespace; nothing they owned goes with them."""
        if asked.name:
            before = single(self._store, asked)
            if not dry_run:
                self._store.remove(asked.resource, before.namespace, before.name)
            return success(asked.resource, before.name, before.uid)
        selection = Selection(asked, query)
        for entry in self._store.listed(asked.resource, asked.namespace):
            if selection.takes(entry) and not dry_run:
                self._store.remove(asked.resource, entry.namespace, entry.name)
        version = {"resourceVersion": str(self._store.revision)}
        resource = asked.resource
        return {"kind": f"{resource.kind}List", "apiVersion": resource.api_version, "metadata": version, "items": []}

    def _replaced(self, asked: Target, before: Entry, item: Object, *, dry_run: bool) -> bytes:
        metadata = item["metadata"]
        if metadata.get("name") != before.name:
            shown = metadata.get("name", "")
            raise bad_request(f"the name of the object ({shown}) does not match the name on the URL ({before.name})")
        if metadata.get("resourceVersion") not in {None, "", str(before.revision)}:
            raise conflict(asked.resource, before.name)
        _validate(asked.resource, item)
        kept = before.decoded()["metadata"]
        metadata["creationTimestamp"] = kept["creationTimestamp"]
        if before.namespace:
            metadata["namespace"] = before.namespace
        return self._kept(asked.resource, item, dry_run=dry_run)

    def _scaled(self, asked: Target, before: Entry, scale: Object, *, dry_run: bool) -> bytes:
        """The workload with other replicas; the answer is the Scale."""
        if not dry_run:
            self._store.put(asked.resource, scaling.scaled(before, scale))
            return msgspec.json.encode(scaling.shown(single(self._store, asked)))
        return msgspec.json.encode(scale)

    def _kept(self, resource: Resource, item: Object, *, dry_run: bool) -> bytes:
        if resource.plural == "secrets":
            _encode_strings(item)
        if dry_run:
            return msgspec.json.encode(item)
        return self._store.put(resource, item).whole()

    def _fitting(self, asked: Target, item: object) -> Object:
        """A copy whose kind and namespace are those of the URL."""
        resource = asked.resource
        if not isinstance(item, dict) or not isinstance(item.get("metadata", {}), dict):
            raise bad_request("the object provided is unrecognized (must be of type " + resource.kind + ")")
        said = (item.get("apiVersion", ""), item.get("kind", ""))
        if said != (resource.api_version, resource.kind):
            expected = resource.api_version
            message = f"the API version in the data ({said[0]}) does not match the expected API version ({expected})"
            if said[0] == resource.api_version:
                message = f"the kind in the data ({said[1]}) does not match the expected kind ({resource.kind})"
            raise bad_request(message)
        found: Object = copy.deepcopy(item)
        metadata = found.setdefault("metadata", {})
        if resource.namespaced:
            if metadata.setdefault("namespace", asked.namespace) != asked.namespace:
                raise bad_request(
                    "the namespace of the provided object does not match the namespace sent on the request"
                )
        else:
            metadata.pop("namespace", None)
        return found


def merged(target: object, change: object) -> Any:
    """RFC 7386: null removes, objects merge, all else replaces."""
    if not isinstance(change, dict):
        return change
    found = dict(target) if isinstance(target, dict) else {}
    for key, value in change.items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = merged(found.get(key), value)
    return found


def _json_patched(item: Object, change: object) -> Object:
    if not isinstance(change, list):
        raise bad_request("error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch")
    try:
        for step in change:
            _step(item, step["op"], step["path"], step.get("value"))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise bad_request("the server rejected our request due to an error in our request") from error
    return item


def _step(item: Object, operation: str, path: str, value: object) -> None:
    *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
    place: Any = item
    for part in parents:
        place = place[int(part)] if isinstance(place, list) else place[part]
    if isinstance(place, list):
        index = len(place) if last == "-" else int(last)
        match operation:
            case "add":
                place.insert(index, value)
            case "replace":
                place[index] = value
            case "remove":
                place.pop(index)
            case _:
                raise ValueError(operation)
        return
    match operation:
        case "add":
            place[last] = value
        case "replace" if last in place:
            place[last] = value
        case "remove":
            del place[last]
        case _:
            raise ValueError(operation)


def _encode_strings(secret: Object) -> None:
    """What a Secret was given in clear text is kept in base64, beside the rest."""
    given = secret.pop("stringData", None) or {}
    if given:
        encoded = {key: base64.b64encode(str(value).encode()).decode() for key, value in given.items()}
        secret["data"] = {**(secret.get("data") or {}), **encoded}


def _validate(resource: Resource, item: Object) -> None:
    """422: what every kind is checked for, and what a pod must have; the other kinds' own rules are not simulated."""
    name = item["metadata"].get("name") or ""
    causes: list[tuple[str, str, str]] = []
    if not name:
        causes.append(("metadata.name", "FieldValueRequired", "Required value: name or generateName is required"))
    elif resource.group not in _FREE_NAMES and not _DOMAIN.fullmatch(str(name)):
        causes.append(("metadata.name", "FieldValueInvalid", f'Invalid value: "{name}": {_DOMAIN_RULE}'))
    if resource.kind == "Pod" and not (item.get("spec") or {}).get("containers"):
        causes.append(("spec.containers", "FieldValueRequired", "Required value"))
    if causes:
        raise invalid(resource, str(name), causes)
