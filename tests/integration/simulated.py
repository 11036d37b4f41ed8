"""The recorded cluster, served: shared by the tests of the simulator."""

from __future__ import annotations

import datetime as dt
import functools
import json
from pathlib import Path
from typing import Any

from kubecfg_demo import Running, Simulator, objects_of_recordings

RECORDINGS = Path(__file__).parents[1] / "data" / "recordings"
# Shortly after the last recorded change, when the recorded tables were asked for.
RECORDED_AT = dt.datetime(2026, 11, 23, 2, 33, 0, tzinfo=dt.UTC)


@functools.cache
def recording(kind: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((RECORDINGS / kind / f"{name}.json").read_text())
    return found


def names(kind: str) -> list[str]:
    return sorted(path.stem for path in (RECORDINGS / kind).glob("*.json"))


def recorded_simulator(**options: Any) -> Simulator:
    lists = [recording("http", name) for name in names("http") if name.startswith("list-")]
    return Simulator(objects_of_recordings(lists), **options)


def add_recorded_users(running: Running) -> None:
    running.add_token("lab-admin-token", user="admin", groups=("system:masters",))
    running.add_token("lab-nobody-token", user="nobody", allow=())
