"""What is passed over to be fast is what the checks find nothing in."""

from typing import Any

import pytest

from kubecfg_analyzers import pods
from kubecfg_analyzers.events import Warnings
from kubecfg_analyzers.pods import fleet
from kubecfg_analyzers.pods.case import Case
from kubecfg_core import ClusterView
from kubecfg_core.kinds.pods import PODS
from tests.unit.kubecfg_analyzers import recorded
from tests.unit.kubecfg_analyzers.judging import ago, codes, ended, owned, pod, running, view_of


def spec(**container: Any) -> dict[str, Any]:
    return {"containers": [{"name": "app", **container}], "nodeName": "node-1"}


def two(first: dict[str, Any], second: dict[str, Any]) -> ClusterView:
    """Two serving pods of one ReplicaSet."""
    owner = owned("ReplicaSet", "web")
    return view_of(pod(name="web-1", spec=first, **owner), pod(name="web-2", spec=second, **owner))


def test_a_pod_that_asks_for_more_than_its_sibling_is_looked_at() -> None:
    wants = spec(envFrom=[{"configMapRef": {"name": "absent"}}])

    assert codes(pods.analyze, two(spec(), wants)) == ["pod.missing_configmap"]


def test_a_volume_that_its_sibling_does_not_have_is_looked_at() -> None:
    has = [{"name": "v", "configMap": {"name": "absent"}}]

    assert codes(pods.analyze, two(spec(), {**spec(), "volumes": has})) == ["pod.missing_configmap"]


def test_siblings_with_the_same_fault_are_all_told_of() -> None:
    wants = spec(envFrom=[{"configMapRef": {"name": "absent"}}])

    assert codes(pods.analyze, two(wants, wants)) == ["pod.missing_configmap"] * 2


@pytest.mark.parametrize(
    "status",
    [
        running(restartCount=1),
        running(lastState=ended(137, "OOMKilled")),
        running(ready=False),
        {"ready": True, "state": {}},
    ],
    ids=["restarted", "killed", "not ready", "not running"],
)
def test_a_container_that_is_not_steady_is_looked_at(status: dict[str, Any]) -> None:
    view = view_of(pod(status))

    assert not fleet.serves(view.all(PODS)[0])


def test_a_pod_on_a_node_that_is_gone_is_looked_at() -> None:
    view = view_of(pod(spec={"nodeName": "gone"}))

    assert codes(pods.analyze, view) == ["pod.node_lost"]


def test_a_pod_that_is_being_deleted_is_looked_at() -> None:
    view = view_of(pod(deletionTimestamp=ago(hours=1)))

    assert not fleet.serves(view.all(PODS)[0])


def test_a_serving_pod_needs_no_look() -> None:
    view = view_of(pod())

    assert fleet.serves(view.all(PODS)[0])


def test_what_is_found_on_the_recordings_is_the_same_as_by_looking_at_every_pod() -> None:
    view = recorded.cluster()
    warnings = Warnings(view)
    every = [finding for item in view.all(PODS) for finding in pods._judge(Case.of(view, warnings, item))]

    assert sorted(pods.analyze(view), key=repr) == sorted(every, key=repr)


def test_siblings_that_wait_for_the_same_share_an_explanation_under_their_own_names() -> None:
    waiting = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
    message = "0/1 nodes are available: 1 Insufficient cpu."
    asks = {"resources": {"requests": {"cpu": "64"}}}
    siblings = [
        pod(
            {"state": {}},
            name=name,
            phase="Pending",
            container=asks,
            spec={"nodeName": ""},
            conditions=[{**waiting, "message": message}],
            **owned("ReplicaSet", "web"),
        )
        for name in ("web-1", "web-2")
    ]

    one, other = pods.analyze(view_of(*siblings))

    assert (one.name, other.name, one.text, one.cause) == ("web-1", "web-2", other.text, other.cause)
    assert ("web-1" in one.sensitive, "web-1" in other.sensitive, "web-2" in other.sensitive) == (True, False, True)
