from collections.abc import Iterable
from typing import Any

import pytest

from kubecfg_core.effects import Effect
from kubecfg_core.problems import Finding, ObjectRef, Severity, to_problems
from kubecfg_core.proving import Answer, Outcome, actors, outcome
from kubecfg_core.testing.views import view_of
from kubecfg_core.view import ClusterView


def finding(code: str, kind: str, name: str = "web", **more: Any) -> Finding:
    return Finding(code=code, kind=kind, name=name, namespace="default", text=code, severity=Severity.ERROR, **more)


def effect(kind: str, *, group: str = "", **more: Any) -> Effect:
    spec = {"before": {"spec": {"a": 1}}, "after": {"spec": {"a": 2}}, "namespace": "default", "name": "web", **more}
    return Effect(group=group, kind=kind, **spec)


def proved(
    found: Finding, change: Effect, *, after: Iterable[Finding] = (), before: Iterable[Finding] = (), view: Any = None
) -> Outcome:
    [problem] = to_problems([found])
    seen: ClusterView = view or view_of()
    return outcome(problem, [change], before=[found, *before], after=list(after), view=seen)


SELECTOR = finding("service.no_matching_pods", "Service")
CRASH = finding("pod.crashloop", "Pod", "web-1")


def test_a_finding_that_is_gone_is_cleared() -> None:
    found = proved(SELECTOR, effect("Service"))

    assert (found.answer, [item.code for item in found.cleared]) == (Answer.CLEARS, ["service.no_matching_pods"])


def test_a_finding_of_a_specification_that_is_still_there_remains() -> None:
    assert proved(SELECTOR, effect("Service"), after=[SELECTOR]).answer is Answer.REMAINS


@pytest.mark.parametrize(
    ("code", "who"),
    [
        ("pod.crashloop", "a running container"),
        ("pod.image_not_found", "the kubelet, which pulls the image"),
        ("pod.unschedulable_resources", "the scheduler"),
    ],
)
def test_what_new_pods_will_do_cannot_be_told(code: str, who: str) -> None:
    broken = finding(code, "Pod", "web-1")

    found = proved(broken, effect("Deployment", group="apps"), after=[broken])

    assert (found.answer, found.waits_for) == (Answer.CANNOT_TELL, ["the Deployment controller", who])


def test_a_change_elsewhere_leaves_the_problem() -> None:
    assert proved(CRASH, effect("Deployment", group="apps", namespace="other"), after=[CRASH]).answer is Answer.REMAINS


def test_a_note_on_an_object_leaves_the_problem() -> None:
    note = effect(
        "Deployment", before={"metadata": {"annotations": {}}}, after={"metadata": {"annotations": {"a": "b"}}}
    )

    assert proved(CRASH, note, after=[CRASH]).answer is Answer.REMAINS


def test_a_reference_that_is_still_missing_remains_whatever_controllers_do() -> None:
    missing = finding("pod.missing_secret_key", "Pod", "web-1")

    assert proved(missing, effect("Secret"), after=[missing]).answer is Answer.REMAINS


def test_a_reference_that_resolves_waits_for_the_kubelet() -> None:
    found = proved(finding("pod.missing_secret_key", "Pod", "web-1"), effect("Secret"))

    assert (found.answer, found.waits_for) == (Answer.CLEARS, ["the kubelet, which starts the container"])


def test_the_old_status_of_an_ill_pod_is_no_new_problem() -> None:
    stale = finding("pod.waiting", "Pod", "web-1")

    assert proved(finding("pod.missing_secret", "Pod", "web-1"), effect("Secret"), after=[stale]).new == []


def test_what_the_change_breaks_is_told() -> None:
    harm = finding("ingress.service_port_missing", "Ingress")

    assert [item.code for item in proved(SELECTOR, effect("Service"), after=[harm]).new] == [harm.code]


def test_a_secret_whose_content_is_not_known_proves_no_certificate() -> None:
    expired = finding("secret.tls_expired", "Secret")

    assert proved(expired, effect("Secret", sealed=frozenset({"tls.crt"}))).answer is Answer.CANNOT_TELL


def test_a_secret_whose_content_is_not_known_brings_no_findings_of_its_content() -> None:
    missing = finding("ingress.tls_secret_missing", "Ingress")
    empty = finding("ingress.tls_invalid", "Ingress", culprit=ObjectRef(kind="Secret", name="web", namespace="default"))

    found = proved(missing, effect("Secret", sealed=frozenset({"tls.crt"})), after=[empty])

    assert (found.answer, found.new) == (Answer.CLEARS, [])


def test_a_pod_that_its_controller_makes_again_may_be_no_better() -> None:
    owner = {"kind": "ReplicaSet", "name": "r", "uid": "r", "controller": True}
    view = view_of({"kind": "Pod", "metadata": {"name": "web", "ownerReferences": [owner]}})

    found = proved(finding("pod.crashloop", "Pod"), effect("Pod", before={}, after=None), view=view)

    assert (found.answer, found.waits_for) == (Answer.CANNOT_TELL, ["the ReplicaSet controller"])


def test_a_pod_that_nobody_makes_again_is_gone() -> None:
    view = view_of({"kind": "Pod", "metadata": {"name": "web"}})

    found = proved(finding("pod.crashloop", "Pod"), effect("Pod", before={}, after=None), view=view)

    assert found.answer is Answer.CLEARS


def test_other_containers_of_the_pod_are_other_findings() -> None:
    one, other = (finding("pod.missing_secret_key", "Pod", evidence={"container": name}) for name in ("a", "b"))

    assert proved(one, effect("Secret"), after=[other]).answer is Answer.CLEARS


def test_who_acts_on_a_rollback_is_named_by_the_type() -> None:
    assert actors(["deploy"]) == ["the Deployment controller", "a running container"]
