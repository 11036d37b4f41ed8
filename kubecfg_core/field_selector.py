"""Field selectors, for what has no server to apply them: a dump, the in-memory twin."""

from collections.abc import Mapping
from typing import Any


def matches_fields(selector: str, item: Mapping[str, Any]) -> bool:
    """Whether a decoded object matches `a.b=x,c!=y` (also `==`). A field that is not there is the empty text.

    Raises `ValueError` for a term without an operator.
    """
    return all(_matches(term.strip(), item) for term in selector.split(",") if term.strip())


def _matches(term: str, item: Mapping[str, Any]) -> bool:
    path, operator, wanted = term.partition("!=")
    if operator:
        return _field(item, path) != wanted
    path, operator, wanted = term.partition("=")
    if not operator:
        raise ValueError(f"{term!r} is no field selector: field=value is needed")
    return _field(item, path) == wanted.removeprefix("=")


def _field(item: Mapping[str, Any], path: str) -> str:
    value: Any = item
    for name in path.strip().split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return "" if value is None else str(value)
