import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubecfg_core.errors import InvalidInput, TooLarge
from kubecfg_kubernetes import read_document

LAUGHS = "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n"
HOSTILE = {
    "aliases": LAUGHS,
    "self-reference": "a: &a [*a]",
    "merge key": "a: &a {b: 1}\nc:\n  <<: *a\n",
    "depth": "[" * 5_000,
    "maps": "{a: " * 5_000,
    "nodes": "[" + "1," * 60_000 + "]",
    "a tag that makes an object": "!!python/object/apply:os.system ['id']",
    "a tag that calls": "a: !!python/name:os.system",
    "two documents": "a: 1\n---\nb: 2\n",
    "a control character": "a: \0",
    "half of a character": 'a: "\\ud800"',
    "half of a character as a key": '"\\udfff": a',
    "a list as a key": "? [a]\n: b\n",
    "broken": "a: [",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_yaml_is_refused_soon(kind: str) -> None:
    start = time.process_time()

    with pytest.raises(InvalidInput):
        read_document(HOSTILE[kind])

    assert time.process_time() - start < 5


def test_more_than_a_kubeconfig_may_have_is_refused_unread() -> None:
    with pytest.raises(TooLarge):
        read_document("a: " + "é" * (256 * 1024))


def test_what_is_wrong_is_told_without_what_was_sent() -> None:
    with pytest.raises(InvalidInput) as refused:
        read_document("token: hunter2: hunter2")

    assert "hunter2" not in refused.value.message
    assert refused.value.__cause__ is None


def test_yaml_and_json_are_read() -> None:
    assert read_document("a:\n- b: true\n  c: '007'\n") == {"a": [{"b": True, "c": "007"}]}
    assert read_document('{"a": [{"b": true, "c": "007"}]}') == {"a": [{"b": True, "c": "007"}]}


def test_ones_own_file_may_have_aliases() -> None:
    assert read_document("a: &a [x]\nb: *a\n", aliases=True) == {"a": ["x"], "b": ["x"]}


@given(st.text(max_size=200))
def test_any_text_is_a_document_or_refused(text: str) -> None:
    with suppress(InvalidInput, TooLarge):
        read_document(text)
