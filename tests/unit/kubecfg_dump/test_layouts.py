from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from kubecfg_core.errors import InvalidInput
from kubecfg_core.kinds.cluster import NAMESPACES, NODES
from kubecfg_core.resources import ReadState, Resource
from kubecfg_dump import open_dump
from tests.unit.kubecfg_dump.objects import (
    BUDGETS,
    CLASSES,
    EVENTS,
    INGRESSES,
    PODS,
    SECRETS,
    bare,
    found,
    mixed,
    pod,
    typed,
    write,
)

LISTED, PARTIAL, UNREAD = ReadState.LISTED, ReadState.PARTIAL, ReadState.UNREAD


async def test_output_of_kubectl_for_all_namespaces_is_the_whole_cluster(tmp_path: Path) -> None:
    dump = open_dump(write(tmp_path, "all.json", mixed(pod("a", "one"), pod("b", "two"))))
    assert await found(dump) == (LISTED, ["a", "b"])
    assert await found(dump, PODS, "two") == (LISTED, ["b"])


async def test_output_of_kubectl_for_one_namespace_is_partial_outside_it(tmp_path: Path) -> None:
    dump = open_dump(write(tmp_path, "shop.json", mixed(pod("a", "shop"))))
    assert await found(dump) == (PARTIAL, ["a"])
    assert await found(dump, PODS, "shop") == (LISTED, ["a"])
    assert dump.only_namespace == "shop"


async def test_a_kind_that_is_not_in_the_dump_is_unread(tmp_path: Path) -> None:
    dump = open_dump(write(tmp_path, "all.json", mixed(pod("a", "one"), pod("b", "two"))))
    answer = await dump.list(SECRETS)
    assert (answer.state, answer.reason) == (UNREAD, "It is not in the dump.")
    assert await dump.exists(SECRETS, "one", "any") is None


async def test_a_list_without_items_is_listed_by_the_name_of_its_file(tmp_path: Path) -> None:
    write(tmp_path, "pods.json", mixed(pod("a", "one"), pod("b", "two")))
    write(tmp_path, "ing.json", mixed())
    assert await found(open_dump(tmp_path), INGRESSES) == (LISTED, [])


async def test_a_typed_list_gives_its_kind_to_its_items(tmp_path: Path) -> None:
    items = [bare("a", "one"), bare("b", "two")]
    assert await found(open_dump(write(tmp_path, "x.json", typed("Pod", *items)))) == (LISTED, ["a", "b"])


async def test_one_page_of_several_is_partial(tmp_path: Path) -> None:
    page = {**typed("Pod", bare("a", "one"), bare("b", "two")), "metadata": {"continue": "token"}}
    assert await found(open_dump(write(tmp_path, "x.json", page))) == (PARTIAL, ["a", "b"])


async def test_single_objects_are_partial(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: one}\n")
    assert await found(open_dump(tmp_path)) == (PARTIAL, ["a"])


async def test_yaml_may_have_several_documents_and_keeps_its_times_as_they_are(tmp_path: Path) -> None:
    text = "".join(
        f"---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\n  creationTimestamp: 2026-11-23T02:32:14Z\n"
        for name in ("a", "b")
    )
    dump = open_dump(write(tmp_path, "x.yaml", text))
    assert await found(dump) == (PARTIAL, ["a", "b"])
    items = msgspec.json.decode((await dump.list(PODS)).pages[0])["items"]
    assert items[0]["metadata"]["creationTimestamp"] == "2026-11-23T02:32:14Z"


async def test_a_cluster_info_dump_covers_the_namespaces_it_has_folders_for(tmp_path: Path) -> None:
    write(tmp_path, "nodes.json", typed("Node", bare("node-0")))
    write(tmp_path, "shop/pods.json", typed("Pod", bare("a", "shop")))
    write(tmp_path, "default/pods.json", typed("Pod"))
    dump = open_dump(tmp_path)
    assert await found(dump) == (PARTIAL, ["a"])
    assert await found(dump, PODS, "default") == (LISTED, [])
    assert (await found(dump, PODS, "elsewhere"))[0] is PARTIAL


async def test_folders_for_every_namespace_cover_the_cluster(tmp_path: Path) -> None:
    write(tmp_path, "namespaces.json", typed("Namespace", bare("shop"), bare("default")))
    write(tmp_path, "shop/pods.json", typed("Pod", bare("a", "shop")))
    write(tmp_path, "default/pods.json", typed("Pod"))
    assert await found(open_dump(tmp_path)) == (LISTED, ["a"])


async def test_a_folder_that_an_archive_was_made_of_is_no_namespace(tmp_path: Path) -> None:
    write(tmp_path, "my-dump/pods.json", mixed(pod("a", "one"), pod("b", "two")))
    write(tmp_path, "my-dump/ingresses.json", mixed())
    assert await found(open_dump(tmp_path), INGRESSES) == (LISTED, [])


async def test_the_text_of_a_cluster_info_dump_is_read_between_its_logs(tmp_path: Path) -> None:
    log = """==== START logs for container app of pod one/a ====
{"level":"error"}
{"kind":"Pod","apiVersion":"v1","metadata":{"name":"forged","namespace":"one"}}
{ half a document
==== END logs for container other of pod one/a ====
{"kind":"Pod","apiVersion":"v1","metadata":{"name":"forged-too","namespace":"one"}}
==== END logs for container app of pod one/a ===="""
    lists = (typed("Pod", bare("a", "one")), typed("Pod", bare("b", "two")))
    text = "\n".join([msgspec.json.encode(lists[0]).decode(), log, msgspec.json.encode(lists[1]).decode(), ""])
    dump = open_dump(write(tmp_path, "dump.txt", text))
    assert await found(dump) == (PARTIAL, ["a", "b"])
    assert await found(dump, PODS, "one") == (LISTED, ["a"])


async def test_an_empty_list_in_the_text_is_of_the_namespace_around_it(tmp_path: Path) -> None:
    lists = [typed("Node", bare("n")), typed("Service"), typed("Pod", bare("a", "one"))]
    lists += [typed("Service"), typed("Pod", bare("b", "two")), typed("Service"), typed("Pod")]
    text = "\n".join(msgspec.json.encode(each).decode() for each in lists)
    dump = open_dump(write(tmp_path, "dump.txt", text))
    services = Resource("", "v1", "services", "Service", PODS.struct)
    states = [(await dump.list(services, namespace)).state for namespace in ("one", "two", "three")]
    assert states == [LISTED, LISTED, PARTIAL]
    assert await found(dump, NODES) == (LISTED, ["n"])


async def test_a_support_bundle_has_arrays_by_kind_and_namespace(tmp_path: Path) -> None:
    root = "bundle/cluster-resources"
    write(tmp_path, f"{root}/namespaces.json", [bare("shop"), bare("pods")])
    write(tmp_path, f"{root}/pods/shop.json", [bare("a", "shop")])
    write(tmp_path, f"{root}/pods/pods.json", [])
    write(tmp_path, f"{root}/pods-errors.json", ["secrets is forbidden"])
    write(tmp_path, f"{root}/storage-classes.json", [bare("fast")])
    write(tmp_path, f"{root}/pvcs/shop.json", typed("PersistentVolumeClaim", bare("data", "shop")))
    write(tmp_path, f"{root}/auth-cani-list/shop.json", [{"verbs": ["*"]}])
    write(
        tmp_path, "bundle/cluster-info/cluster_version.json", {"info": {"gitVersion": "v1.30.1"}, "string": "v1.30.1"}
    )
    dump = open_dump(tmp_path)
    assert await found(dump) == (LISTED, ["a"])
    assert await found(dump, CLASSES) == (LISTED, ["fast"])
    assert (await dump.info()).version == "v1.30.1"


async def test_custom_resources_of_a_support_bundle_say_their_kind(tmp_path: Path) -> None:
    widgets = Resource("example.com", "v1", "widgets", "Widget", PODS.struct)
    widget = {"apiVersion": "example.com/v1", "kind": "Widget", **bare("w", "shop")}
    write(tmp_path, "cluster-resources/custom-resources/widgets.example.com/shop.json", [widget])
    assert await found(open_dump(tmp_path), widgets, "shop") == (LISTED, ["w"])


async def test_of_an_object_that_is_there_twice_the_newest_is_kept(tmp_path: Path) -> None:
    write(tmp_path, "1.json", mixed(pod("a", "one", metadata={"resourceVersion": "9", "labels": {"v": "new"}})))
    write(tmp_path, "2.json", mixed(pod("a", "one", metadata={"resourceVersion": "8", "labels": {"v": "old"}})))
    items = msgspec.json.decode((await open_dump(tmp_path).list(PODS)).pages[0])["items"]
    assert [item["metadata"]["labels"] for item in items] == [{"v": "new"}]


async def test_another_version_of_a_kind_is_not_taken_for_it(tmp_path: Path) -> None:
    old = typed("PodDisruptionBudget", bare("a", "one"), api_version="policy/v1beta1")
    answer = await open_dump(write(tmp_path, "x.json", old)).list(BUDGETS)
    assert (answer.state, answer.reason) == (UNREAD, "The dump has it only as policy/v1beta1.")


async def test_metadata_alone_is_not_taken_for_objects(tmp_path: Path) -> None:
    metadata = {"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "items": [bare("a", "one")]}
    write(tmp_path, "secrets.json", metadata)
    write(tmp_path, "pods.json", mixed(pod("a", "one")))
    assert (await open_dump(tmp_path).list(SECRETS)).state is UNREAD


async def test_a_namespace_that_something_is_in_exists(tmp_path: Path) -> None:
    dump = open_dump(write(tmp_path, "x.json", mixed(pod("a", "shop"))))
    assert await dump.exists(NAMESPACES, None, "shop") is True
    assert await dump.exists(NAMESPACES, None, "other") is None


async def test_field_selectors_are_applied(tmp_path: Path) -> None:
    events = [bare("n", "one", type="Normal"), bare("w", "two", type="Warning")]
    dump = open_dump(write(tmp_path, "x.json", typed("Event", *events)))
    warnings = Resource("", "v1", "events", "Event", EVENTS.struct, field_selector="type=Warning")
    assert await found(dump, warnings) == (LISTED, ["w"])


async def test_the_version_may_come_from_kubectl_version(tmp_path: Path) -> None:
    write(tmp_path, "pods.json", mixed(pod("a", "one")))
    versions = {"clientVersion": {"gitVersion": "v1.37.1"}, "serverVersion": {"gitVersion": "v1.36.2"}}
    write(tmp_path, "version.json", versions)
    assert (await open_dump(tmp_path).info()).version == "v1.36.2"


def test_it_was_taken_at_the_newest_time_in_it(tmp_path: Path) -> None:
    event = bare("e", "one", lastTimestamp="2026-11-23T02:31:14Z", eventTime=None)
    condition = {"type": "Ready", "lastHeartbeatTime": "2026-11-23T02:33:00Z", "lastTransitionTime": None}
    write(tmp_path, "events.json", typed("Event", event))
    write(tmp_path, "nodes.json", typed("Node", bare("n", status={"conditions": [condition]})))
    assert open_dump(tmp_path).taken_at == datetime(2026, 11, 23, 2, 33, tzinfo=UTC)


def test_without_any_time_it_is_not_known_when_it_was_taken(tmp_path: Path) -> None:
    assert open_dump(write(tmp_path, "x.json", mixed(pod("a", "one")))).taken_at is None


def test_a_guess_is_noted(tmp_path: Path) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", **bare("s", "one")}
    dump = open_dump(write(tmp_path, "x.json", mixed(pod("a", "one"), pod("b", "two"), secret)))
    assert dump.notes == ["Secret: the list shows one namespace; it is taken for the whole cluster's."]


@pytest.mark.parametrize("content", ["", "{}", "[]", "hello", '{"kind":"Status"}', '["a"]'])
def test_where_there_is_nothing_to_analyse_it_says_what_is_expected(content: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="kubectl get"):
        open_dump(write(tmp_path, "x.json", content))


def test_a_path_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="nowhere"):
        open_dump(tmp_path / "nowhere")
