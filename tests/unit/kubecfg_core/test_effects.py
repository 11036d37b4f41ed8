from typing import Any

from kubecfg_core.effects import Action, Effect, applied
from kubecfg_core.kinds.config import CONFIGMAPS, SECRETS
from kubecfg_core.kinds.network import SERVICES
from kubecfg_core.kinds.pods import PODS
from kubecfg_core.kinds.workloads import DEPLOYMENTS, REPLICASETS
from kubecfg_core.testing.views import view_of


def owned(kind: str, name: str, uid: str) -> list[dict[str, Any]]:
    return [{"kind": kind, "name": name, "uid": uid, "controller": True}]


WORKLOAD: tuple[dict[str, Any], ...] = (
    {"kind": "Deployment", "metadata": {"name": "web", "uid": "d"}, "spec": {"replicas": 2}},
    {"kind": "ReplicaSet", "metadata": {"name": "w", "uid": "r", "ownerReferences": owned("Deployment", "web", "d")}},
    {"kind": "Pod", "metadata": {"name": "w-a", "uid": "p", "ownerReferences": owned("ReplicaSet", "w", "r")}},
)


def effect(kind: str, after: dict[str, Any] | None, *, group: str = "", name: str = "web", **more: Any) -> Effect:
    return Effect(group=group, kind=kind, namespace="default", name=name, after=after, **more)


def test_a_created_object_is_in_the_view() -> None:
    view = applied(view_of(), [effect("ConfigMap", {"data": {"a": "b"}})])

    assert view.get(CONFIGMAPS, "default", "web") is not None


def test_a_changed_object_stands_in_place_of_the_old_one() -> None:
    before = view_of(
        {"kind": "Service", "metadata": {"name": "web", "generation": 3}, "spec": {"selector": {"app": "a"}}}
    )

    after = applied(before, [effect("Service", {"metadata": {"generation": 4}, "spec": {"selector": {"app": "b"}}})])

    [service] = after.all(SERVICES)
    assert (service.spec.selector, service.metadata.generation) == ({"app": "b"}, 3)
    assert [item.spec.selector for item in before.all(SERVICES)] == [{"app": "a"}]


def test_what_a_deleted_object_owns_goes_with_it() -> None:
    view = applied(view_of(*WORKLOAD), [effect("Deployment", None, group="apps", before={})])

    assert [*view.all(DEPLOYMENTS), *view.all(REPLICASETS), *view.all(PODS)] == []


def test_orphans_stay() -> None:
    view = applied(view_of(*WORKLOAD), [effect("Deployment", None, group="apps", before={}, cascades=False)])

    assert (len(view.all(DEPLOYMENTS)), len(view.all(PODS))) == (0, 1)


def test_a_kind_that_could_not_be_read_stays_unknown() -> None:
    view = applied(view_of(forbidden=[SERVICES]), [effect("Service", {})])

    assert not view.readable(SERVICES)
    assert not view.all(SERVICES)


def test_a_filled_secret_keeps_what_was_read_of_its_other_keys() -> None:
    certificate = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tabc="
    before = view_of({"kind": "Secret", "metadata": {"name": "web"}, "data": {"ca.crt": certificate}})

    after = applied(before, [effect("Secret", {"data": {"ca.crt": "", "new": ""}}, sealed=frozenset({"new"}))])

    [secret] = after.all(SECRETS)
    assert secret.data == {"ca.crt": certificate, "new": ""}


def deployment(image: str, **metadata: Any) -> dict[str, Any]:
    containers = [{"name": "proxy", "image": "proxy:1"}, {"name": "web", "image": image}]
    spec = {"template": {"spec": {"containers": containers}}}
    return {"apiVersion": "apps/v1", "metadata": metadata, "spec": spec, "status": {"replicas": len(image)}}


def test_a_change_is_told_by_its_fields_and_not_by_the_servers_counters() -> None:
    found = effect("Deployment", deployment("web:20", generation=2), before=deployment("web:1", generation=1))

    [field] = found.change.fields
    assert (field.path, field.old, field.new) == ("spec.template.spec.containers[web].image", "web:1", "web:20")


def test_entries_without_names_are_told_by_their_places() -> None:
    rules = [{"host": "a"}, {"host": "b", "http": {"paths": [{"path": "/", "port": 1}]}}]
    other = [{"host": "a"}, {"host": "b", "http": {"paths": [{"path": "/", "port": 2}]}}]

    [field] = effect("Ingress", {"spec": {"rules": other}}, before={"spec": {"rules": rules}}).change.fields

    assert (field.path, field.old, field.new) == ("spec.rules[1].http.paths[0].port", "1", "2")


def test_a_field_that_looks_like_a_credential_is_not_shown() -> None:
    env = {"env": [{"name": "DB_PASSWORD", "value": "correcthorse"}]}
    found = effect("Pod", {"spec": env}, before={"spec": {}})

    assert "correcthorse" not in str(found.change)


def test_a_secrets_values_are_not_shown() -> None:
    found = effect("Secret", {"data": {"key": "aHVudGVyMg=="}}, before={"data": {}}, sealed=frozenset({"key"}))

    assert "aHVudGVyMg" not in str(found.change)
    assert [field.path for field in found.change.fields] == ["data[key]"]


def test_actions_are_named() -> None:
    actions = [effect("Pod", {}).change.action, effect("Pod", None, before={}).change.action]

    assert actions == [Action.CREATED, Action.DELETED]
