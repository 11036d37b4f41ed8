from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubecfg_core.plaintext import LINK_LEFT_OUT, plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see https://evil.example/?q=secret now", f"see {LINK_LEFT_OUT} now"),
        ("see www.evil.example", f"see {LINK_LEFT_OUT}"),
        ("see javascript:alert(1)", f"see {LINK_LEFT_OUT}"),
        ("see data:text/html;base64,PHN", f"see {LINK_LEFT_OUT}"),
        ("<b>bold</b> <p>text</p><br/>", "bold text"),
        ("<custom-element onload='x=1'>x", "x"),
        ("before <!-- <img src=x> --> after", "before  after"),
        ("s\u00adplit\U000e0041", "split"),
        ("an <img src='https://evil.example/?d=", f"an img src='{LINK_LEFT_OUT}"),
        ("an <a/", "an a/"),
        ("port 8080 of api:http, image nginx:1.27", "port 8080 of api:http, image nginx:1.27"),
        ("5 < 7 and 9 > 8, use <name>", "5 < 7 and 9 > 8, use <name>"),
    ],
)
def test_what_a_page_would_fetch_or_link_is_taken_out(text: str, shown: str) -> None:
    assert plain(text, 500) == shown


@given(st.text(alphabet="[]()<>!ahtps:/.img =\"'-w\n", max_size=300))
def test_no_text_makes_a_link_an_image_or_a_tag(text: str) -> None:
    shown = plain(text, 500)

    assert not re.search(r"!?\[[^\[\]]*\]\([^()]*\)|https?://\S|<img[\s>/]|<a[\s>/]", shown)


def test_markup_in_markup_without_end_costs_little_and_is_taken_apart() -> None:
    start = time.monotonic()
    shown = plain("[" * 5000 + "a" + "](x)" * 5000, 5000)

    assert time.monotonic() - start < 5
    assert "](" not in shown
