"""PersistentVolumes, VolumeAttachments and CSIDrivers."""

from __future__ import annotations

from typing import Any

import pytest

from kubecfg_analyzers.infrastructure import csidrivers, persistentvolumes, volumeattachments
from kubecfg_core import ClusterView, Severity
from kubecfg_core.kinds.attachments import CSINODES
from kubecfg_core.kinds.cluster import NODES
from kubecfg_core.kinds.storage import CSIDRIVERS, VOLUMES
from kubecfg_core.testing import views
from tests.unit.kubecfg_analyzers.judging import Json, ago, codes, node, only, pod, waiting, warning

volumes_of = persistentvolumes.ANALYZER.analyze
attachments_of = volumeattachments.ANALYZER.analyze
drivers_of = csidrivers.ANALYZER.analyze

ZONE = "topology.kubernetes.io/zone"
DRIVER: Json = {"kind": "CSIDriver", "metadata": {"name": "disk.example.com"}}
USES: Json = {"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]}


def view_of(*objects: Json, **more: Any) -> ClusterView:
    return views.view_of(*objects, **more)


def volume(phase: str = "Bound", *, zone: str = "", policy: str = "Delete", **status: Any) -> Json:
    spec: Json = {
        "persistentVolumeReclaimPolicy": policy,
        "claimRef": {"namespace": "default", "name": "data"},
        "csi": {"driver": "disk.example.com", "volumeHandle": "vol-1"},
    }
    if zone:
        term = {"matchExpressions": [{"key": ZONE, "operator": "In", "values": [zone]}]}
        spec["nodeAffinity"] = {"required": {"nodeSelectorTerms": [term]}}
    return {
        "kind": "PersistentVolume",
        "metadata": {"name": "pv-1"},
        "spec": spec,
        "status": {"phase": phase, "lastPhaseTransitionTime": ago(hours=3), **status},
    }


def claim() -> Json:
    return {
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data"},
        "spec": {"volumeName": "pv-1"},
        "status": {"phase": "Bound"},
    }


def registered(*drivers: str, name: str = "node-1") -> Json:
    return {"kind": "CSINode", "metadata": {"name": name}, "spec": {"drivers": [{"name": item} for item in drivers]}}


def user(where: str = "node-1", **more: Any) -> Json:
    return pod(spec={"nodeName": where, **USES}, **more)


def unplaced() -> Json:
    return pod(waiting(""), phase="Pending", spec={"nodeName": "", **USES})


@pytest.mark.parametrize("phase", ["Bound", "Available", "Pending", ""])
def test_a_volume_in_order_is_silent(phase: str) -> None:
    assert codes(volumes_of, view_of(volume(phase, zone="a"), node(labels={ZONE: "a"}), user())) == []


def test_a_volume_that_could_not_be_reclaimed_is_told_with_its_claim() -> None:
    found = only(volumes_of, view_of(volume("Failed", message="disk is in use", reason="InUse")))

    assert (found.code, found.severity) == ("persistentvolume.failed", Severity.ERROR)
    assert (found.evidence["claim"], found.cause) == ("data", "disk is in use.")


def test_a_volume_that_is_kept_is_told_with_the_claim_it_had() -> None:
    found = only(volumes_of, view_of(volume("Released", policy="Retain")))

    assert (found.code, found.severity) == ("persistentvolume.released", Severity.WARNING)
    assert "its claim default/data is gone" in found.text
    assert "Retain" in found.cause


def test_a_volume_that_was_just_released_is_silent() -> None:
    assert codes(volumes_of, view_of(volume("Released", lastPhaseTransitionTime=ago(minutes=1)))) == []


def test_a_volume_that_cannot_be_deleted_is_told_at_once() -> None:
    event = warning("VolumeFailedDelete", "rpc error: denied", kind="PersistentVolume", name="pv-1", namespace="")
    found = only(volumes_of, view_of(volume("Released", lastPhaseTransitionTime=ago(minutes=1)), event))

    assert "rpc error: denied" in found.cause


def test_a_volume_in_a_zone_without_nodes_is_told() -> None:
    found = only(volumes_of, view_of(volume(zone="b"), node(labels={ZONE: "a"})))

    assert (found.code, found.severity) == ("persistentvolume.node_affinity", Severity.WARNING)
    assert f"{ZONE} In b" in found.text


def test_it_is_an_error_when_a_pod_waits_for_it() -> None:
    found = only(volumes_of, view_of(volume(zone="b"), node(labels={ZONE: "a"}), unplaced()))

    assert (found.severity, found.evidence["pod"]) == (Severity.ERROR, "web-1")


@pytest.mark.parametrize("state", [{"ready": "Unknown"}, {"unschedulable": True}], ids=["lost", "cordoned"])
def test_a_volume_whose_only_node_takes_no_pods_is_told_when_a_pod_waits(state: Json) -> None:
    nodes = [node(labels={ZONE: "a"}), node("node-2", labels={ZONE: "b"}, **state)]

    assert only(volumes_of, view_of(volume(zone="b"), *nodes, unplaced())).evidence["node"] == "node-2"
    assert codes(volumes_of, view_of(volume(zone="b"), *nodes)) == []


def test_a_volume_that_nobody_has_may_be_out_of_reach() -> None:
    assert codes(volumes_of, view_of(volume("Available", zone="b"), node(labels={ZONE: "a"}))) == []


def test_without_nodes_no_volume_is_out_of_reach() -> None:
    assert codes(volumes_of, view_of(volume(zone="b"), unplaced(), forbidden=[NODES])) == []


def test_a_volume_of_a_driver_that_is_nowhere_is_told_when_a_pod_uses_it() -> None:
    found = only(volumes_of, view_of(volume(), registered("other.example.com"), user()))

    assert (found.code, found.evidence["driver"]) == ("persistentvolume.driver_missing", "disk.example.com")
    assert codes(volumes_of, view_of(volume(), registered("other.example.com"))) == []


@pytest.mark.parametrize("there", [DRIVER, registered("disk.example.com", name="node-2")], ids=["object", "node"])
def test_a_driver_that_is_anywhere_is_not_missing(there: Json) -> None:
    assert codes(volumes_of, view_of(volume(), registered("other.example.com"), user(), there)) == []


@pytest.mark.parametrize("kind", [CSINODES, CSIDRIVERS], ids=lambda kind: kind.plural)
@pytest.mark.parametrize("how", ["forbidden", "absent"])
def test_a_driver_is_not_missing_where_drivers_could_not_be_read(kind: Any, how: str) -> None:
    view = view_of(volume(), registered("other.example.com"), user(), **{how: [kind]})

    assert codes(volumes_of, view) == []


def attachment(where: str = "node-1", *, deleted: str = "", made: str = "", **status: Any) -> Json:
    metadata: Json = {"name": "csi-1", "creationTimestamp": made or ago(minutes=30)}
    if deleted:
        metadata["deletionTimestamp"] = deleted
    return {
        "kind": "VolumeAttachment",
        "metadata": metadata,
        "spec": {"attacher": "disk.example.com", "nodeName": where, "source": {"persistentVolumeName": "pv-1"}},
        "status": {"attached": False, **status},
    }


ERROR: Json = {"time": ago(minutes=1), "message": "rpc error: too many volumes"}


def test_an_attachment_in_order_is_silent() -> None:
    assert codes(attachments_of, view_of(attachment(attached=True), node(), volume(), user())) == []


def test_a_volume_that_cannot_be_attached_is_told_with_its_pod() -> None:
    view = view_of(attachment(attachError=ERROR), node(), volume(), user(status=waiting("ContainerCreating")))
    found = only(attachments_of, view)

    assert (found.code, found.evidence["pod"]) == ("volumeattachment.attach_error", "web-1")
    assert "too many volumes" in found.text


@pytest.mark.parametrize("state", [{"attached": True}, {"made": ago(seconds=20)}], ids=["attached since", "just begun"])
def test_an_error_that_has_passed_or_just_come_is_silent(state: Json) -> None:
    assert codes(attachments_of, view_of(attachment(attachError=ERROR, **state), node())) == []


def test_a_volume_that_cannot_be_detached_is_told() -> None:
    view = view_of(attachment(attached=True, deleted=ago(minutes=9), detachError=ERROR), node())

    assert only(attachments_of, view).code == "volumeattachment.detach_error"


def test_a_volume_that_is_being_detached_is_silent() -> None:
    assert codes(attachments_of, view_of(attachment(attached=True, deleted=ago(minutes=9)), node())) == []


def test_an_attachment_to_a_node_that_is_gone_is_told() -> None:
    assert only(attachments_of, view_of(attachment("gone", attached=True), node())).severity is Severity.WARNING


def test_it_is_an_error_when_a_pod_waits_for_the_volume() -> None:
    view = view_of(attachment("gone", attached=True), node(), volume(), user(status=waiting("ContainerCreating")))
    found = only(attachments_of, view)

    assert (found.code, found.severity) == ("volumeattachment.node_missing", Severity.ERROR)
    assert "Pod web-1 waits" in found.cause


def test_without_nodes_no_node_is_gone() -> None:
    assert codes(attachments_of, view_of(attachment("gone", attached=True), forbidden=[NODES])) == []


def test_a_lost_node_that_holds_a_volume_is_told_when_a_pod_elsewhere_waits() -> None:
    lost = node("node-2", ready="Unknown")
    held = attachment("node-2", attached=True)
    stuck = user(status=waiting("ContainerCreating"))

    assert only(attachments_of, view_of(held, lost, node(), volume(), stuck)).code == "volumeattachment.node_not_ready"
    assert codes(attachments_of, view_of(held, lost, node(), volume())) == []
    assert codes(attachments_of, view_of(held, lost, node(), stuck, forbidden=[VOLUMES])) == []


STUCK: Json = {"status": waiting("ContainerCreating"), "phase": "Pending"}


def test_a_driver_that_is_not_on_the_node_where_a_pod_waits_is_told() -> None:
    view = view_of(DRIVER, registered(), claim(), volume(), user(**STUCK))
    found = only(drivers_of, view)

    assert (found.code, found.evidence["node"], found.evidence["pod"]) == ("csidriver.not_on_node", "node-1", "web-1")
    assert "on no node" in found.cause


def test_a_driver_that_is_on_other_nodes_is_told_so() -> None:
    view = view_of(DRIVER, registered(), registered("disk.example.com", name="n2"), claim(), volume(), user(**STUCK))

    assert "on other nodes" in only(drivers_of, view).cause


def test_a_driver_that_nobody_runs_and_nobody_needs_is_silent() -> None:
    assert codes(drivers_of, view_of(DRIVER, registered(), claim(), volume())) == []


@pytest.mark.parametrize(
    "objects",
    [
        [registered("disk.example.com"), user(**STUCK)],
        [registered(), user()],
        [registered(), user(creationTimestamp=ago(minutes=1), **STUCK)],
        [user(**STUCK)],
    ],
    ids=["driver is there", "pod is ready", "pod is young", "node is not known"],
)
def test_a_driver_is_silent_where_it_is_not_what_the_pod_waits_for(objects: list[Json]) -> None:
    assert codes(drivers_of, view_of(DRIVER, claim(), volume(), *objects)) == []


def test_an_analysis_of_one_namespace_tells_of_its_own_volumes() -> None:
    lost = [volume("Failed"), attachment("gone", attached=True), node()]

    assert codes(volumes_of, view_of(*lost, namespace="default")) == ["persistentvolume.failed"]
    assert codes(volumes_of, view_of(*lost, namespace="other")) == []
    assert codes(attachments_of, view_of(*lost, namespace="default")) == []


def exclusive(*modes: str) -> Json:
    made = volume()
    made["spec"]["accessModes"] = list(modes)
    return made


ELSEWHERE: Json = pod(waiting("ContainerCreating"), name="web-2", phase="Pending", spec={"nodeName": "node-2", **USES})


def test_a_volume_for_one_node_that_pods_on_two_want_is_told() -> None:
    found = only(volumes_of, view_of(exclusive("ReadWriteOnce"), user(), ELSEWHERE))

    assert (found.code, found.evidence["pod"], found.evidence["other_name"]) == (
        "persistentvolume.multi_attach",
        "web-2",
        "web-1",
    )


@pytest.mark.parametrize(
    "objects",
    [
        [exclusive("ReadWriteMany"), user(), ELSEWHERE],
        [exclusive("ReadWriteOnce", "ReadOnlyMany"), user(), ELSEWHERE],
        [exclusive("ReadWriteOnce"), user(), {**ELSEWHERE, "spec": {**ELSEWHERE["spec"], "nodeName": "node-1"}}],
        [exclusive("ReadWriteOnce"), user(status=waiting("ContainerCreating")), ELSEWHERE],
        [volume(), user(), ELSEWHERE],
    ],
    ids=["shared", "read by many", "one node", "nobody has it", "mode not known"],
)
def test_a_volume_that_nobody_is_kept_from_is_silent(objects: list[Json]) -> None:
    assert codes(volumes_of, view_of(*objects)) == []
