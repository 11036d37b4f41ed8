from __future__ import annotations

import datetime as dt

import pytest

from kubecfg_demo.ages import age, human_duration


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-5, "<invalid>"),
        (-1, "0s"),
        (119, "119s"),
        (120, "2m"),
        (353, "5m53s"),
        (600, "10m"),
        (10799, "179m"),
        (3 * 3600 + 60, "3h1m"),
        (8 * 3600 + 60, "8h"),
        (49 * 3600, "2d1h"),
        (9 * 86400, "9d"),
        (800 * 86400, "2y70d"),
        (4000 * 86400, "10y"),
    ],
)
def test_a_duration_is_shown_as_kubectl_shows_it(seconds: int, shown: str) -> None:
    assert human_duration(seconds) == shown


@pytest.mark.parametrize("text", [None, "", "yesterday"])
def test_no_time_is_unknown(text: str | None) -> None:
    assert age(text, dt.datetime.now(dt.UTC)) == "<unknown>"
