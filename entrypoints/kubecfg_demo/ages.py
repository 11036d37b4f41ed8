"""Times as kubectl shows them: RFC 3339 in, `53s`, `4m10s`, `3d4h` out."""

from __future__ import annotations

import datetime as dt

_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86400, 365 * 86400


def parsed(text: str | None) -> dt.datetime | None:
    """The moment a timestamp names, or None for an empty or malformed one."""
    try:
        return dt.datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def age(text: str | None, now: dt.datetime) -> str:
    """How long ago, for people; `<unknown>` without a time."""
    moment = parsed(text)
    return "<unknown>" if moment is None else human_duration(int((now - moment).total_seconds()))


def human_duration(seconds: int) -> str:
    """A duration in seconds with at most two units, the steps of apimachinery's HumanDuration."""
    if seconds < 0:
        return "<invalid>" if seconds < -1 else "0s"
    for limit, unit, small, letters in (
        (2 * _MINUTE, 1, 0, "s"),
        (10 * _MINUTE, _MINUTE, 1, "ms"),
        (3 * _HOUR, _MINUTE, 0, "m"),
        (8 * _HOUR, _HOUR, _MINUTE, "hm"),
        (2 * _DAY, _HOUR, 0, "h"),
        (8 * _DAY, _DAY, _HOUR, "dh"),
        (2 * _YEAR, _DAY, 0, "d"),
        (8 * _YEAR, _YEAR, _DAY, "yd"),
    ):
        if seconds < limit:
            rest = seconds % unit // small if small else 0
            return f"{seconds // unit}{letters[0]}" + (f"{rest}{letters[1]}" if rest else "")
    return f"{seconds // _YEAR}y"
