from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubecfg_analyzers.controllers import schedules

THURSDAY = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


def next_run(text: str, zone: str = "", after: datetime = THURSDAY) -> str:
    schedule = schedules.parse(text, zone)
    assert schedule is not None
    time = schedule.after(after)
    return f"{time:%Y-%m-%d %H:%M}" if time else ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("* * * * *", "2026-01-15 12:01"),
        ("*/15 * * * *", "2026-01-15 12:15"),
        ("7/20 * * * *", "2026-01-15 12:07"),
        ("0 3 * * *", "2026-01-16 03:00"),
        ("30 9-17/4 * * *", "2026-01-15 13:30"),
        ("0 0 1 * *", "2026-02-01 00:00"),
        ("0 0 31 * *", "2026-01-31 00:00"),
        ("0 0 29 2 *", "2028-02-29 00:00"),
        ("0 0 * * sun", "2026-01-18 00:00"),
        ("0 0 * * MON-WED", "2026-01-19 00:00"),
        ("5,35 12 * jan ?", "2026-01-15 12:05"),
        ("@hourly", "2026-01-15 13:00"),
        ("@weekly", "2026-01-18 00:00"),
        ("@yearly", "2027-01-01 00:00"),
        ("@every 1h30m", "2026-01-15 13:30"),
    ],
)
def test_the_next_run_of_a_schedule(text: str, expected: str) -> None:
    assert next_run(text) == expected


def test_a_day_or_a_weekday_is_enough_where_both_are_restricted() -> None:
    assert next_run("0 0 20 * fri") == "2026-01-16 00:00"


def test_a_day_and_a_weekday_are_needed_where_one_is_not_restricted() -> None:
    assert next_run("0 0 * * fri") == "2026-01-16 00:00"
    assert next_run("0 0 20 * *") == "2026-01-20 00:00"


@pytest.mark.parametrize("text", ["0 3 * * *", "TZ=Asia/Tokyo 0 3 * * *", "CRON_TZ=Asia/Tokyo 0 3 * * *"])
def test_a_schedule_is_read_in_its_time_zone(text: str) -> None:
    assert next_run(text, "" if "TZ" in text else "Asia/Tokyo") == "2026-01-15 18:00"


def test_a_day_on_which_the_clock_is_changed_has_its_run() -> None:
    before = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)

    assert next_run("0 3 * * *", "Europe/Berlin", before) == "2026-03-29 01:00"


@pytest.mark.parametrize(
    "text",
    [
        *("", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 7", "a * * * *"),
        *("*/0 * * * *", "5-1 * * * *", "@reboot", "@every x", "@every 0s", "- * * * *", "1e3 * * * *"),
        " " * 300,
        "@every " + "999999h" * 20,
    ],
)
def test_what_is_no_schedule_is_none(text: str) -> None:
    assert schedules.parse(text) is None


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "é", "Europe"])
def test_a_zone_that_is_not_known_gives_no_schedule(zone: str) -> None:
    assert schedules.parse("0 3 * * *", zone) is None


def test_a_schedule_that_no_day_meets_has_no_next_run() -> None:
    assert next_run("0 0 30 2 *") == ""


@pytest.mark.parametrize("year", [1, 9999])
def test_a_time_that_no_cluster_can_mean_has_no_next_run(year: int) -> None:
    assert next_run("* * * * *", after=datetime(year, 1, 1, tzinfo=UTC)) == ""


@given(
    st.tuples(*(st.sampled_from(["*", "*/2", "1", "2-5", "1,3"]) for _ in range(5))),
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - the zone is the next argument
)
def test_runs_come_one_after_the_other_and_on_whole_minutes(fields: tuple[str, ...], start: datetime) -> None:
    schedule = schedules.parse(" ".join(fields))
    assert schedule is not None
    times = [start]
    for _ in range(4):
        time = schedule.after(times[-1])
        assert time is not None
        times.append(time)

    assert all(earlier < later for earlier, later in pairwise(times))
    assert all(time.second == 0 and time.utcoffset() == timedelta() for time in times[1:])
