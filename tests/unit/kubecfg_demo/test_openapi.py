from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kubecfg_demo.openapi import document
from kubecfg_demo.resources import Catalog

CATALOG = Catalog()
INDEX = document(CATALOG, "") or {}


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


@pytest.mark.parametrize("path", INDEX["paths"])
def test_every_reference_of_a_document_leads_to_a_schema_in_it(path: str) -> None:
    found = document(CATALOG, path) or {}
    known = {f"#/components/schemas/{name}" for name in found["components"]["schemas"]}
    assert set(references(found)) <= known


def test_a_group_that_is_not_served_has_no_document() -> None:
    assert document(CATALOG, "apis/example.com/v1") is None
