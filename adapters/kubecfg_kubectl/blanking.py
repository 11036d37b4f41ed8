"""The content of Secrets, taken out of what a server answers: kubectl is never given it, whatever it was told to print.

Names, types and the names of the keys stay, and that is all that a permitted command shows.
"""

from typing import Any, Final

import msgspec

MOST_BYTES: Final = 16 * 1024**2

_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
_METADATA: Final = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"


def accept(asked: str, *, watching: bool) -> str:
    """The `Accept` to send instead: JSON alone, which can be read here, and for a stream of changes metadata alone."""
    if watching:
        return _METADATA
    kinds = [kind.strip() for kind in asked.split(",")]
    return ",".join(kind for kind in kinds if kind.startswith("application/json")) or "application/json"


def blanked(body: bytes) -> bytes | None:
    """The same answer with every value empty; `None` where it is no JSON object, so that nothing is known of it."""
    try:
        answer = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError):
        return None
    if not isinstance(answer, dict):
        return None
    for value in (answer, *_dicts(answer.get("items")), *(row.get("object") for row in _dicts(answer.get("rows")))):
        if isinstance(value, dict):
            _blank(value)
    return msgspec.json.encode(answer)


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _blank(value: dict[str, Any]) -> None:
    for field in ("data", "stringData"):
        held = value.get(field)
        if held is not None:
            value[field] = dict.fromkeys(held, "") if isinstance(held, dict) else None
    metadata = value.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if isinstance(annotations, dict):
        # What `kubectl apply` left there is the whole Secret once more.
        annotations.pop(_APPLIED, None)
