"""Claims and classes."""

from __future__ import annotations

from typing import Any

import pytest

from kubecfg_analyzers import pvc, storageclasses
from kubecfg_core import Severity
from kubecfg_core.kinds.storage import CSIDRIVERS, STORAGECLASSES, VOLUMES
from tests.unit.kubecfg_analyzers.judging import Json, ago, codes, only, pod, view_of, warning

DRIVER = {"kind": "CSIDriver", "metadata": {"name": "ebs.csi.aws.com"}}
DEFAULT: Json = {"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}


def storage_class(
    name: str = "fast", provisioner: str = "ebs.csi.aws.com", mode: str = "Immediate", **metadata: Any
) -> Json:
    return {
        "kind": "StorageClass",
        "metadata": {"name": name, **metadata},
        "provisioner": provisioner,
        "volumeBindingMode": mode,
    }


def claim(name: str | None = "fast", phase: str = "Pending", volume: str = "", **metadata: Any) -> Json:
    spec: Json = {"volumeName": volume, "resources": {"requests": {"storage": "2Gi"}}}
    if name is not None:
        spec["storageClassName"] = name
    return {
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data", "creationTimestamp": ago(hours=1), **metadata},
        "spec": spec,
        "status": {"phase": phase, "capacity": {"storage": "1Gi"}},
    }


def told(reason: str, message: str) -> Json:
    return warning(reason, message, kind="PersistentVolumeClaim", name="data")


def test_a_bound_claim_is_silent() -> None:
    assert codes(pvc.analyze, view_of(claim("gone", "Bound"))) == []


def test_a_claim_of_a_class_that_does_not_exist_is_told_with_those_that_do() -> None:
    found = only(pvc.analyze, view_of(claim("fast-ssd"), storage_class("fast-ssd2")))

    assert (found.code, found.evidence["nearest"]) == ("pvc.class_missing", "fast-ssd2")
    assert 'StorageClass "fast-ssd"' in found.text


def test_a_claim_of_an_unlike_class_is_offered_the_default_one() -> None:
    view = view_of(claim("fast"), storage_class("standard", **DEFAULT), storage_class("zzz"))

    assert only(pvc.analyze, view).evidence["nearest"] == "standard"


def test_a_missing_class_that_the_provisioner_reports_too_is_one_finding() -> None:
    view = view_of(claim("fast"), told("ProvisioningFailed", 'storageclass "fast" not found'))

    assert codes(pvc.analyze, view) == ["pvc.class_missing"]


def test_a_class_that_could_not_be_read_is_not_missing() -> None:
    assert codes(pvc.analyze, view_of(claim("fast"), forbidden=[STORAGECLASSES])) == []


def test_a_claim_of_an_unreadable_class_is_told_when_a_warning_says_so() -> None:
    view = view_of(claim("fast"), told("FailedBinding", "no volume"), forbidden=[STORAGECLASSES])

    assert codes(pvc.analyze, view) == ["pvc.pending"]


def test_a_class_of_volumes_made_by_hand_needs_no_object() -> None:
    volume = {"kind": "PersistentVolume", "metadata": {"name": "pv-1"}, "spec": {"storageClassName": "manual"}}

    assert "pvc.class_missing" not in codes(pvc.analyze, view_of(claim("manual"), volume))


def test_a_claim_without_a_class_needs_a_default_one() -> None:
    assert only(pvc.analyze, view_of(claim(None), storage_class())).code == "pvc.no_default_class"


def test_a_claim_without_a_class_where_there_is_a_default_one_may_wait_a_moment() -> None:
    young = claim(None, creationTimestamp=ago(minutes=1))

    assert codes(pvc.analyze, view_of(young, storage_class(**DEFAULT))) == []


def test_a_claim_that_waits_for_its_first_consumer_is_silent() -> None:
    assert codes(pvc.analyze, view_of(claim(), storage_class(mode="WaitForFirstConsumer"))) == []


def test_a_claim_whose_consumer_has_a_node_is_no_longer_excused() -> None:
    chosen = claim(annotations={"volume.kubernetes.io/selected-node": "node-1"})

    assert codes(pvc.analyze, view_of(chosen, storage_class(mode="WaitForFirstConsumer"))) == ["pvc.pending"]


def test_a_provisioner_that_fails_is_quoted() -> None:
    found = only(pvc.analyze, view_of(claim(), storage_class(), told("ProvisioningFailed", "quota exceeded")))

    assert (found.code, found.evidence["message"]) == ("pvc.provisioning_failed", "quota exceeded")


def test_a_claim_that_waits_for_long_is_a_warning_with_its_pod() -> None:
    user = pod(spec={"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]})

    found = only(pvc.analyze, view_of(claim(), storage_class(), user))

    assert (found.code, found.severity, found.evidence["pod"]) == ("pvc.pending", Severity.WARNING, "web-1")


def test_a_lost_claim_is_critical() -> None:
    found = only(pvc.analyze, view_of(claim(phase="Lost", volume="pv-1")))

    assert (found.code, found.severity) == ("pvc.lost", Severity.CRITICAL)


def test_a_claim_of_a_volume_that_does_not_exist_is_an_error() -> None:
    assert only(pvc.analyze, view_of(claim(volume="pv-9"), storage_class())).code == "pvc.volume_missing"


def test_a_volume_that_could_not_be_read_is_not_missing() -> None:
    assert "pvc.volume_missing" not in codes(pvc.analyze, view_of(claim(volume="pv-9"), forbidden=[VOLUMES]))


@pytest.mark.parametrize("name", ["", "manual"])
def test_a_claim_that_no_volume_made_by_hand_fits_is_an_error(name: str) -> None:
    manual = storage_class("manual", "kubernetes.io/no-provisioner")

    found = only(pvc.analyze, view_of(claim(name), manual))

    assert (found.code, found.evidence["size"]) == ("pvc.no_matching_volume", "2Gi")


def test_a_volume_that_cannot_grow_is_a_warning() -> None:
    view = view_of(claim(phase="Bound"), told("VolumeResizeFailed", "not supported"))

    found = only(pvc.analyze, view)

    assert (found.code, found.evidence["current"], found.evidence["size"]) == ("pvc.resize_failed", "1Gi", "2Gi")


def test_one_default_class_with_its_driver_is_silent() -> None:
    assert codes(storageclasses.analyze, view_of(storage_class(**DEFAULT), DRIVER, claim(None, "Bound"))) == []


def test_several_defaults_are_told_on_the_newest() -> None:
    older = storage_class("older", **DEFAULT, creationTimestamp=ago(days=2))
    newer = storage_class("newer", **DEFAULT, creationTimestamp=ago(days=1))

    found = only(storageclasses.analyze, view_of(older, newer, DRIVER))

    assert (found.code, found.name, found.evidence["other"]) == ("storageclass.several_defaults", "newer", "older")


@pytest.mark.parametrize(("classes", "only_class"), [(["fast"], "fast"), (["fast", "slow"], ""), ([], "")])
def test_a_claim_without_a_class_is_told_the_only_one_there_is(classes: list[str], only_class: str) -> None:
    found = only(pvc.analyze, view_of(*(storage_class(name) for name in classes), DRIVER, claim(None)))

    assert (found.code, found.evidence.get("only_class", "")) == ("pvc.no_default_class", only_class)


def test_no_default_is_told_only_where_a_claim_relies_on_one() -> None:
    found = only(storageclasses.analyze, view_of(storage_class(), DRIVER, claim(None)))

    assert (found.code, found.name, found.evidence["claims"]) == ("storageclass.no_default", "fast", 1)


@pytest.mark.parametrize("name", ["fast", ""])
def test_no_default_is_silent_where_every_claim_names_its_class(name: str) -> None:
    assert codes(storageclasses.analyze, view_of(storage_class(), DRIVER, claim(name))) == []


@pytest.mark.parametrize("provisioner", ["ebs.csi.aws.com", "kubernetes.io/aws-ebs"])
def test_a_driver_that_is_not_installed_is_a_warning(provisioner: str) -> None:
    found = only(storageclasses.analyze, view_of(storage_class(provisioner=provisioner)))

    assert (found.code, found.severity) == ("storageclass.driver_missing", Severity.WARNING)
    assert found.evidence["driver"] == "ebs.csi.aws.com"


def test_a_driver_that_a_claim_waits_for_is_an_error() -> None:
    found = only(storageclasses.analyze, view_of(storage_class(), claim()))

    assert (found.severity, found.evidence["claim"]) == (Severity.ERROR, "data")


@pytest.mark.parametrize("provisioner", ["ebs.csi.aws.com", "kubernetes.io/aws-ebs"])
def test_a_driver_that_is_installed_is_silent(provisioner: str) -> None:
    assert codes(storageclasses.analyze, view_of(storage_class(provisioner=provisioner), DRIVER)) == []


def test_a_driver_is_not_missing_where_drivers_could_not_be_read() -> None:
    assert codes(storageclasses.analyze, view_of(storage_class(), forbidden=[CSIDRIVERS])) == []


@pytest.mark.parametrize("provisioner", ["rancher.io/local-path", "kubernetes.io/no-provisioner", "example.com/nfs"])
def test_a_provisioner_that_is_no_csi_driver_needs_none(provisioner: str) -> None:
    assert codes(storageclasses.analyze, view_of(storage_class(provisioner=provisioner))) == []


def test_a_claim_that_waits_on_a_class_without_a_provisioner_is_a_warning() -> None:
    view = view_of(storage_class("fast", "kubernetes.io/no-provisioner"), claim())

    assert codes(storageclasses.analyze, view) == ["storageclass.no_provisioner"]


def test_a_volume_that_has_grown_in_other_units_is_silent() -> None:
    grown = claim("fast", "Bound")
    grown["status"]["capacity"] = {"storage": "2048Mi"}

    assert codes(pvc.analyze, view_of(grown, told("VolumeResizeFailed", "rate limited"))) == []


def test_a_claim_without_a_class_may_take_a_free_volume_without_one() -> None:
    free = {"kind": "PersistentVolume", "metadata": {"name": "nfs"}, "spec": {}, "status": {"phase": "Available"}}
    new = claim(None, creationTimestamp=ago(seconds=20))

    assert codes(pvc.analyze, view_of(new, free)) == []
    assert codes(pvc.analyze, view_of(claim(None), free)) == ["pvc.no_matching_volume"]


def test_a_volume_that_belongs_to_another_claim_is_why_this_one_waits() -> None:
    taken = {
        "kind": "PersistentVolume",
        "metadata": {"name": "nfs"},
        "spec": {"claimRef": {"namespace": "old", "name": "data"}},
        "status": {"phase": "Released"},
    }

    found = only(pvc.analyze, view_of(claim("", volume="nfs"), taken))

    assert found.cause == "The PersistentVolume nfs that it names is Released. It belongs to the claim old/data."


def test_a_driver_that_has_made_volumes_needs_no_object() -> None:
    item = storage_class("old", "old.csi.example.com")

    assert codes(storageclasses.analyze, view_of(item, claim("old", "Bound"))) == []


def deleted(*finalizers: str, minutes: float = 60) -> Json:
    return claim(phase="Bound", deletionTimestamp=ago(minutes=minutes), finalizers=list(finalizers))


PROTECTED = "kubernetes.io/pvc-protection"
USER = pod(spec={"volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "data"}}]})


@pytest.mark.parametrize(
    ("objects", "words"),
    [
        ([deleted(PROTECTED), USER], "1 pod still uses it: web-1."),
        ([deleted(PROTECTED, "example.com/copy")], 'The finalizer "example.com/copy" holds it'),
        ([deleted(PROTECTED)], "No pod that was read uses it"),
    ],
    ids=["a pod", "a finalizer", "nothing"],
)
def test_a_deleted_claim_that_does_not_go_is_told_with_what_holds_it(objects: list[Json], words: str) -> None:
    found = only(pvc.analyze, view_of(*objects))

    assert found.code == "pvc.stuck_terminating"
    assert words in found.cause


@pytest.mark.parametrize("going", [deleted(PROTECTED, minutes=5), deleted()], ids=["young", "without finalizers"])
def test_a_deleted_claim_that_goes_is_silent(going: Json) -> None:
    assert codes(pvc.analyze, view_of(going, USER)) == []
