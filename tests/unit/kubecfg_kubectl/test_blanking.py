import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubecfg_kubectl.blanking import accept, blanked

CONTENT = "aHVudGVyMg=="
APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
SECRET = {
    "kind": "Secret",
    "metadata": {"name": "a", "annotations": {APPLIED: f'{{"data":{{"k":"{CONTENT}"}}}}', "other": "x"}},
    "type": "Opaque",
    "data": {"k": CONTENT},
    "stringData": {"l": CONTENT},
}


def shown(answer: Any) -> Any:
    body = blanked(json.dumps(answer).encode())
    assert body is not None
    return json.loads(body)


def test_of_a_secret_name_type_and_keys_stay() -> None:
    assert shown(SECRET) == {
        "kind": "Secret",
        "metadata": {"name": "a", "annotations": {"other": "x"}},
        "type": "Opaque",
        "data": {"k": ""},
        "stringData": {"l": ""},
    }


@pytest.mark.parametrize(
    "answer",
    [
        {"kind": "SecretList", "items": [SECRET, SECRET]},
        {"kind": "Table", "rows": [{"cells": ["a", "Opaque", 1], "object": SECRET}]},
        {"kind": "Secret", "data": CONTENT},
        {"kind": "Secret", "data": [CONTENT]},
    ],
)
def test_no_content_stays_in_any_shape(answer: Any) -> None:
    assert CONTENT not in json.dumps(shown(answer))


@pytest.mark.parametrize(
    "answer",
    [
        {"kind": "Status", "reason": "NotFound", "message": "no"},
        {"kind": "Table", "rows": [{"cells": ["a"], "object": {"kind": "PartialObjectMetadata", "metadata": {}}}]},
        {"kind": "SecretList", "items": None, "metadata": {"resourceVersion": "1"}},
        {"kind": "Secret", "data": None, "metadata": {"name": "a"}},
    ],
)
def test_what_has_no_content_stays_as_it_is(answer: Any) -> None:
    assert shown(answer) == answer


@pytest.mark.parametrize("body", [b"", b"k8s\x00\n", b"[]", b'"x"', b"{", b"[" * 100_000])
def test_what_cannot_be_read_is_not_passed_on(body: bytes) -> None:
    assert blanked(body) is None


@given(st.binary())
def test_anything_can_be_tried(body: bytes) -> None:
    blanked(body)


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("application/vnd.kubernetes.protobuf,application/json", "application/json"),
        ("application/vnd.kubernetes.protobuf", "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        (
            "application/json;as=Table;v=v1;g=meta.k8s.io, application/json",
            "application/json;as=Table;v=v1;g=meta.k8s.io,application/json",
        ),
    ],
)
def test_json_alone_is_asked_for(asked: str, sent: str) -> None:
    assert accept(asked, watching=False) == sent


def test_of_a_stream_metadata_alone_is_asked_for() -> None:
    assert "as=PartialObjectMetadata" in accept("application/json", watching=True)
