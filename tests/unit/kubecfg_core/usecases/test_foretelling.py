import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubecfg_core.effects import Action, Effect
from kubecfg_core.kubectl.trying import Trial, trial
from kubecfg_core.testing.views import view_of
from kubecfg_core.usecases.foretelling import foretold, named, printed
from kubecfg_core.users import Role

WEB = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "shop"}, "spec": {}}
FILL = 'patch secret db -n default -p \'{"stringData":{"new":"hunter2","old":null}}\''


def tried(command: str) -> Trial:
    return trial(command, role=Role.ADMIN)


def test_objects_are_read_one_after_the_other_and_from_lists() -> None:
    text = "\n".join([json.dumps(WEB), json.dumps({"kind": "List", "items": [WEB, WEB]}, indent=2)])

    assert printed(text) == [WEB, WEB, WEB]


@given(
    st.text()
    | st.recursive(st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)).map(
        json.dumps
    )
)
def test_any_output_is_survived(text: str) -> None:
    assert isinstance(printed(text), list)


@pytest.mark.parametrize("printed_replicas", [1, 3])
def test_a_scaled_object_has_the_wanted_replicas_whatever_kubectl_printed(printed_replicas: int) -> None:
    after = {**WEB, "spec": {"replicas": printed_replicas}}

    [effect] = foretold(tried("scale deploy/web -n shop --replicas=3"), [{**WEB, "spec": {"replicas": 1}}], [after])

    [field] = effect.change.fields
    assert (field.path, field.old, field.new) == ("spec.replicas", "1", "3")


def test_a_created_object_is_new() -> None:
    item = {**WEB, "apiVersion": "v1", "kind": "ConfigMap"}

    [effect] = foretold(tried("create configmap web -n shop"), [], [item])

    assert effect.change.action is Action.CREATED


def secret_filled(view: Any, command: str = FILL) -> list[Effect]:
    return named(view, tried(command), "secret/db\n")


def test_a_patched_secret_has_its_keys_and_no_value() -> None:
    view = view_of({"kind": "Secret", "metadata": {"name": "db"}, "data": {"old": "eA==", "kept": "eA=="}})

    [effect] = secret_filled(view)

    assert effect.after is not None
    assert (effect.after["data"], effect.sealed) == ({"kept": "", "new": ""}, frozenset({"new", "old"}))
    assert "hunter2" not in str(effect)


def test_a_secret_that_was_not_read_tells_nothing() -> None:
    assert secret_filled(view_of()) == []


def test_a_deletion_is_told_by_the_names() -> None:
    [effect] = named(view_of(), tried("delete deploy web -n shop"), "deployment.apps/web\n")

    assert (effect.group, effect.kind, effect.namespace, effect.change.action) == (
        "apps", "Deployment", "shop", Action.DELETED,
    )  # fmt: skip


@pytest.mark.parametrize("command", ["delete pods --all -A", "rollout undo deploy/web", "label secret db a=b"])
def test_names_alone_tell_nothing_of_other_commands(command: str) -> None:
    assert named(view_of(), tried(command), "pod/web\n") == []
