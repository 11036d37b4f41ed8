from __future__ import annotations

import pytest

from kubecfg_core.kinds.cluster import NODES
from kubecfg_core.kinds.config import SECRETS
from kubecfg_core.kinds.pods import PODS
from kubecfg_core.resources import ReadState
from kubecfg_core.testing.views import NOON, view_of

POD = {"kind": "Pod", "metadata": {"name": "web"}}


def test_an_object_is_in_the_view_in_the_default_namespace() -> None:
    found = view_of(POD).get(PODS, "default", "web")

    assert found is not None
    assert found.metadata.uid == "Pod/web"


def test_what_is_not_given_does_not_exist() -> None:
    assert view_of(POD).lacks(SECRETS, "default", "any")


def test_what_is_forbidden_cannot_be_told() -> None:
    view = view_of(POD, forbidden=[SECRETS])

    assert view.state(SECRETS) is ReadState.FORBIDDEN
    assert not view.lacks(SECRETS, "default", "any")


def test_an_absent_kind_has_no_objects() -> None:
    assert view_of(absent=[SECRETS]).lacks(SECRETS, "default", "any")


def test_an_object_of_the_whole_cluster_has_no_namespace() -> None:
    assert view_of({"kind": "Node", "metadata": {"name": "node-1"}}).get(NODES, "", "node-1") is not None


def test_a_view_is_taken_at_noon_unless_told_otherwise() -> None:
    assert view_of().now == NOON


def test_an_object_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="Widget"):
        view_of({"kind": "Widget", "metadata": {"name": "w"}})


def test_an_object_that_cannot_be_decoded_is_refused() -> None:
    with pytest.raises(ValueError, match="default/web"):
        view_of({**POD, "spec": 7})
