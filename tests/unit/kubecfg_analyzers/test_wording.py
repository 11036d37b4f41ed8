from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from kubecfg_analyzers import quantities, report
from kubecfg_core.testing.views import NOON


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (5, "less than a minute"),
        (60, "1 minute"),
        (7199, "1 hour"),
        (7200, "2 hours"),
        (200_000, "2 days"),
        (-120, "2 minutes"),
    ],
)
def test_a_span_of_time_is_told_in_its_largest_unit(seconds: int, words: str) -> None:
    assert report.span(timedelta(seconds=seconds)) == words


def test_an_unknown_span_is_some_time() -> None:
    assert report.span_since(NOON, None) == "some time"


def test_a_time_without_a_zone_is_utc() -> None:
    naive = NOON.replace(tzinfo=None) - timedelta(minutes=5)

    assert report.minutes(NOON, naive) == 5


def test_what_is_not_known_is_not_older_than_anything() -> None:
    assert not report.older(NOON, None, timedelta())


def test_a_time_of_the_future_is_no_negative_number_of_minutes() -> None:
    assert report.minutes(NOON, datetime(2030, 1, 1, tzinfo=UTC)) == 0


def test_a_message_is_put_on_one_line_and_bounded() -> None:
    clipped = report.clip("a\nb\t c " + "x" * 1000)

    assert clipped.startswith("a b c x")
    assert len(clipped) == 300


@pytest.mark.parametrize(("message", "ended"), [("it failed", "it failed."), ("why?", "why?"), ("", "")])
def test_a_message_ends_like_a_sentence(message: str, ended: str) -> None:
    assert report.sentence(message) == ended


def test_a_long_list_is_cut_short() -> None:
    assert report.listed("abcdefg") == "a, b, c, d, e and 2 more"


def test_the_nearest_name_is_similar_or_none_at_all() -> None:
    names = ["pay-credentials", "database"]

    assert [report.nearest(name, names) for name in ("pay-credential", "zebra")] == ["pay-credentials", ""]


@pytest.mark.parametrize(
    ("amount", "resource", "shown"),
    [
        ("0.25", "cpu", "250m"),
        ("500", "cpu", "500"),
        ("134217728", "memory", "128Mi"),
        ("1000", "memory", "1000"),
        ("1073741824", "ephemeral-storage", "1Gi"),
        ("2", "nvidia.com/gpu", "2"),
    ],
)
def test_an_amount_is_shown_as_people_write_it(amount: str, resource: str, shown: str) -> None:
    assert quantities.show(Decimal(amount), resource) == shown


@pytest.mark.parametrize("quantity", [None, "", "much", "0", "-1Gi", "1e9999"])
def test_what_is_no_useful_amount_is_none(quantity: str | None) -> None:
    assert quantities.amount_of(quantity) is None


def test_a_doubled_quantity_is_in_the_same_unit() -> None:
    assert quantities.doubled("1536Mi") == "3Gi"
