"""Whose clock counts."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from kubecfg_core import Analyzer
from kubecfg_core.kinds.cluster import NAMESPACES
from kubecfg_core.skew import judged_by
from kubecfg_core.testing import FakeClock, InMemoryCluster
from kubecfg_core.testing.views import NOON
from kubecfg_core.usecases import analysis, fetching

HOUR = timedelta(hours=1)
AGES = Analyzer(name="ages", reads=(NAMESPACES,), analyze=lambda _: ())


@pytest.mark.parametrize("served", [[], [None], [NOON], [NOON - timedelta(seconds=1), NOON + timedelta(seconds=4)]])
def test_without_a_difference_our_own_clock_counts(served: list[datetime | None]) -> None:
    assert judged_by(NOON, served) == (NOON, [])


def test_a_small_difference_is_obeyed_in_silence() -> None:
    assert judged_by(NOON, [NOON + timedelta(seconds=30)]) == (NOON + timedelta(seconds=30), [])


@pytest.mark.parametrize(
    ("apart", "words"),
    [(HOUR, "60 minutes ahead of"), (-HOUR, "60 minutes behind"), (timedelta(seconds=61), "1 minute ahead of")],
)
def test_a_large_difference_is_noted(apart: timedelta, words: str) -> None:
    now, notes = judged_by(NOON, [None, NOON + apart])

    assert now == NOON + apart
    assert notes == [f"The clock of the cluster is {words} ours: ages are judged by the cluster's."]


async def test_ages_are_judged_by_the_clock_of_the_cluster() -> None:
    cluster = InMemoryCluster()
    cluster.served_at = NOON + HOUR

    view, notes = await fetching.read(cluster, [AGES], now=NOON, namespace=None)

    assert (view.now, len(notes)) == (NOON + HOUR, 1)


async def test_an_analysis_was_taken_at_our_time() -> None:
    cluster = InMemoryCluster()
    cluster.served_at = NOON + HOUR

    assert (await analysis.analyze(cluster, [AGES], clock=FakeClock(NOON))).taken_at == NOON
