from __future__ import annotations

import datetime as dt
import ssl
from typing import Any

import pytest
from cryptography import x509

from kubecfg_demo import items_of, objects_of_recordings
from kubecfg_demo.certificates import Authority
from kubecfg_demo.discovery import aggregated, group_list, resource_list
from kubecfg_demo.pod_columns import pod
from kubecfg_demo.protobuf import review
from kubecfg_demo.resources import Catalog
from kubecfg_demo.routing import Shape, shape
from kubecfg_demo.status import Refusal
from kubecfg_demo.tables import column_definitions, row
from kubecfg_demo.writing import merged

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def message(number: int, value: bytes) -> bytes:
    return bytes([number << 3 | 2, len(value)]) + value


def test_a_protobuf_access_review_is_read() -> None:
    kind = message(1, b"authorization.k8s.io/v1") + message(2, b"SelfSubjectAccessReview")
    attributes = message(2, b"list") + message(5, b"secrets")
    body = b"k8s\0" + message(1, kind) + message(2, message(1, b"") + message(2, message(1, attributes)))
    assert review(body)["spec"] == {"resourceAttributes": {"verb": "list", "resource": "secrets"}}


@pytest.mark.parametrize("body", [b"", b"{}", b"k8s\0\xff", b"k8s\0\x0a\x7f", b"k8s\0\x0b"])
def test_what_is_no_protobuf_is_a_bad_request(body: bytes) -> None:
    with pytest.raises(Refusal) as caught:
        review(body)
    assert caught.value.code == 400


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", Shape.FULL),
        ("application/json", Shape.FULL),
        ("application/vnd.kubernetes.protobuf,application/json", Shape.FULL),
        ("application/json;as=Table;v=v1;g=meta.k8s.io,application/json", Shape.TABLE),
        ("application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", Shape.METADATA),
        ("application/json;as=Unheard;v=v1,*/*", Shape.FULL),
    ],
)
def test_the_first_served_representation_is_taken(accept: str, expected: Shape) -> None:
    assert shape(accept) is expected


def test_lists_are_unfolded_and_give_their_items_their_kind() -> None:
    listed = {"apiVersion": "v1", "kind": "PodList", "items": [{"metadata": {"name": "a"}}]}
    assert [(i["apiVersion"], i["kind"]) for i in items_of([listed])] == [("v1", "Pod")]


@pytest.mark.parametrize("item", [{}, {"kind": "Pod"}, {"apiVersion": "v1", "kind": "Pod", "metadata": {}}])
def test_what_is_no_object_is_refused(item: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not a Kubernetes object"):
        list(items_of([item]))


def test_a_recorded_refusal_holds_no_objects() -> None:
    body = {"kind": "Status", "apiVersion": "v1"}
    refused = {"request": {"method": "GET", "path": "/api/v1/pods"}, "response": {"status": 403, "body": body}}
    assert list(objects_of_recordings([refused])) == []


def test_a_client_certificate_carries_its_user_and_groups() -> None:
    pem, _ = Authority().client("ada", ("ops",))
    assert x509.load_pem_x509_certificate(pem).subject.rfc4514_string() == "CN=ada,O=ops"


def test_a_server_asks_for_a_client_certificate_without_demanding_it() -> None:
    assert Authority().server_context().verify_mode is ssl.CERT_OPTIONAL


def test_a_merge_removes_nulls_and_replaces_lists() -> None:
    assert merged({"a": 1, "b": {"c": 1, "d": [1]}}, {"a": None, "b": {"d": [2]}}) == {"b": {"c": 1, "d": [2]}}


def test_every_group_of_the_legacy_discovery_is_in_the_aggregated_one() -> None:
    catalog = Catalog()
    legacy = [group["name"] for group in group_list(catalog)["groups"]]
    assert [item["metadata"]["name"] for item in aggregated(catalog, core=False)["items"]] == legacy


def test_a_group_left_out_is_not_discovered() -> None:
    assert resource_list(Catalog(("apps",)), "apps", "v1") is None


@pytest.mark.parametrize("resource", Catalog().explained(), ids=lambda resource: resource.qualified)
def test_a_row_has_a_cell_for_every_column(resource: Any) -> None:
    item = {"kind": resource.kind, "metadata": {"name": "x", "creationTimestamp": "2026-01-01T00:00:00Z"}}
    assert len(row(resource, item, NOW, "")["cells"]) == len(column_definitions(resource))


def pod_in(state: dict[str, Any], **status: Any) -> dict[str, Any]:
    container = {"name": "c", "state": state, "ready": "running" in state, "restartCount": 0}
    return {
        "metadata": {"name": "p"},
        "spec": {"containers": [{"name": "c"}]},
        "status": {"phase": "Running", "containerStatuses": [container], **status},
    }


@pytest.mark.parametrize(
    ("item", "shown"),
    [
        (pod_in({"running": {}}), "Running"),
        (pod_in({"waiting": {"reason": "CrashLoopBackOff"}}), "CrashLoopBackOff"),
        (pod_in({"terminated": {"exitCode": 3}}), "ExitCode:3"),
        (pod_in({"terminated": {"exitCode": 0, "reason": "Completed"}}), "Completed"),
        (pod_in({"terminated": {"signal": 9}}), "Signal:9"),
        (pod_in({"running": {}}, reason="Evicted"), "Evicted"),
        (pod_in({}, initContainerStatuses=[{"name": "i", "state": {"running": {}}}]), "Init:0/1"),
        (
            pod_in({}, initContainerStatuses=[{"name": "i", "state": {"waiting": {"reason": "ImagePullBackOff"}}}]),
            "Init:ImagePullBackOff",
        ),
        (
            pod_in({}, initContainerStatuses=[{"name": "i", "state": {"terminated": {"exitCode": 2}}}]),
            "Init:ExitCode:2",
        ),
    ],
)
def test_a_pods_state_is_one_word(item: dict[str, Any], shown: str) -> None:
    assert pod(item, NOW)[2] == shown


def test_a_pod_being_deleted_is_terminating() -> None:
    item = pod_in({"running": {}})
    item["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    assert pod(item, NOW)[2] == "Terminating"
