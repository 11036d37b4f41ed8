import gzip
import os

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubecfg_kubernetes.inflating import inflater


def inflated(body: bytes, encoding: str, *cuts: int) -> bytes:
    inflate, found = inflater(encoding), b""
    for size in [*cuts, len(body)]:
        found += b"".join(inflate.pieces(body[:size]))
        body = body[size:]
    inflate.end()
    return found


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=5000), st.integers(1, 400), st.lists(st.integers(1, 300), max_size=20))
def test_what_was_compressed_comes_out_however_it_is_cut(data: bytes, times: int, cuts: list[int]) -> None:
    assert inflated(gzip.compress(data * times), "gzip", *cuts) == data * times


def test_no_piece_is_long() -> None:
    pieces = list(inflater("gzip").pieces(gzip.compress(bytes(10_000_000))))

    assert (max(map(len, pieces)), sum(map(len, pieces))) == (512 * 1024, 10_000_000)


def test_a_long_plain_chunk_is_cut_too() -> None:
    data = os.urandom(1_000_000)

    assert (inflated(data, ""), max(map(len, inflater("").pieces(data)))) == (data, 512 * 1024)


def test_members_one_after_another_are_one_body() -> None:
    assert inflated(gzip.compress(b"one ") + gzip.compress(b"two"), "gzip") == b"one two"


def test_an_empty_body_is_empty() -> None:
    assert inflated(b"", "gzip") == b""


@pytest.mark.parametrize("body", [b"no gzip at all", gzip.compress(os.urandom(1000))[:-20]], ids=["another", "cut off"])
def test_a_body_that_is_not_as_its_header_says_is_refused(body: bytes) -> None:
    with pytest.raises(aiohttp.ClientPayloadError):
        inflated(body, "gzip")


def test_an_encoding_that_was_not_asked_for_is_refused() -> None:
    with pytest.raises(aiohttp.ClientPayloadError):
        inflater("br")
