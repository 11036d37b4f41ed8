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


def long_page(items: list[dict[str, object]], head: str = '{"kind":"NodeList","metadata":{"continue":"x"},') -> bytes:
    """A page as API servers write it: without spaces, the metadata of an object first."""
    return f'{head}"items":{json.dumps(items, separators=(",", ":"))}}}\n'.encode()


def padded(name: str, **more: object) -> dict[str, object]:
    return {"metadata": {"name": name, "annotations": {"padding": "x" * 100_000}}, **more}


def test_a_long_page_gives_every_object_once_and_in_order() -> None:
    names = [f"node-{number}" for number in range(70)]

    objects, notes = decode_pages((long_page([padded(name) for name in names]),), Node)

    assert ([found.name for found in objects], notes) == (names, [])


def test_an_odd_object_in_a_long_page_costs_only_itself() -> None:
    items = [padded(f"node-{number}") for number in range(70)]
    items[40] = padded("odd", spec=7)

    objects, notes = decode_pages((long_page(items),), Node)

    assert (len(objects), len(notes)) == (69, 1)


def test_objects_within_objects_do_not_mislead_where_a_long_page_is_cut() -> None:
    inner = [{"metadata": {"name": f"inner-{number}", "annotations": {"x": "y" * 50_000}}} for number in range(80)]
    items = [padded("first", templates=inner), padded("second", templates=inner)]

    objects, _ = decode_pages((long_page(items),), Node)

    assert [found.name for found in objects] == ["first", "second"]


def test_text_that_looks_like_the_end_of_an_object_is_text() -> None:
    text = '},{"metadata":{"name":"forged"}}]}' * 1000
    items: list[dict[str, object]] = [
        {"metadata": {"name": f"n{number}", "annotations": {"a": text}}} for number in range(100)
    ]

    objects, _ = decode_pages((long_page(items),), Node)

    assert len(objects) == 100


def test_a_long_page_with_its_kind_at_the_end_is_read_too() -> None:
    page = long_page([padded(f"node-{number}") for number in range(50)], head="{")[:-2] + b',"kind":"NodeList"}'

    assert len(decode_pages((page,), Node)[0]) == 50


def test_a_long_page_that_is_cut_off_leaves_a_note() -> None:
    page = long_page([padded(f"node-{number}") for number in range(50)])

    assert len(decode_pages((page[:-100],), Node)[1]) == 1
