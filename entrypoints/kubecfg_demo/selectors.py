"""Label and field selectors, parsed into predicates; what cannot be parsed is refused in the real server's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from kubecfg_demo.status import bad_request

Labels = Mapping[str, str]
Predicate = Callable[[Labels], bool]

_TOKEN = re.compile(r"\s*(==|!=|=|!|>|<|\(|\)|,|[^\s=!<>(),]+)")
_NOT_IN = "notin"  # codespell:ignore notin
_OPERATORS = ("in", _NOT_IN, "=", "==", "!=", "gt", "lt", ">", "<")
_EXPECTED = f"in, {_NOT_IN}, =, ==, !=, gt, lt"


def label_selector(text: str) -> Predicate:
    """A predicate over labels. 400: unable to parse."""
    tokens = _Tokens(text)
    requirements: list[Predicate] = []
    while tokens.peek():
        requirements.append(_requirement(tokens))
        if tokens.peek():
            tokens.expect(",")
    return lambda labels: all(holds(labels) for holds in requirements)


def field_selector(text: str, supported: frozenset[str], kind: str) -> Predicate:
    """A predicate over an object's selectable fields. 400: a field not among the supported ones, or no operator."""
    terms: list[tuple[str, bool, str]] = []
    for term in filter(None, text.split(",")):
        match = re.fullmatch(r"\s*([^=!]+?)\s*(==|!=|=)\s*(.*?)\s*", term)
        if match is None:
            raise bad_request(f"invalid selector: '{text}'; can't understand '{term}'")
        if match[1] not in supported:
            raise bad_request(_unsupported(kind, match[1]))
        terms.append((match[1], match[2] != "!=", match[3]))
    return lambda fields: all((fields.get(field, "") == value) is wanted for field, wanted, value in terms)


class _Tokens:
    """The words of a label selector, one after the other."""

    def __init__(self, text: str) -> None:
        self._found = _TOKEN.findall(text)

    def peek(self) -> str:
        return self._found[0] if self._found else ""

    def take(self) -> str:
        return self._found.pop(0) if self._found else ""

    def expect(self, wanted: str) -> None:
        found = self.take()
        if found != wanted:
            raise bad_request(f"unable to parse requirement: found '{found}', expected: '{wanted}'")


def _requirement(tokens: _Tokens) -> Predicate:
    if tokens.peek() == "!":
        tokens.take()
        absent = _key(tokens)
        return lambda labels: absent not in labels
    key = _key(tokens)
    if tokens.peek() in {"", ","}:
        return lambda labels: key in labels
    operator = tokens.take()
    if operator not in _OPERATORS:
        raise bad_request(f"unable to parse requirement: found '{operator}', expected: {_EXPECTED}")
    if operator in {"in", _NOT_IN}:
        return _membership(key, _values(tokens), wanted=operator == "in")
    value = "" if tokens.peek() in {"", ","} else tokens.take()
    if operator in {"gt", "lt", ">", "<"}:
        return _comparison(key, operator, value)
    return _membership(key, frozenset({value}), wanted=operator != "!=")


def _key(tokens: _Tokens) -> str:
    key = tokens.take()
    if not key or not (key[0].isalnum() or key[0] == "_"):
        raise bad_request(f"unable to parse requirement: found '{key}', expected: identifier")
    return key


def _values(tokens: _Tokens) -> frozenset[str]:
    if tokens.peek() != "(":
        raise bad_request(f"unable to parse requirement: found '{tokens.peek()}', expected: '('")
    tokens.take()
    values: list[str] = []
    while (word := tokens.take()) != ")":
        if not word:
            raise bad_request("unable to parse requirement: found '', expected: ',', or ')'")
        if word != ",":
            values.append(word)
    return frozenset(values)


def _membership(key: str, values: frozenset[str], *, wanted: bool) -> Predicate:
    # Kubernetes lets an absent label satisfy both negations.
    if wanted:
        return lambda labels: key in labels and labels[key] in values
    return lambda labels: key not in labels or labels[key] not in values


def _comparison(key: str, operator: str, text: str) -> Predicate:
    try:
        bound = int(text)
    except ValueError:
        raise bad_request(f'unable to parse requirement: values[0][{key}]: Invalid value: "{text}"') from None

    def holds(labels: Labels) -> bool:
        found = labels.get(key, "")
        if not found.lstrip("-").isdecimal():
            return False
        return int(found) > bound if operator in {"gt", ">"} else int(found) < bound

    return holds


def _unsupported(kind: str, field: str) -> str:
    if kind in {"Pod", "Event", "Node", "Namespace", "Secret"}:
        return f"field label not supported: {field}"
    return f'"{field}" is not a known field selector: only "metadata.name", "metadata.namespace"'
