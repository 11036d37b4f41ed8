from typing import Any

import pytest

from kubecfg_demo.strategic import strategically_merged

WEB = {"name": "web", "image": "web:1", "ports": [{"containerPort": 80}]}
SIDECAR = {"name": "proxy", "image": "proxy:1"}
POD = {"spec": {"containers": [WEB, SIDECAR]}}


def containers(change: list[Any]) -> Any:
    return strategically_merged(POD, {"spec": {"containers": change}})["spec"]["containers"]


def test_a_named_entry_is_changed_where_it_is_and_the_others_stay() -> None:
    assert containers([{"name": "web", "image": "web:2"}]) == [{**WEB, "image": "web:2"}, SIDECAR]


def test_an_unknown_name_is_added() -> None:
    assert containers([{"name": "new", "image": "new:1"}]) == [WEB, SIDECAR, {"name": "new", "image": "new:1"}]


def test_an_entry_is_deleted_by_its_directive() -> None:
    assert containers([{"name": "proxy", "$patch": "delete"}]) == [WEB]


def test_a_list_is_replaced_by_its_directive() -> None:
    assert containers([{"name": "web", "image": "web:3"}, {"$patch": "replace"}]) == [{"name": "web", "image": "web:3"}]


def test_the_order_that_a_client_sends_is_no_field() -> None:
    change = {"$setElementOrder/containers": [{"name": "web"}], "containers": [{"name": "web", "image": "web:2"}]}

    assert set(strategically_merged(POD["spec"], change)) == {"containers"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"args": ["b"]}, {"args": ["b"]}),
        ({"args": None}, {}),
        ({"$deleteFromPrimitiveList/args": ["a"]}, {"args": []}),
    ],
)
def test_a_list_without_names_is_replaced_as_a_whole(change: dict[str, Any], expected: dict[str, Any]) -> None:
    assert strategically_merged({"args": ["a"]}, change) == expected
