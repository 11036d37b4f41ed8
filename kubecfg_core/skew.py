"""Whose clock counts: ages are judged by that of the cluster, which wrote the times, where it is told."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

UNHEARD: Final = timedelta(seconds=5)
"""What a request may take, and what is lost as answers tell whole seconds: no difference of clocks."""
NOTED: Final = timedelta(minutes=1)


def judged_by(now: datetime, served: Iterable[datetime | None]) -> tuple[datetime, list[str]]:
    """The time to judge ages by, and a note where it is not ours.

    `now` is our time before the lists were asked for, `served` when the cluster says that it answered each of them.
    """
    told = [at for at in served if at is not None]
    theirs = min(told, default=now)
    apart = theirs - now
    if abs(apart) <= UNHEARD:
        return now, []
    if abs(apart) < NOTED:
        return theirs, []
    words = "ahead of" if apart > timedelta() else "behind"
    minutes = round(abs(apart) / timedelta(minutes=1))
    length = f"{minutes} minute{'' if minutes == 1 else 's'}"
    return theirs, [f"The clock of the cluster is {length} {words} ours: ages are judged by the cluster's."]
