"""Requests for certificates that nobody decides on."""

from __future__ import annotations

import pytest

from kubecfg_analyzers.machinery.signings import analyze
from kubecfg_core.folding import fold
from tests.unit.kubecfg_analyzers.judging import Json, ago, codes, only, view_of

SERVING = "kubernetes.io/kubelet-serving"


def request(
    name: str = "csr-1", *conditions: str, node: str = "node-1", minutes: float = 60, signer: str = SERVING
) -> Json:
    return {
        "kind": "CertificateSigningRequest",
        "metadata": {"name": name, "creationTimestamp": ago(minutes=minutes)},
        "spec": {"signerName": signer, "username": f"system:node:{node}"},
        "status": {"conditions": [{"type": kind, "status": "True", "message": "no authority"} for kind in conditions]},
    }


def test_a_request_that_waits_is_told_once_for_each_asker_by_the_oldest() -> None:
    found = only(analyze, view_of(request(minutes=20), request("csr-0", minutes=90)))

    assert (found.code, found.name, found.evidence["count"]) == ("csr.pending", "csr-0", 2)
    assert (found.evidence["node"], found.evidence["signer"]) == ("node-1", SERVING)


def test_all_that_wait_for_one_signer_are_one_problem() -> None:
    view = view_of(request(), request("csr-2", node="node-2"))

    [problem] = fold(analyze(view), view)

    assert (problem.kind, problem.name, len(problem.members)) == ("Signer", SERVING, 2)


@pytest.mark.parametrize(
    "decided",
    [
        request("csr-1", "Approved"),
        request("csr-1", "Denied"),
        request(minutes=5),
        request(signer="kubernetes.io/kube-apiserver-client"),
    ],
    ids=["approved", "denied", "young", "by hand"],
)
def test_what_is_decided_or_may_wait_is_silent(decided: Json) -> None:
    assert codes(analyze, view_of(decided)) == []


def test_what_the_signer_could_not_issue_is_told() -> None:
    found = only(analyze, view_of(request("csr-1", "Approved", "Failed")))

    assert (found.code, found.cause) == ("csr.failed", "no authority.")
