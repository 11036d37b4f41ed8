"""Custom resources of kinds that only the cluster knows."""

from __future__ import annotations

from typing import Any

import pytest

from kubecfg_analyzers.machinery import customresources
from kubecfg_analyzers.machinery.customresources import ANALYZER
from kubecfg_core import ClusterView, Resource, Severity
from kubecfg_core.kinds.cluster import NODES
from kubecfg_core.kinds.machinery import DEFINITIONS, CustomObject
from kubecfg_core.testing import InMemoryCluster
from kubecfg_core.testing.views import NOON
from kubecfg_core.usecases import fetching
from tests.unit.kubecfg_analyzers.judging import Json, ago, codes, only, view_of

WIDGETS = Resource("example.com", "v1", "widgets", "Widget", CustomObject)
CONDITIONED = {"openAPIV3Schema": {"properties": {"status": {"properties": {"conditions": {"type": "array"}}}}}}


def version(name: str = "v1", *, served: bool = True, storage: bool = True, schema: Json = CONDITIONED) -> Json:
    return {"name": name, "served": served, "storage": storage, "schema": schema}


def definition(*versions: Json, established: str = "True", group: str = "example.com", kind: str = "Widget") -> Json:
    return {
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"widgets.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": "widgets", "kind": kind},
            "versions": list(versions or (version(),)),
        },
        "status": {"conditions": [{"type": "Established", "status": established}]},
    }


def told(kind: str, status: str, reason: str = "OutOfSprockets", minutes: float = 30, **more: Any) -> Json:
    since = ago(minutes=minutes)
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": "No sprocket",
        "lastTransitionTime": since,
        **more,
    }


def widget(*conditions: Json, status: Any = None, **metadata: Any) -> Json:
    whole = status if status is not None else {"conditions": list(conditions)}
    return {"kind": "Widget", "metadata": {"name": "left", "generation": 2, **metadata}, "status": whole}


def seen(*objects: Json) -> ClusterView:
    return view_of(definition(), *objects, kinds=[DEFINITIONS, WIDGETS, NODES])


@pytest.mark.parametrize(
    ("kind", "status"), [("Ready", "False"), ("Synced", "False"), ("Failed", "True"), ("Stalled", "True")]
)
def test_a_condition_that_says_that_something_is_wrong_is_told(kind: str, status: str) -> None:
    found = only(customresources.analyze, seen(widget(told(kind, status))))

    assert (found.code, found.kind, found.severity) == ("customresource.condition", "Widget", Severity.ERROR)
    assert (found.evidence["condition"], found.cause) == (kind, "No sprocket.")


@pytest.mark.parametrize(
    ("kind", "status"),
    [("Ready", "True"), ("Ready", "Unknown"), ("Failed", "False"), ("KernelDeadlock", "True"), ("Active", "False")],
)
def test_good_and_unknown_conditions_are_silent(kind: str, status: str) -> None:
    assert codes(customresources.analyze, seen(widget(told(kind, status)))) == []


def test_several_bad_conditions_of_an_object_are_one_finding() -> None:
    found = only(customresources.analyze, seen(widget(told("Stalled", "True"), told("Ready", "False"))))

    assert (found.evidence["condition"], found.cause) == ("Ready", "No sprocket. Also Stalled=True.")


@pytest.mark.parametrize(
    "condition",
    [
        told("Ready", "False", minutes=2),
        told("Ready", "False", observedGeneration=1),
        told("Ready", "False", "Suspended"),
        {"type": "Ready", "status": "False"},
    ],
    ids=["young", "older generation", "on purpose", "no time"],
)
def test_what_may_change_by_itself_or_is_meant_is_silent(condition: Json) -> None:
    assert codes(customresources.analyze, seen(widget(condition))) == []


def test_a_status_of_an_older_generation_is_silent() -> None:
    old = {"conditions": [told("Ready", "False")], "observedGeneration": 1}

    assert codes(customresources.analyze, seen(widget(status=old))) == []


def test_a_paused_object_is_silent() -> None:
    assert codes(customresources.analyze, seen(widget(told("Ready", "False"), told("Paused", "True")))) == []


def test_work_that_goes_on_for_long_is_a_warning() -> None:
    assert (
        only(customresources.analyze, seen(widget(told("Ready", "False", "InProgress")))).severity is Severity.WARNING
    )


def test_an_object_that_belongs_to_another_one_that_speaks_for_it_is_silent() -> None:
    owner = {"kind": "Widget", "name": "left", "uid": "Widget/left", "controller": True}
    part = widget(told("Ready", "False"), name="part", ownerReferences=[owner])

    found = only(customresources.analyze, seen(widget(told("Ready", "False")), part))

    assert found.name == "left"


@pytest.mark.parametrize(
    "status", ["Running", 3, [1], {"conditions": {"Ready": "False"}}, {"conditions": [1, None, {"type": 5}]}], ids=str
)
def test_a_status_of_any_other_form_is_silent(status: Any) -> None:
    assert codes(customresources.analyze, seen(widget(status=status))) == []


def test_an_object_that_does_not_go_is_told_with_its_finalizer() -> None:
    gone = widget(told("Ready", "False"), deletionTimestamp=ago(hours=2), finalizers=["example.com/keep"])

    found = only(customresources.analyze, seen(gone))

    assert (found.code, found.evidence["finalizer"]) == ("customresource.stuck_terminating", "example.com/keep")


def test_an_object_that_was_just_deleted_is_silent() -> None:
    gone = widget(told("Ready", "False"), deletionTimestamp=ago(minutes=2), finalizers=["example.com/keep"])

    assert codes(customresources.analyze, seen(gone)) == []


def kinds(*definitions: Json) -> list[str]:
    return [f"{each.api_version}/{each.plural}" for each in customresources.kinds(view_of(*definitions))]


def test_the_stored_version_is_read_or_else_the_first_that_is_served() -> None:
    old, new = version("v1beta1", storage=False), version("v1")

    assert kinds(definition(old, new)) == ["example.com/v1/widgets"]
    assert kinds(definition(old, version("v1", served=False))) == ["example.com/v1beta1/widgets"]


@pytest.mark.parametrize(
    "unread",
    [
        definition(established="False"),
        definition(version(served=False)),
        definition(version(schema={"openAPIV3Schema": {"properties": {"spec": {}}}})),
        definition(group="gateway.networking.k8s.io", kind="HTTPRoute"),
    ],
    ids=["not established", "not served", "no conditions", "has an analyzer"],
)
def test_a_kind_that_has_nothing_to_say_costs_no_request(unread: Json) -> None:
    assert kinds(unread) == []


async def test_the_kinds_of_the_cluster_are_read_and_judged() -> None:
    crd = {"apiVersion": "apiextensions.k8s.io/v1", **definition()}
    item = {"apiVersion": "example.com/v1", **widget(told("Ready", "False"), namespace="shop")}
    cluster = InMemoryCluster([crd, item])

    view, notes = await fetching.read(cluster, [ANALYZER], now=NOON, namespace=None)

    assert [(found.namespace, found.name) for found in ANALYZER.analyze(view)] == [("shop", "left")]
    assert (len(cluster.requests), notes) == (2, [])


@pytest.mark.parametrize(
    "spec",
    [{"paused": True}, {"suspend": True}, {"running": False}, {"runStrategy": "Halted"}, {"replicas": 0}],
    ids=lambda spec: next(iter(spec)),
)
def test_an_object_that_is_to_rest_is_silent(spec: Json) -> None:
    assert codes(customresources.analyze, seen({**widget(told("Ready", "False")), "spec": spec})) == []


@pytest.mark.parametrize("spec", [{"paused": "no"}, {"replicas": False}, {"replicas": "0"}, ["paused"], "paused", 0])
def test_a_spec_of_any_other_form_says_nothing_of_rest(spec: Any) -> None:
    assert codes(customresources.analyze, seen({**widget(told("Ready", "False")), "spec": spec})) == [
        "customresource.condition"
    ]
