"""Which change broke it: told only where it is certain, and without what may be secret."""

from __future__ import annotations

from typing import Any

import pytest

from kubecfg_core.problems import Finding, Severity
from kubecfg_core.rollouts import with_change
from kubecfg_core.testing.views import view_of
from kubecfg_core.view import ClusterView

OLD: dict[str, Any] = {"name": "app", "image": "shop/api:1", "env": [{"name": "MODE", "value": "calm"}]}


def _owners(kind: str, name: str) -> dict[str, Any]:
    return {"ownerReferences": [{"kind": kind, "name": name, "uid": f"{kind}/{name}", "controller": True}]}


def _revision(number: int, containers: Any, available: int) -> dict[str, Any]:
    return {
        "kind": "ReplicaSet",
        "metadata": {
            "name": f"api-{number}",
            "annotations": {"deployment.kubernetes.io/revision": str(number)},
            **_owners("Deployment", "api"),
        },
        "spec": {"template": {"spec": {"containers": containers}}},
        "status": {"availableReplicas": available},
    }


def cluster(new: Any, *, old: Any = None, serving: int = 2, maker: str = "api-2") -> ClusterView:
    return view_of(
        {"kind": "Deployment", "metadata": {"name": "api"}},
        _revision(1, [old or OLD], serving),
        _revision(2, new, 0),
        {"kind": "Pod", "metadata": {"name": "api-x", **_owners("ReplicaSet", maker)}},
    )


def told(view: ClusterView) -> Finding:
    finding = Finding(
        code="pod.crashloop",
        kind="Pod",
        name="api-x",
        namespace="default",
        text="It crashes.",
        severity=Severity.ERROR,
        parent="Deployment/api",
    )
    return with_change(finding, [finding], view)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"image": "shop/api:2"}, "image of app from shop/api:1 to shop/api:2"),
        ({"env": [{"name": "MODE", "value": "wild"}]}, "variable MODE of app"),
        ({"env": []}, "variable MODE of app"),
        ({"args": ["--fast"]}, "args of app"),
        ({"resources": {"limits": {"memory": "1Mi"}}}, "resources of app"),
        ({"readinessProbe": {"httpGet": {"port": 1}}}, "readinessProbe of app"),
        ({"name": "other"}, "container app is gone, container other is new"),
    ],
)
def test_the_fields_that_differ_are_named(change: dict[str, Any], words: str) -> None:
    assert told(cluster([OLD | change])).evidence["changed"] == words


def test_the_revision_to_go_back_to_is_the_one_that_serves() -> None:
    assert told(cluster([OLD | {"image": "shop/api:2"}])).evidence["rollback_revision"] == 1


def test_values_are_not_told() -> None:
    change = {"env": [{"name": "PASSWORD", "value": "hunter2"}], "args": ["--token=hunter2"]}

    assert "hunter2" not in str(told(cluster([OLD | change])))


def test_images_are_sensitive_words() -> None:
    assert {"shop/api:1", "shop/api:2"} <= set(told(cluster([OLD | {"image": "shop/api:2"}])).sensitive)


@pytest.mark.parametrize(
    "view",
    [
        cluster([OLD]),
        cluster([OLD | {"image": "b"}], serving=0),
        cluster([OLD | {"image": "b"}], maker="api-1"),
        view_of(),
    ],
    ids=["nothing differs", "the older one does not serve", "a pod of the older one fails", "nothing was read"],
)
def test_without_certainty_no_change_is_told(view: ClusterView) -> None:
    assert "changed" not in told(view).evidence


@pytest.mark.parametrize("odd", [None, {}, "x", [None], [{"name": None}], [{"env": 3, "name": "app"}]])
def test_an_odd_template_does_not_raise(odd: Any) -> None:
    assert told(cluster(odd)).code == "pod.crashloop"


def test_many_changes_are_counted() -> None:
    variables = [{"name": f"V{number}", "value": "1"} for number in range(20)]

    changed = str(told(cluster([OLD | {"env": [*OLD["env"], *variables]}])).evidence["changed"])

    assert changed.endswith("variable V7 of app and 12 more")


def test_a_deployment_of_one_revision_is_known_to_have_nothing_to_go_back_to() -> None:
    alone = view_of({"kind": "Deployment", "metadata": {"name": "api"}}, _revision(1, [OLD], 0))

    assert told(alone).evidence == {"only_revision": True}


def test_revisions_that_could_not_all_be_read_are_not_the_only_one() -> None:
    alone = view_of({"kind": "Deployment", "metadata": {"name": "api"}}, _revision(1, [OLD], 0), namespace="other")

    assert told(alone).evidence == {}
