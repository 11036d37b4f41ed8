"""What a network policy blocks, and a DNS that does not answer: told as the cause where that is certain."""

from __future__ import annotations

import pytest

from kubecfg_analyzers.dns import behind
from kubecfg_analyzers.enforcement import OTHERS, further
from kubecfg_analyzers.networking.networkpolicies import analyze
from kubecfg_core.decoding import decode_pages
from kubecfg_core.kinds.machinery import DEFINITIONS
from kubecfg_core.kinds.pods import PODS
from kubecfg_core.resources import ReadState
from kubecfg_core.testing.views import KINDS
from kubecfg_core.view import ClusterView, Reading
from tests.unit.kubecfg_analyzers.judging import Json, ago, codes, crashing, owned, pod, view_of
from tests.unit.kubecfg_analyzers.test_networkpolicies import DNS, TO_ALL_PODS, dns, policy, service, web
from tests.unit.kubecfg_analyzers.test_one_cause import HOOK, app, problems, refused

SILENT = "dial tcp: lookup db on 10.96.0.10:53: read udp: i/o timeout"
TIMEOUT = 'failed calling webhook "check.example.com": context deadline exceeded'
CILIUM = OTHERS[0]


def crashed(message: str, **spec: object) -> list[Json]:
    """A web application whose last words are these."""
    made = app("web", crashing(message=message))
    made[2]["spec"] |= spec
    return made


@pytest.mark.parametrize(
    "words",
    [
        SILENT,
        "getaddrinfo EAI_AGAIN db",
        "Temporary failure in name resolution",
        "lookup db on 10.96.0.10:53: server misbehaving",
        "socket.gaierror: [Errno -3] Temporary failure in name resolution",
        "could not resolve host db: DNS query timed out",
    ],
)
def test_a_pod_that_no_policy_lets_out_to_the_dns_suffers_from_the_policy(words: str) -> None:
    [problem] = problems(policy(egress=[TO_ALL_PODS]), *dns(), *crashed(words))

    assert (problem.kind, problem.name, problem.code) == ("NetworkPolicy", "rules", "networkpolicy.blocks_dns")
    hurt = {f"{item.kind} {item.name}" for item in problem.symptoms}
    assert hurt == {"Pod web-1-x", "Deployment web", "Service web", "Ingress web"}


def test_what_a_policy_breaks_keeps_its_severity_and_its_reach() -> None:
    [problem] = problems(policy(egress=[TO_ALL_PODS]), *dns(), *crashed(SILENT))

    assert problem.severity == "critical"
    assert (problem.blast_radius.pods, problem.blast_radius.workloads, problem.blast_radius.services) == (1, 1, 1)


def test_a_pod_that_may_reach_the_dns_does_not_suffer_from_the_policy() -> None:
    [problem] = problems(policy(egress=[TO_ALL_PODS, DNS]), *dns(), *crashed(SILENT))

    assert problem.code == "pod.crashloop"
    assert problem.culprit is not None
    assert (problem.culprit.kind, problem.culprit.name) == ("Service", "kube-dns")


def test_all_that_get_no_answer_from_a_dns_that_is_down_are_one_problem() -> None:
    down = dns()
    down[2]["status"] = pod(crashing())["status"]
    down[2]["metadata"] |= owned("ReplicaSet", "coredns-1")

    [problem] = problems(*down, *crashed(SILENT), *app("api", crashing(message=SILENT)))

    assert (problem.kind, problem.name, problem.code) == ("Pod", "coredns", "pod.crashloop")
    assert problem.blast_radius.namespaces == 2
    assert {"Deployment web", "Deployment api"} <= {f"{item.kind} {item.name}" for item in problem.symptoms}


@pytest.mark.parametrize(
    ("words", "spec"),
    [("lookup db: no such host", {}), ("connection refused by db:5432", {}), (SILENT, {"dnsPolicy": "Default"})],
    ids=["no such name", "another trouble", "another dns"],
)
def test_other_words_are_not_the_fault_of_the_dns(words: str, spec: dict[str, str]) -> None:
    view = view_of(*dns(), pod(crashing(message=words), spec=spec))

    assert behind(view, view.within(PODS, "default")[0], words) is None


def test_a_webhook_that_times_out_behind_a_policy_suffers_from_it() -> None:
    made = app("policy", {"ready": True, "state": {"running": {"startedAt": ago(hours=1)}}})[2:4]
    made[0]["spec"]["containers"][0]["ports"] = [{"containerPort": 80}]
    closed = policy({"app": "policy"}, ingress=[])

    [problem] = problems(HOOK, *made, closed, *refused("api", TIMEOUT))

    assert (problem.kind, problem.code) == ("NetworkPolicy", "networkpolicy.blocks_service")
    assert problem.severity == "critical"
    assert "Deployment api" in {f"{item.kind} {item.name}" for item in problem.symptoms}


def test_an_api_whose_service_a_policy_closes_suffers_from_it() -> None:
    api: Json = {
        "kind": "APIService",
        "metadata": {"name": "v1.things.example.com"},
        "spec": {
            "group": "things.example.com",
            "version": "v1",
            "insecureSkipTLSVerify": True,
            "service": {"name": "web", "namespace": "default", "port": 80},
        },
        "status": {
            "conditions": [
                {
                    "type": "Available",
                    "status": "False",
                    "reason": "FailedDiscoveryCheck",
                    "lastTransitionTime": ago(hours=1),
                }
            ]
        },
    }

    [problem] = problems(api, policy(ingress=[]), service(), web())

    assert (problem.kind, problem.severity) == ("NetworkPolicy", "error")


def definition(name: str) -> Json:
    return {"kind": "CustomResourceDefinition", "metadata": {"name": name}}


def beside(*objects: Json, read: Reading) -> ClusterView:
    """A cluster with a policy that closes a Service, where Cilium's policies are served too."""
    base = view_of(policy(ingress=[]), service(), web(), definition(CILIUM.full_name), *objects)
    readings = {kind: Reading(state=base.state(kind), objects=tuple(base.all(kind))) for kind in KINDS}
    return ClusterView(readings | {CILIUM: read}, now=base.now)


def listed(namespace: str) -> Reading:
    body = b'{"items":[{"metadata":{"name":"open","namespace":"%s"}}]}' % namespace.encode()
    return Reading(state=ReadState.LISTED, objects=tuple(decode_pages((body,), CILIUM.struct)[0]))


@pytest.mark.parametrize(
    ("read", "told"),
    [
        (Reading(state=ReadState.LISTED), ["networkpolicy.blocks_service"]),
        (Reading(state=ReadState.ABSENT), ["networkpolicy.blocks_service"]),
        (listed("other"), ["networkpolicy.blocks_service"]),
        (listed("default"), []),
        (Reading(state=ReadState.FORBIDDEN), []),
        (Reading(state=ReadState.UNREAD), []),
    ],
    ids=["none", "not served", "elsewhere", "here", "forbidden", "unread"],
)
def test_where_policies_of_another_kind_may_count_nothing_is_called_blocked(read: Reading, told: list[str]) -> None:
    assert codes(analyze, beside(read=read)) == told


def test_the_other_kinds_are_asked_for_where_there_are_policies_and_they_are_served() -> None:
    served = definition(CILIUM.full_name)

    assert list(further(view_of(policy(), served))) == [CILIUM]
    assert list(further(view_of(policy()))) == []
    assert list(further(view_of(served))) == []
    assert list(further(view_of(policy(), forbidden=[DEFINITIONS]))) == list(OTHERS)


def plugin(name: str, *images: str) -> list[Json]:
    """The DaemonSet of a network plugin, and its pod."""
    made = pod(name=f"{name}-x", namespace="kube-system", **owned("DaemonSet", name))
    made["spec"]["containers"] = [{"name": f"c{number}", "image": image} for number, image in enumerate(images)]
    return [{"kind": "DaemonSet", "metadata": {"name": name, "namespace": "kube-system"}}, made]


FLANNEL = plugin("kube-flannel-ds", "ghcr.io/flannel-io/flannel:v0.26.1")


def test_a_plugin_that_enforces_no_policy_makes_it_one_problem() -> None:
    view = view_of(policy(ingress=[]), policy({}, name="all", ingress=[]), service(), web(), *FLANNEL)

    found = list(analyze(view))

    assert {finding.code for finding in found} == {"networkpolicy.not_enforced"}
    assert {finding.culprit.name for finding in found if finding.culprit} == {"kube-flannel-ds"}


@pytest.mark.parametrize(
    "objects",
    [
        [*FLANNEL, *plugin("kube-router", "kube-router:v2")],
        plugin("kube-flannel-ds", "flannel:v0.26.1", "registry.k8s.io/networking/kube-network-policies:v0.7"),
        plugin("cilium", "cilium:v1.18"),
        [],
    ],
    ids=["another beside it", "another in its pod", "one that does", "unknown"],
)
def test_a_plugin_that_may_enforce_policies_is_not_told(objects: list[Json]) -> None:
    view = view_of(policy(ingress=[]), service(), web(), *objects)

    assert codes(analyze, view) == ["networkpolicy.blocks_service"]
