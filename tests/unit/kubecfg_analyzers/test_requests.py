"""What a pod asks for, against a model that lives through the pod's start moment by moment."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubecfg_analyzers.pods import requests
from kubecfg_core.kinds.pods import Container, PodSpec, Resources

NAMES = ("cpu", "memory", "example.com/gpu")


def container(name: str, *, sidecar: bool = False, **amounts: str) -> Container:
    return Container(name=name, resources=Resources(requests=dict(amounts)), restartPolicy="Always" if sidecar else "")


def lived_through(spec: PodSpec) -> dict[str, Decimal]:
    """The most that runs at any moment: each init container alone but for the sidecars, then everything that stays."""
    staying: list[Container] = []
    moments: list[list[Container]] = []
    for item in spec.initContainers:
        moments.append([*staying, item])
        if item.restartPolicy == "Always":
            staying.append(item)
    moments.append([*staying, *spec.containers])
    peaks = {}
    for name in NAMES:
        sums = [sum(Decimal(item.resources.requests.get(name, "0")) for item in moment) for moment in moments]
        peaks[name] = max(sums) + Decimal(spec.overhead.get(name, "0"))
    return {name: Decimal(peak) for name, peak in peaks.items() if peak}


def containers(*, sidecars: bool) -> st.SearchStrategy[tuple[Container, ...]]:
    amounts = st.dictionaries(st.sampled_from(NAMES), st.integers(1, 9).map(str))
    kinds = st.sampled_from([False, True] if sidecars else [False])
    made = st.builds(
        lambda amount, kind: Container(
            name="c", resources=Resources(requests=amount), restartPolicy="Always" if kind else ""
        ),
        amounts,
        kinds,
    )
    return st.lists(made, max_size=5).map(tuple)


@given(
    containers(sidecars=True),
    containers(sidecars=False),
    st.dictionaries(st.sampled_from(NAMES[:2]), st.integers(1, 3).map(str)),
)
def test_the_request_is_the_most_that_ever_runs_at_once(
    init: tuple[Container, ...], main: tuple[Container, ...], overhead: dict[str, str]
) -> None:
    spec = PodSpec(initContainers=init, containers=main, overhead=dict(overhead))

    assert requests.asked(spec) == lived_through(spec) | {"pods": Decimal(1)}


def test_the_overhead_comes_on_top() -> None:
    spec = PodSpec(containers=(container("app", cpu="1"),), overhead={"cpu": "250m"})

    assert requests.asked(spec)["cpu"] == Decimal("1.25")


def test_a_sidecar_counts_beside_the_init_containers_after_it_alone() -> None:
    before = (container("first", cpu="3"), container("proxy", sidecar=True, cpu="1"), container("last", cpu="1"))

    assert requests.asked(PodSpec(initContainers=before, containers=(container("app", cpu="1"),)))["cpu"] == 3


def test_what_is_asked_for_the_pod_as_a_whole_stands_in_for_its_containers() -> None:
    spec = PodSpec(containers=(container("app", cpu="1", memory="1Gi"),), resources=Resources(requests={"cpu": "4"}))

    assert requests.asked(spec) == {"cpu": Decimal(4), "memory": Decimal(2**30), "pods": Decimal(1)}


def test_a_limit_without_a_request_is_a_request() -> None:
    assert requests.of(Container(resources=Resources(limits={"cpu": "2"}, requests={"memory": "1"}))) == {
        "cpu": Decimal(2),
        "memory": Decimal(1),
    }


@pytest.mark.parametrize("odd", ["", "much", "-1", "1e9999", "0"])
def test_what_is_no_amount_counts_as_nothing(odd: str) -> None:
    assert requests.asked(PodSpec(containers=(container("app", cpu=odd),))) == {"pods": Decimal(1)}
