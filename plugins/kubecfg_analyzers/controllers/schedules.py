"""When a CronJob is to start: the schedule as its controller reads it (five fields, names, steps, `@daily`, zones)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_NAMED: Final = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_SECONDS: Final = {"h": 3600, "m": 60, "s": 1}
_LONGEST: Final = 200
_HORIZON: Final = 5 * 366
"""How many days ahead a run may be."""
_FIELDS: Final = 5


@dataclass(frozen=True, slots=True)
class Schedule:
    """The minutes, hours, days, months and weekdays (0 is Sunday) of a schedule, or the time between two runs.

    `either` says that both the days and the weekdays are restricted: one of them is enough then.
    """

    zone: tzinfo
    minutes: tuple[int, ...] = ()
    hours: tuple[int, ...] = ()
    days: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()
    either: bool = False
    every: timedelta | None = None

    def after(self, moment: datetime) -> datetime | None:
        """The first time after a moment (with a zone), in UTC; `None` where none comes within five years."""
        if not 1900 < moment.year < 9000:  # noqa: PLR2004 - beyond them is no time that a cluster can mean
            return None
        if self.every is not None:
            return moment.astimezone(UTC) + self.every
        return next((time for time in self._times(moment) if time > moment), None)

    def _times(self, moment: datetime) -> Iterator[datetime]:
        day = moment.astimezone(self.zone).date()
        last = day + timedelta(days=_HORIZON)
        while day < last:
            if day.month not in self.months:
                day = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
                continue
            if self._on(day):
                for hour in self.hours:
                    for minute in self.minutes:
                        local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=self.zone)
                        yield local.astimezone(UTC)
            day += timedelta(days=1)

    def _on(self, day: date) -> bool:
        """Whether a day of one of the months is one of the schedule's."""
        monthly, weekly = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return monthly or weekly if self.either else monthly and weekly


def parse(text: str, zone: str = "") -> Schedule | None:
    """The schedule; `None` for what is none, and for a time zone that this machine does not know.

    Without a zone it is UTC, as controller managers nearly always have it.
    """
    prefix = re.match(r"(?:CRON_)?TZ=(\S+)\s+", text)
    if prefix:
        zone, text = zone or prefix[1], text[prefix.end() :]
    place = _zone(zone)
    if place is None or len(text) > _LONGEST:
        return None
    if text.startswith("@every "):
        every = _duration(text.removeprefix("@every ").strip())
        return Schedule(place, every=every) if every else None
    fields = _NAMED.get(text.strip(), text).lower().split()
    if len(fields) != _FIELDS:
        return None
    try:
        return _of_fields(fields, place)
    except ValueError:
        return None


def _of_fields(fields: list[str], place: tzinfo) -> Schedule:
    minutes, hours = _values(fields[0], 0, 59), _values(fields[1], 0, 23)
    days, months = _values(fields[2], 1, 31), _values(fields[3], 1, 12, _MONTHS)
    weekdays = _values(fields[4], 0, 6, _DAYS)
    either = not _any(fields[2]) and not _any(fields[4])
    return Schedule(place, tuple(sorted(minutes)), tuple(sorted(hours)), days, months, weekdays, either)


def _any(field: str) -> bool:
    return any(part in ("*", "?", "*/1", "?/1") for part in field.split(","))


def _values(field: str, lowest: int, highest: int, names: tuple[str, ...] = ()) -> frozenset[int]:
    """The numbers that a field means. Raises `ValueError` for a field that means none."""
    found: set[int] = set()
    for part in field.split(","):
        span, slash, step = part.partition("/")
        first, dash, last = span.partition("-")
        if first in ("*", "?") and not dash:
            low, high = lowest, highest
        else:
            low = _number(first, lowest, names)
            high = _number(last, lowest, names) if dash else highest if slash else low
        stride = int(step) if slash else 1
        if not lowest <= low <= high <= highest or stride < 1:
            raise ValueError(field)
        found.update(range(low, high + 1, stride))
    return frozenset(found)


def _number(word: str, lowest: int, names: tuple[str, ...]) -> int:
    if word in names:
        return names.index(word) + lowest
    if not (word.isascii() and word.isdigit()):
        raise ValueError(word)
    return int(word)


def _zone(name: str) -> tzinfo | None:
    if not name:
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None  # a name that this machine has no data of


def _duration(text: str) -> timedelta | None:
    """`1h30m`, as Go writes it, in whole seconds."""
    if not re.fullmatch(r"(?:\d{1,6}[hms])+", text):
        return None
    seconds = sum(int(number) * _SECONDS[unit] for number, unit in re.findall(r"(\d+)([hms])", text))
    return timedelta(seconds=seconds) if 0 < seconds < _HORIZON * 86_400 else None
