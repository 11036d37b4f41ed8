"""Releases of Helm that have failed, or that Helm left in between."""

from __future__ import annotations

import pytest

from kubecfg_analyzers.secrets import analyze
from kubecfg_core import Severity
from kubecfg_core.testing.views import NOON
from tests.unit.kubecfg_analyzers.judging import Json, ago, codes, only, view_of


def revision(number: object, status: str, *, hours: float = 2, **labels: str) -> Json:
    told = {"name": "shop", "owner": "helm", "status": status, "version": str(number), **labels}
    name = f"sh.helm.release.v1.shop.v{number}"
    metadata = {"name": name, "labels": told, "creationTimestamp": ago(hours=hours)}
    return {"kind": "Secret", "metadata": metadata, "type": "helm.sh/release.v1", "data": {"release": "c2VjcmV0"}}


def test_a_release_whose_last_revision_failed_is_told_with_the_one_that_worked() -> None:
    found = only(analyze, view_of(revision(9, "deployed"), revision(10, "failed")))

    assert (found.code, found.severity) == ("helm.release_failed", Severity.WARNING)
    assert (found.evidence["revision"], found.evidence["deployed_revision"]) == (10, 9)


def test_a_failure_that_was_made_good_is_silent() -> None:
    assert codes(analyze, view_of(revision(9, "failed"), revision(10, "deployed"))) == []


@pytest.mark.parametrize("status", ["pending-install", "pending-upgrade", "pending-rollback", "uninstalling"])
def test_a_release_that_helm_was_interrupted_at_is_stuck(status: str) -> None:
    found = only(analyze, view_of(revision(1, status)))

    assert (found.code, found.severity, found.evidence["minutes"]) == ("helm.release_stuck", Severity.ERROR, 120)
    assert "deployed_revision" not in found.evidence


def test_helm_may_be_at_work() -> None:
    now = str(int(NOON.timestamp()) - 60)

    assert codes(analyze, view_of(revision(1, "pending-upgrade", modifiedAt=now))) == []
    assert codes(analyze, view_of(revision(1, "pending-upgrade", hours=0.2))) == []


def test_each_release_is_judged_by_itself() -> None:
    other = revision(3, "failed", name="other")

    assert only(analyze, view_of(revision(10, "deployed"), other)).evidence["release"] == "other"


@pytest.mark.parametrize("odd", ["", "x", "99999999999999999999", "²"])
def test_odd_labels_do_not_raise(odd: str) -> None:
    assert codes(analyze, view_of(revision(odd, "failed", modifiedAt=odd))) == ["helm.release_failed"]
