from __future__ import annotations

from typing import Any

import pytest

from kubecfg_analyzers.pods import analyze
from kubecfg_core import Severity
from kubecfg_core.kinds.config import CONFIGMAPS, SECRETS, SERVICEACCOUNTS
from kubecfg_core.kinds.storage import CLAIMS
from tests.unit.kubecfg_analyzers.judging import ago, codes, only, owned, pod, view_of, waiting, warning

CREATING = waiting("ContainerCreating")
SECRET_KEY = {"env": [{"name": "K", "valueFrom": {"secretKeyRef": {"name": "creds", "key": "token"}}}]}
CONFIG_KEY = {"env": [{"name": "K", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "mode"}}}]}
SETTINGS = {"kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"modes": "x"}}
CREDS = {"kind": "Secret", "metadata": {"name": "creds"}, "data": {"password": "eA=="}}

MISSING: list[tuple[dict[str, Any], str, str]] = [
    ({"container": SECRET_KEY}, "pod.missing_secret", "secret"),
    ({"container": {"envFrom": [{"secretRef": {"name": "creds"}}]}}, "pod.missing_secret", "secret"),
    ({"spec": {"volumes": [{"name": "v", "secret": {"secretName": "creds"}}]}}, "pod.missing_secret", "secret"),
    ({"container": CONFIG_KEY}, "pod.missing_configmap", "configmap"),
    ({"container": {"envFrom": [{"configMapRef": {"name": "settings"}}]}}, "pod.missing_configmap", "configmap"),
    ({"spec": {"volumes": [{"name": "v", "configMap": {"name": "settings"}}]}}, "pod.missing_configmap", "configmap"),
    (
        {"spec": {"volumes": [{"name": "v", "projected": {"sources": [{"configMap": {"name": "settings"}}]}}]}},
        "pod.missing_configmap",
        "configmap",
    ),
    (
        {"spec": {"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]}},
        "pod.missing_claim",
        "claim",
    ),
    ({"spec": {"serviceAccountName": "robot"}}, "pod.missing_serviceaccount", "serviceaccount"),
    ({"spec": {"imagePullSecrets": [{"name": "hub"}]}}, "pod.missing_pull_secret", "secret"),
]


@pytest.mark.parametrize(("asks", "code", "fact"), MISSING)
def test_a_reference_to_nothing_is_reported(asks: dict[str, Any], code: str, fact: str) -> None:
    found = only(analyze, view_of(pod(CREATING, phase="Pending", creationTimestamp=ago(seconds=30), **asks)))

    assert found.code == code
    assert f'"{found.evidence[fact]}"' in found.text


@pytest.mark.parametrize(("asks", "code", "fact"), MISSING)
def test_nothing_is_missing_where_the_kind_could_not_be_read(asks: dict[str, Any], code: str, fact: str) -> None:
    view = view_of(pod(**asks), forbidden=[SECRETS, CONFIGMAPS, CLAIMS, SERVICEACCOUNTS])

    assert codes(analyze, view) == []


@pytest.mark.parametrize(("asks", "code", "fact"), MISSING)
def test_nothing_is_missing_in_a_namespace_that_was_not_read(asks: dict[str, Any], code: str, fact: str) -> None:
    assert codes(analyze, view_of(pod(**asks), namespace="elsewhere")) == []


def test_a_key_that_the_secret_has_not_is_reported() -> None:
    found = only(analyze, view_of(pod(CREATING, container=SECRET_KEY, phase="Pending"), CREDS))

    assert (found.code, found.evidence["key"]) == ("pod.missing_secret_key", "token")


def test_a_key_that_the_configmap_has_not_is_reported_with_the_nearest() -> None:
    found = only(analyze, view_of(pod(CREATING, container=CONFIG_KEY, phase="Pending"), SETTINGS))

    assert (found.code, found.evidence["nearest"]) == ("pod.missing_configmap_key", "modes")
    assert 'Did you mean "modes"?' in found.cause


def test_a_key_that_a_volume_picks_is_looked_for() -> None:
    volume = {"name": "v", "secret": {"secretName": "creds", "items": [{"key": "tls.crt", "path": "x"}]}}

    found = only(analyze, view_of(pod(CREATING, spec={"volumes": [volume]}, phase="Pending"), CREDS))

    assert (found.code, found.evidence["key"]) == ("pod.missing_secret_key", "tls.crt")


def test_binary_data_of_a_configmap_counts_as_keys() -> None:
    binary = {"kind": "ConfigMap", "metadata": {"name": "settings"}, "binaryData": {"mode": "AA=="}}

    assert codes(analyze, view_of(pod(container=CONFIG_KEY), binary)) == []


@pytest.mark.parametrize(
    "asks",
    [
        {"container": {"envFrom": [{"secretRef": {"name": "creds", "optional": True}}]}},
        {"container": {"env": [{"name": "K", "valueFrom": {"configMapKeyRef": {"name": "a", "optional": True}}}]}},
        {"spec": {"volumes": [{"name": "v", "secret": {"secretName": "creds", "optional": True}}]}},
        {"container": {"env": [{"name": "K", "value": "plain"}]}},
    ],
)
def test_what_is_optional_may_be_missing(asks: dict[str, Any]) -> None:
    assert codes(analyze, view_of(pod(**asks))) == []


def test_what_a_serving_pod_lacks_is_a_warning() -> None:
    found = only(analyze, view_of(pod(container=SECRET_KEY)))

    assert found.severity is Severity.WARNING
    assert "will not start again" in found.cause


def test_a_secret_named_twice_is_one_finding() -> None:
    view = view_of(pod(CREATING, container={"env": [*SECRET_KEY["env"], *SECRET_KEY["env"]]}, phase="Pending"))

    assert codes(analyze, view) == ["pod.missing_secret"]


def test_a_missing_secret_that_the_kubelet_reports_too_is_one_finding() -> None:
    status = waiting("CreateContainerConfigError", 'secret "creds" not found')

    assert codes(analyze, view_of(pod(status, container=SECRET_KEY, phase="Pending"))) == ["pod.missing_secret"]


def test_a_missing_volume_secret_that_a_warning_reports_too_is_one_finding() -> None:
    view = view_of(
        pod(CREATING, spec={"volumes": [{"name": "v", "secret": {"secretName": "creds"}}]}, phase="Pending"),
        warning("FailedMount", 'MountVolume.SetUp failed for volume "v" : secret "creds" not found'),
    )

    assert codes(analyze, view) == ["pod.missing_secret"]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ('secret "creds" not found', "pod.missing_secret"),
        ('configmap "settings" not found', "pod.missing_configmap"),
        ("couldn't find key token in Secret default/creds", "pod.missing_secret_key"),
        ("couldn't find key mode in ConfigMap default/settings", "pod.missing_configmap_key"),
    ],
)
def test_the_kubelet_is_believed_where_the_kind_could_not_be_read(message: str, code: str) -> None:
    status = waiting("CreateContainerConfigError", message)

    assert codes(analyze, view_of(pod(status, phase="Pending"), forbidden=[SECRETS, CONFIGMAPS])) == [code]


def test_a_missing_claim_explains_why_the_pod_is_not_scheduled() -> None:
    view = view_of(
        pod(
            {},
            spec={"nodeName": "", "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]},
            conditions=[
                {
                    "type": "PodScheduled",
                    "status": "False",
                    "reason": "Unschedulable",
                    "message": '0/1 nodes are available: persistentvolumeclaim "data" not found.',
                }
            ],
            phase="Pending",
        )
    )

    assert codes(analyze, view) == ["pod.missing_claim"]


def test_a_finished_pod_needs_nothing_any_more() -> None:
    assert codes(analyze, view_of(pod(container=SECRET_KEY, phase="Succeeded"))) == []


def test_what_a_pod_of_a_moment_names_may_have_been_made_after_its_list_was_read() -> None:
    new = pod(CREATING, container=SECRET_KEY, phase="Pending", creationTimestamp=ago(seconds=3))

    assert codes(analyze, view_of(new)) == []


def test_a_pod_of_a_moment_does_not_vouch_for_its_siblings() -> None:
    pulls = {"imagePullSecrets": [{"name": "gone"}]}
    new = pod(name="web-1", spec=pulls, creationTimestamp=ago(seconds=3), **owned("ReplicaSet", "web-7f"))
    old = pod(name="web-2", spec=pulls, **owned("ReplicaSet", "web-7f"))

    assert only(analyze, view_of(new, old)).name == "web-2"


def test_a_pull_secret_that_openshift_has_renewed_is_not_missed_by_pods_that_serve() -> None:
    renewed = {"imagePullSecrets": [{"name": "default-dockercfg-x7k2p"}]}

    assert codes(analyze, view_of(pod(spec=renewed))) == []
    assert codes(analyze, view_of(pod(CREATING, spec=renewed, phase="Pending", creationTimestamp=ago(minutes=5)))) == [
        "pod.missing_pull_secret"
    ]
