import json

from kubecfg_core.decoding import decode_pages
from kubecfg_core.kinds.cluster import Node


def page(*items: object) -> bytes:
    return json.dumps({"items": list(items)}).encode()


def node(name: str, **status: object) -> dict[str, object]:
    return {"metadata": {"name": name}, "status": status}


def test_objects_of_all_pages_come_in_order() -> None:
    objects, _ = decode_pages((page(node("a"), node("b")), page(node("c"))), Node)

    assert [found.name for found in objects] == ["a", "b", "c"]


def test_an_odd_object_costs_only_itself() -> None:
    objects, _ = decode_pages((page(node("a"), {"metadata": 7}, node("c")),), Node)

    assert [found.name for found in objects] == ["a", "c"]


def test_an_odd_object_leaves_a_note_that_names_it() -> None:
    _, notes = decode_pages((page({"metadata": {"name": "x", "namespace": "n"}, "spec": 7}),), Node)

    assert notes[0].startswith("n/x could not be decoded")


def test_a_null_counts_as_a_field_that_is_not_there() -> None:
    objects, notes = decode_pages((page(node("a", conditions=None)),), Node)

    assert (objects[0].status.conditions, notes) == ((), [])


def test_a_list_without_items_is_empty() -> None:
    assert decode_pages((b'{"items":null}', b"{}"), Node) == ([], [])


def test_a_page_that_is_no_json_costs_the_page() -> None:
    objects, notes = decode_pages((b"<html>", page(node("a"))), Node)

    assert ([found.name for found in objects], len(notes)) == (["a"], 1)


def test_a_page_that_is_no_list_leaves_a_note() -> None:
    _, notes = decode_pages((b"[1]",), Node)

    assert len(notes) == 1


def test_a_page_nested_too_deep_costs_the_page() -> None:
    deep = b'{"items":[{"metadata":{"name":"x"},"spec":{"taints":' + b"[" * 5000 + b"]" * 5000 + b"}}]}"

    assert len(decode_pages((deep,), Node)[1]) == 1
