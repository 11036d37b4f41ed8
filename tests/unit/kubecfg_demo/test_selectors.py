from __future__ import annotations

import pytest

from kubecfg_demo.selectors import field_selector, label_selector
from kubecfg_demo.status import Refusal

LABELS = {"app": "web", "tier": "front", "weight": "5"}


@pytest.mark.parametrize(
    ("selector", "holds"),
    [
        ("", True),
        ("app", True),
        ("!app", False),
        ("!absent", True),
        ("app=web", True),
        ("app==web", True),
        ("app!=web", False),
        ("absent!=web", True),
        ("app in (web,api)", True),
        ("app in (api)", False),
        ("app notin (web)", False),  # codespell:ignore notin
        ("absent notin (web)", True),  # codespell:ignore notin
        ("app=web,tier=front", True),
        ("app=web, tier=back", False),
        ("weight>4", True),
        ("weight lt 5", False),
        ("app gt 1", False),
        ("app=", False),
        ("example.com/name!=x", True),
    ],
)
def test_a_label_selector_holds_as_kubernetes_defines_it(selector: str, holds: bool) -> None:  # noqa: FBT001 - a table
    assert label_selector(selector)(LABELS) is holds


@pytest.mark.parametrize(
    "selector", ["a b", "=x", "app in web", "app in (web", "app=web tier=front", "weight>many", "!"]
)
def test_a_malformed_label_selector_is_a_bad_request(selector: str) -> None:
    with pytest.raises(Refusal) as caught:
        label_selector(selector)
    assert caught.value.code == 400


@pytest.mark.parametrize(
    ("selector", "holds"),
    [("type=Warning", True), ("type!=Warning", False), ("type=Warning,reason=BackOff", False), ("reason=", True)],
)
def test_a_field_selector_compares_text(selector: str, holds: bool) -> None:  # noqa: FBT001 - a table
    assert field_selector(selector, frozenset({"type", "reason"}), "Event")({"type": "Warning"}) is holds


@pytest.mark.parametrize("selector", ["spec.image=x", "type"])
def test_an_unsupported_field_selector_is_a_bad_request(selector: str) -> None:
    with pytest.raises(Refusal) as caught:
        field_selector(selector, frozenset({"type"}), "Event")
    assert caught.value.code == 400
