from datetime import UTC, datetime

import pytest

from kubecfg_core.kinds.cluster import NAMESPACES
from kubecfg_core.kinds.meta import KubeObject, LabelSelector, LabelSelectorRequirement, ObjectMeta, OwnerReference
from kubecfg_core.resources import ReadState, Resource
from kubecfg_core.view import ClusterView, Reading

THINGS = Resource("example.com", "v1", "things", "Thing", KubeObject)
NOW = datetime(2024, 1, 1, tzinfo=UTC)


def thing(name: str, namespace: str = "a", owner: str = "", **labels: str) -> KubeObject:
    owners = (OwnerReference(uid=owner, controller=True),) if owner else ()
    return KubeObject(metadata=ObjectMeta(name=name, namespace=namespace, labels=labels, ownerReferences=owners))


def view(*things: KubeObject, state: ReadState = ReadState.LISTED, namespace: str | None = None) -> ClusterView:
    return ClusterView({THINGS: Reading(state=state, objects=things, reason="why")}, now=NOW, namespace=namespace)


def test_an_object_is_found_by_namespace_and_name() -> None:
    found = view(thing("x"), thing("x", "b")).get(THINGS, "b", "x")

    assert found is not None
    assert found.namespace == "b"


def test_an_object_that_was_listed_is_not_lacking() -> None:
    assert not view(thing("x")).lacks(THINGS, "a", "x")


@pytest.mark.parametrize("state", [ReadState.LISTED, ReadState.ABSENT])
def test_an_object_is_lacking_where_its_kind_was_read_in_full(state: ReadState) -> None:
    assert view(state=state).lacks(THINGS, "a", "x")


@pytest.mark.parametrize("state", [ReadState.PARTIAL, ReadState.FORBIDDEN, ReadState.UNREAD])
def test_an_object_is_not_called_lacking_where_its_kind_was_not_read_in_full(state: ReadState) -> None:
    assert not view(state=state).lacks(THINGS, "a", "x")


def test_an_object_of_a_namespace_that_was_not_read_is_not_called_lacking() -> None:
    assert not view(namespace="a").lacks(THINGS, "b", "x")


def test_a_kind_that_nobody_asked_for_is_unread() -> None:
    assert view().state(NAMESPACES) is ReadState.UNREAD


def test_objects_are_selected_by_labels_within_their_namespace() -> None:
    found = view(thing("x", app="web"), thing("y", app="api"), thing("z", "b", app="web")).selected(
        THINGS, "a", LabelSelector(matchLabels={"app": "web"})
    )

    assert [item.name for item in found] == ["x"]


def test_an_empty_selector_selects_everything_in_the_namespace() -> None:
    found = view(thing("x"), thing("y", "b")).selected(THINGS, "a", LabelSelector())

    assert [item.name for item in found] == ["x"]


@pytest.mark.parametrize(
    ("operator", "values", "expected"),
    [
        ("In", ("web",), ["x"]),
        ("NotIn", ("web",), ["y", "z"]),
        ("Exists", (), ["x", "y"]),
        ("DoesNotExist", (), ["z"]),
        ("Gt", ("1",), []),
    ],
)
def test_expressions_select_as_in_kubernetes(operator: str, values: tuple[str, ...], expected: list[str]) -> None:
    requirement = LabelSelectorRequirement(key="app", operator=operator, values=values)

    found = view(thing("x", app="web"), thing("y", app="api"), thing("z")).selected(
        THINGS, "a", LabelSelector(matchExpressions=(requirement,))
    )

    assert [item.name for item in found] == expected


def test_objects_are_found_by_their_controller() -> None:
    assert [item.name for item in view(thing("x", owner="u"), thing("y")).owned_by(THINGS, "u")] == ["x"]


def test_what_could_not_be_read_is_said_with_its_reason() -> None:
    gap = view(state=ReadState.FORBIDDEN).unreadable[0]

    assert (gap.resource, gap.state, gap.reason) == ("things.example.com", ReadState.FORBIDDEN, "why")


def test_an_absent_api_is_no_gap() -> None:
    assert view(state=ReadState.ABSENT).unreadable == []


def test_what_is_worked_out_once_is_kept() -> None:
    cluster = view()
    asked = []

    def work_out(of: ClusterView) -> int:
        asked.append(of)
        return len(asked)

    assert [cluster.once(work_out), cluster.once(work_out)] == [1, 1]


def test_a_view_that_forgets_keeps_nothing_that_was_worked_out_of_it() -> None:
    view = ClusterView({}, now=datetime(2026, 1, 1, tzinfo=UTC))
    first = view.once(_made)

    view.forget()

    assert view.once(_made) is not first


def _made(view: ClusterView) -> list[ClusterView]:
    return [view]
