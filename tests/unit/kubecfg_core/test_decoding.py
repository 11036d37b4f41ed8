import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubecfg_core.decoding import ListDecoder, decode_pages
from kubecfg_core.errors import TooLarge
from kubecfg_core.kinds.cluster import Node
from kubecfg_core.ports.list_sink import PageInfo


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


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 400_000), max_size=20))
def test_where_the_bytes_are_cut_on_their_way_does_not_matter(sizes: list[int]) -> None:
    names = [f"node-{number}" for number in range(20)]
    page, decoder = long_page([padded(name) for name in names]), ListDecoder(Node)

    decoder.begin()
    for size in [*sizes, len(page)]:
        decoder.take(page[:size])
        page = page[size:]
    decoder.end()

    assert ([found.name for found in decoder.objects[0]], decoder.notes) == (names, [])


def test_a_long_page_is_decoded_while_it_comes() -> None:
    decoder = ListDecoder(Node)

    decoder.begin()
    decoder.take(long_page([padded(f"node-{number}") for number in range(50)])[:-1000])

    assert len(decoder.objects[0]) > 40


def test_objects_that_begin_with_their_version_are_decoded_while_they_come_too() -> None:
    items: list[dict[str, object]] = [
        {"apiVersion": "v1", "kind": "Node", **padded(f"node-{number}")} for number in range(50)
    ]
    decoder = ListDecoder(Node)

    decoder.begin()
    decoder.take(long_page(items)[:-1000])

    assert len(decoder.objects[0]) > 40


def test_a_page_that_breaks_off_can_be_dropped() -> None:
    decoder = ListDecoder(Node)
    decoder.begin()
    decoder.take(page(node("kept")))
    decoder.end()

    decoder.begin()
    decoder.take(long_page([padded(f"node-{number}") for number in range(50)])[:-1000])
    decoder.drop()

    assert [found.name for found in decoder.objects[0]] == ["kept"]


def test_the_end_of_a_page_tells_where_the_list_goes_on() -> None:
    decoder = ListDecoder(Node)
    decoder.begin()
    decoder.take(long_page([padded(f"node-{number}") for number in range(50)]))

    assert decoder.end() == PageInfo(kind="NodeList", token="x")


@pytest.mark.parametrize("start", ['{"kind":"NodeList","items":[{}', '{"items": [{}', "["])
def test_what_comes_without_an_end_in_sight_is_not_gathered(start: str) -> None:
    decoder = ListDecoder(Node)
    decoder.begin()
    decoder.take(start.encode())
    for _ in range(31):
        decoder.take(b",{}" * 349_525)

    with pytest.raises(TooLarge, match="32 MiB"):
        decoder.take(b",{}" * 1_000_000)


def test_what_is_there_as_a_whole_is_taken_as_a_whole() -> None:
    page = json.dumps({"items": [padded("a" * 100)]}) + " " * 34_000_000

    assert [found.name for found in decode_pages((page.encode(),), Node)[0]] == ["a" * 100]
