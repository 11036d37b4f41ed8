"""Strategic merge patches: lists of named things merge by their names, as in a real server, and not as a whole."""

from __future__ import annotations

from typing import Any, Final

# The merge key of each list, by its field, as Kubernetes' types declare them; other lists are replaced as a whole.
_KEYS: Final = {
    "addresses": ("type",),
    "conditions": ("type",),
    "containers": ("name",),
    "env": ("name",),
    "ephemeralContainers": ("name",),
    "hostAliases": ("ip",),
    "imagePullSecrets": ("name",),
    "initContainers": ("name",),
    "ownerReferences": ("uid",),
    "ports": ("containerPort", "port"),
    "secrets": ("name",),
    "taints": ("key",),
    "topologySpreadConstraints": ("topologyKey",),
    "volumeDevices": ("devicePath",),
    "volumeMounts": ("mountPath",),
    "volumes": ("name",),
    "webhooks": ("name",),
}
_DELETED: Final = "$deleteFromPrimitiveList/"
_DIRECTIVE: Final = "$patch"


def strategically_merged(target: object, change: object) -> Any:
    """The target with the change in it. Of the directives, `$patch` and `$deleteFromPrimitiveList` are obeyed.

    The order that a client asks for (`$setElementOrder`) is the one that comes of itself: kept, then added.
    """
    if not isinstance(change, dict):
        return change
    if change.get(_DIRECTIVE) == "replace":
        return {key: value for key, value in change.items() if key != _DIRECTIVE}
    found = dict(target) if isinstance(target, dict) else {}
    for key, value in change.items():
        if key.startswith(_DELETED):
            field = key.removeprefix(_DELETED)
            found[field] = [item for item in found.get(field, []) if item not in value]
        elif key.startswith("$"):
            continue
        elif value is None:
            found.pop(key, None)
        elif isinstance(value, list):
            found[key] = _merged_list(key, found.get(key), value)
        else:
            found[key] = strategically_merged(found.get(key), value)
    return found


def _merged_list(field: str, target: object, change: list[Any]) -> list[Any]:
    key = _key(field, change)
    if key is None or not isinstance(target, list) or {_DIRECTIVE: "replace"} in change:
        return [item for item in change if item != {_DIRECTIVE: "replace"}]
    found = {item.get(key): item for item in target}
    for item in change:
        if item.get(_DIRECTIVE) == "delete":
            found.pop(item[key], None)
        else:
            found[item[key]] = strategically_merged(found.get(item[key]), item)
    return list(found.values())


def _key(field: str, change: list[Any]) -> str | None:
    """The key by which the entries are told apart; `None` where they have none."""
    entries = [item for item in change if item != {_DIRECTIVE: "replace"}]
    keys = _KEYS.get(field, ())
    return next((key for key in keys if all(isinstance(item, dict) and key in item for item in entries)), None)
