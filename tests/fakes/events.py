"""Events as tests need them."""

from datetime import UTC, datetime

from kubecfg_core.events import Event


def event(number: int, type_: str = "cluster.onboarded") -> Event:
    return Event(
        id=f"event-{number}",
        type=type_,
        subject="clusters/1",
        time=datetime(2026, 1, 15, 12, 0, tzinfo=UTC),
        data={"cluster_name": "café", "tags": ["a"], "nothing": None, "number": number},
    )
