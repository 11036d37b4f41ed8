"""One cause, one problem: nothing hidden, nothing milder, the same names from run to run."""

from __future__ import annotations

import random
from typing import Any

import pytest

from kubecfg_core.folding import concerning, fold
from kubecfg_core.problems import BlastRadius, Finding, ObjectRef, Problem, Severity
from kubecfg_core.testing.views import view_of

EMPTY = view_of()
SECRET = ObjectRef(kind="Secret", name="db", namespace="shop")


def finding(kind: str, name: str, code: str, **more: Any) -> Finding:
    severity = more.pop("severity", Severity.ERROR)
    namespace = more.pop("namespace", "shop")
    text = more.pop("text", f"{name} is wrong.")
    return Finding(code=code, kind=kind, name=name, namespace=namespace, text=text, severity=severity, **more)


def pod(name: str, code: str = "pod.crashloop", **more: Any) -> Finding:
    return finding("Pod", name, code, **{"parent": "Deployment/api", "evidence": {"container": "app"}, **more})


def ref(kind: str, name: str, namespace: str = "shop") -> ObjectRef:
    return ObjectRef(kind=kind, name=name, namespace=namespace)


def only(*findings: Finding) -> Problem:
    [problem] = fold(findings, EMPTY)
    return problem


def test_the_pods_of_a_deployment_with_one_error_are_one_problem() -> None:
    problem = only(*(pod(f"api-{number}") for number in range(10)))

    assert (problem.kind, problem.name, problem.parent_object) == ("Pod", "api-0", "Deployment/api")
    assert [member.name for member in problem.members] == [f"api-{number}" for number in range(10)]


def test_ten_pods_with_one_error_say_it_once() -> None:
    problem = only(*(pod(f"api-{number}", text=f"It has ended {number} times.") for number in range(10)))

    assert [error.text for error in problem.errors] == ["It has ended 0 times."]


def test_a_chain_of_symptoms_ends_in_its_cause() -> None:
    problem = only(
        finding("Ingress", "web", "ingress.backend_not_ready", culprit=ref("Service", "api")),
        finding("Service", "api", "service.no_ready_pods", culprit=ref("Pod", "api-1")),
        finding("Deployment", "api", "deployment.unavailable", culprit=ref("Pod", "api-1")),
        pod("api-1", "pod.missing_secret", culprit=SECRET),
    )

    assert (problem.kind, problem.name, problem.code) == ("Pod", "api-1", "pod.missing_secret")
    assert {(item.kind, item.name) for item in problem.symptoms} == {
        ("Ingress", "web"), ("Service", "api"), ("Deployment", "api"),
    }  # fmt: skip


def test_what_several_workloads_lack_is_the_problem() -> None:
    problem = only(
        pod("api-1", "pod.missing_secret", culprit=SECRET),
        pod("web-1", "pod.missing_secret", culprit=SECRET, parent="Deployment/web"),
    )

    assert (problem.kind, problem.name, problem.namespace) == ("Secret", "db", "shop")
    assert problem.parent_object == ""


def test_an_object_with_a_finding_of_its_own_is_the_problem() -> None:
    problem = only(
        finding("Ingress", "web", "ingress.tls_expired", culprit=SECRET),
        finding("Secret", "db", "secret.tls_expired"),
    )

    assert (problem.kind, problem.code) == ("Secret", "secret.tls_expired")
    assert [item.kind for item in problem.symptoms] == ["Ingress"]


def test_the_cause_across_namespaces_counts_what_it_hurts() -> None:
    host = ref("Registry", "registry.example.com", "")
    findings = [pod("api-1", "pod.image_dns", culprit=host, namespace=place) for place in ("shop", "stage")]
    service = finding("Service", "api", "service.no_ready_pods", culprit=ref("Pod", "api-1"))

    assert only(*findings, service).blast_radius == BlastRadius(pods=2, workloads=2, services=1, namespaces=2)


def test_a_symptom_that_is_worse_than_its_cause_makes_the_problem_as_bad() -> None:
    service = finding(
        "Service", "api", "service.no_ready_pods", culprit=ref("Pod", "api-1"), severity=Severity.CRITICAL
    )

    assert only(pod("api-1", severity=Severity.WARNING), service).severity is Severity.CRITICAL


def test_two_causes_on_one_object_are_two_problems() -> None:
    problems = fold(
        [
            finding("Ingress", "web", "ingress.class_missing", culprit=ref("IngressClass", "x", "")),
            finding("Ingress", "web", "ingress.tls_secret_missing", culprit=SECRET),
        ],
        EMPTY,
    )

    assert sorted(problem.code for problem in problems) == ["ingress.class_missing", "ingress.tls_secret_missing"]


def test_a_container_that_crashes_and_is_not_ready_between_is_one_problem() -> None:
    assert only(pod("api-1"), pod("api-2", "pod.not_ready")).code == "pod.crashloop"


def test_two_containers_with_troubles_are_two_problems() -> None:
    assert len(fold([pod("api-1"), pod("api-1", evidence={"container": "proxy"})], EMPTY)) == 2


def test_an_id_does_not_change_with_the_names_of_pods_and_the_numbers_in_texts() -> None:
    before = only(pod("api-1", text="It has ended 4 times."))
    after = only(pod("api-2", "pod.not_ready", text="It has run for 2 minutes."))

    assert before.id == after.id


def test_different_causes_have_different_ids() -> None:
    problems = fold([pod("api-1"), pod("web-1", parent="Deployment/web"), pod("api-1", namespace="stage")], EMPTY)

    assert len({problem.id for problem in problems}) == 3


def test_a_culprit_pod_on_which_nothing_was_found_stands_for_its_workload() -> None:
    view = view_of(
        {"kind": "ReplicaSet", "metadata": _owned("api-5d", "Deployment", "api")},
        {"kind": "Pod", "metadata": _owned("api-5d-1", "ReplicaSet", "api-5d")},
    )
    findings = [
        finding(kind, "api", code, culprit=ref("Pod", "api-5d-1"))
        for kind, code in (("Deployment", "deployment.unavailable"), ("Service", "service.no_ready_pods"))
    ]

    [problem] = fold(findings, view)
    assert (problem.kind, problem.code) == ("Deployment", "deployment.unavailable")


def test_findings_that_blame_each_other_are_one_problem() -> None:
    problem = only(
        finding("Service", "a", "service.x", culprit=ref("Service", "b")),
        finding("Service", "b", "service.x", culprit=ref("Service", "a")),
    )

    assert len(problem.findings) == 2


def test_a_finding_that_blames_its_own_object_is_its_own_cause() -> None:
    assert only(finding("Service", "a", "service.x", culprit=ref("Service", "a"))).symptoms == []


def _owned(name: str, kind: str, owner: str) -> dict[str, Any]:
    owners = [{"kind": kind, "name": owner, "uid": f"{kind}/{owner}", "controller": True}]
    return {"name": name, "namespace": "shop", "ownerReferences": owners}


def _random_findings(chance: random.Random) -> list[Finding]:
    kinds = ("Pod", "Service", "Deployment", "Secret", "Node")

    def some() -> ObjectRef:
        return ref(chance.choice(kinds), chance.choice("abc"), chance.choice(("shop", "stage")))

    return [
        Finding(
            code=f"x.{chance.choice('pq')}",
            kind=about.kind,
            name=about.name,
            namespace=about.namespace,
            text=f"Finding {number}.",
            severity=chance.choice(list(Severity)),
            parent=chance.choice(("", "Deployment/a")) if about.kind == "Pod" else "",
            evidence={"container": "app"} if chance.random() < 0.5 else {},
            culprit=some() if chance.random() < 0.6 else None,
        )
        for number in range(chance.randrange(12))
        for about in (some(),)
    ]


@pytest.mark.parametrize("seed", range(200))
def test_folding_hides_nothing_makes_nothing_milder_and_does_not_depend_on_the_order(seed: int) -> None:
    chance = random.Random(seed)
    findings = _random_findings(chance)

    problems = fold(findings, EMPTY)

    assert sorted(f.text for problem in problems for f in problem.findings) == sorted(f.text for f in findings)
    for problem in problems:
        assert problem.severity is min((f.severity for f in problem.findings), key=lambda severity: severity.rank)
        own = (problem.kind, problem.namespace, problem.name, problem.code)
        told = {(item.kind, item.namespace, item.name, item.code) for item in problem.symptoms} | {own}
        assert {(f.kind, f.namespace, f.name, f.code) for f in problem.findings} <= told
    assert len({problem.id for problem in problems}) == len(problems)
    chance.shuffle(findings)
    assert fold(findings, EMPTY) == problems


def test_a_namespace_is_not_told_of_cluster_wide_trouble_that_does_not_reach_it() -> None:
    node = finding("Node", "node-2", "node.not_ready", namespace="")

    assert concerning([node], "shop") == []


def test_a_namespace_is_told_of_the_cluster_wide_cause_of_what_it_suffers_from() -> None:
    node = finding("Node", "node-2", "node.not_ready", namespace="")
    lost = pod("api-1", "pod.node_not_ready", culprit=ref("Node", "node-2", ""))

    assert concerning([node, lost], "shop") == [node, lost]


def test_a_namespace_is_told_of_what_names_it() -> None:
    evidence = {"claim": "data", "claim_namespace": "shop"}

    storage = finding("StorageClass", "slow", "storageclass.no_provisioner", namespace="", evidence=evidence)

    assert (concerning([storage], "shop"), concerning([storage], "stage")) == ([storage], [])


def test_a_refused_workload_goes_with_the_configuration_of_the_webhook_that_refuses() -> None:
    hook = ref("Webhook", "check.example.com", "")
    findings = [
        finding("Deployment", "api", "deployment.webhook_unreachable", culprit=hook),
        finding(
            "ValidatingWebhookConfiguration",
            "policy",
            "webhook.not_ready",
            namespace="",
            evidence={"webhook": "check.example.com"},
            culprit=ref("Service", "policy"),
        ),
        finding("Service", "policy", "service.no_ready_pods"),
    ]

    assert concerning(findings, "shop") == findings
    assert (only(*findings).kind, only(*findings).code) == ("Service", "service.no_ready_pods")
