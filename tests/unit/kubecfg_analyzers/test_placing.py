"""Why a pod fits on no node, and the smallest change with which it would."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kubecfg_analyzers.pods import analyze
from kubecfg_core import ClusterView, Finding, ReadState, Resource
from kubecfg_core.kinds.cluster import NODES
from kubecfg_core.kinds.pods import PODS
from kubecfg_core.quantity import parse_quantity
from kubecfg_core.testing import views
from kubecfg_core.view import Reading
from tests.unit.kubecfg_analyzers.judging import Json, ago, node, pod

CPU = "0/2 nodes are available: 2 Insufficient cpu."
TAINTED = "0/1 nodes are available: 1 node(s) had untolerated taint(s)."
LABELS = "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."
ZONE = "topology.kubernetes.io/zone"
HOST = "kubernetes.io/hostname"


def waiting(message: str, *, cpu: str = "", labels: dict[str, str] | None = None, **spec: Any) -> Json:
    """A pod `new` that the scheduler turned down with that message."""
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    container = {"resources": {"requests": {"cpu": cpu}}} if cpu else {}
    whole = {"nodeName": "", **spec}
    return pod({}, name="new", container=container, spec=whole, conditions=[condition], phase="Pending", labels=labels)


def on(where: str, *, cpu: str = "1", name: str = "", labels: dict[str, str] | None = None, **spec: Any) -> Json:
    """A good pod on that node."""
    resources = {"resources": {"requests": {"cpu": cpu}}}
    return pod(name=name or f"on-{where}", container=resources, spec={"nodeName": where, **spec}, labels=labels)


def told(*objects: Json, **more: Any) -> Finding:
    """The finding about `new`."""
    return about(views.view_of(*objects, **more))


def about(view: ClusterView) -> Finding:
    [finding] = [finding for finding in analyze(view) if finding.name == "new"]
    return finding


def test_the_largest_request_that_fits_is_told_with_what_would_have_to_be_freed() -> None:
    found = told(node(), on("node-1", cpu="2"), waiting(CPU, cpu="3"))

    assert "It fits on node-1 if it asks for at most 2, or if 1 cpu is freed there." in found.cause
    assert found.evidence["fits_node"] == "node-1"
    assert found.evidence["fits_request"] == "2"
    assert (found.evidence["freed_node"], found.evidence["shortage"]) == ("node-1", "1")


def test_scattered_rests_are_told_apart_from_a_true_shortage() -> None:
    nodes = [node("node-1"), node("node-2"), on("node-1", cpu="2500m"), on("node-2", cpu="2")]

    assert "3500m is free in all, but in pieces: at most 2 on one node" in told(*nodes, waiting(CPU, cpu="3")).cause
    assert "only 3500m is free in all" in told(*nodes, waiting(CPU, cpu="4")).cause


def test_a_request_that_would_have_to_shrink_to_nothing_is_no_advice() -> None:
    found = told(node(), on("node-1", cpu="3900m"), waiting(CPU, cpu="3"))

    assert "fits_request" not in found.evidence
    assert (found.evidence["lower_below"], found.evidence["largest_free"]) == ("3", "100m")
    assert "if 2900m cpu is freed" in found.cause


def test_pods_that_have_finished_take_nothing() -> None:
    done = on("node-1", cpu="4", name="done") | {"status": {"phase": "Succeeded"}}

    assert told(node(), done, on("node-1"), waiting(CPU, cpu="4")).evidence["largest_free"] == "3"


def test_a_node_that_the_pod_may_not_use_is_no_room() -> None:
    gpu = node("node-2", taints=[{"key": "gpu", "effect": "NoSchedule"}])
    message = "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s)."

    found = told(node(), on("node-1", cpu="3"), gpu, waiting(message, cpu="2"))

    assert (found.evidence["free_total"], found.evidence["fits_node"]) == ("1", "node-1")
    assert "With a toleration for gpu:NoSchedule it fits on node-2." in found.cause


def test_nothing_is_said_to_be_free_where_only_one_namespace_was_read() -> None:
    view = views.view_of(node(), on("node-1", cpu="2"), waiting(CPU, cpu="3"), namespace="default")

    found = about(view)

    assert "fits" not in found.cause
    assert "largest_free" not in found.evidence
    assert found.evidence["lower_below"] == "3"


def test_a_part_of_the_pods_is_not_taken_for_all() -> None:
    whole = views.view_of(node(), on("node-1", cpu="2"), waiting(CPU, cpu="3"))
    readings: dict[Resource[Any], Reading] = {NODES: Reading(state=ReadState.LISTED, objects=tuple(whole.all(NODES)))}
    readings[PODS] = Reading(state=ReadState.PARTIAL, objects=tuple(whole.all(PODS)))

    assert "free" not in about(ClusterView(readings, now=views.NOON)).cause


def test_the_biggest_container_is_the_one_to_lower() -> None:
    containers = [
        {"name": "app", "resources": {"requests": {"cpu": "2"}}},
        {"name": "log", "resources": {"requests": {"cpu": "1"}}},
    ]

    found = told(node(), on("node-1", cpu="2"), waiting(CPU, containers=containers))

    assert (found.evidence["container"], found.evidence["fits_request"]) == ("app", "1")
    assert "if container app asks for at most 1" in found.cause


def test_full_slots_are_told_with_the_nodes_own_number() -> None:
    full = node()
    full["status"]["allocatable"]["pods"] = "1"

    found = told(full, on("node-1"), waiting("0/1 nodes are available: 1 Too many pods."))

    assert found.cause == "The nodes run as many pods as they may: 1 on node-1."


def test_the_toleration_that_helps_is_named_with_its_node() -> None:
    tainted = node(taints=[{"key": "dedicated", "value": "db", "effect": "NoSchedule"}])

    found = told(tainted, waiting(TAINTED, cpu="1"))

    assert "With a toleration for dedicated=db:NoSchedule it fits on node-1." in found.cause
    assert found.evidence["fits_node"] == "node-1"


def test_no_toleration_is_advised_where_the_node_has_no_room_either() -> None:
    tainted = node(taints=[{"key": "dedicated", "value": "db", "effect": "NoSchedule"}])

    assert "it fits" not in told(tainted, waiting(TAINTED, cpu="5")).cause


def test_nobody_is_sent_to_the_control_plane() -> None:
    tainted = node(taints=[{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}])

    assert "it fits" not in told(tainted, waiting(TAINTED)).cause


def test_a_label_that_no_node_has_is_told_with_the_node_that_needs_but_it() -> None:
    found = told(node(), waiting(LABELS, nodeSelector={"disk": "ssd"}))

    assert "With the label disk=ssd, node node-1 fits." in found.cause
    assert (found.evidence["node_label"], found.evidence["fits_node"]) == ("disk=ssd", "node-1")


def test_a_selector_of_another_value_is_the_selectors_fault() -> None:
    found = told(node(labels={ZONE: "eu-1b"}), waiting(LABELS, nodeSelector={ZONE: "eu-1a"}))

    assert f"No node has the label {ZONE}=eu-1a; there is {ZONE}=eu-1b." in found.cause
    assert f"If it selected {ZONE}=eu-1b instead, it would fit on node-1." in found.cause
    assert "node_label" not in found.evidence


def test_a_condition_of_node_affinity_is_told_like_a_label() -> None:
    term = {"matchExpressions": [{"key": "disk", "operator": "In", "values": ["ssd", "nvme"]}]}
    rule = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}}

    found = told(node(), waiting(LABELS, affinity=rule))

    assert "No node has the label disk In ssd, nvme." in found.cause


def test_a_host_port_is_told_with_the_pod_that_has_it() -> None:
    port = [{"containerPort": 80, "hostPort": 8080}]
    holder = on("node-1", name="proxy", containers=[{"name": "app", "ports": port}])
    message = "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports."

    found = told(node(), holder, waiting(message, containers=[{"name": "app", "ports": port}]))

    assert found.cause == "Port 8080 of node-1 is taken by pod default/proxy."
    assert (found.evidence["port"], found.evidence["holder"]) == (8080, "proxy")
    assert "proxy" in found.sensitive


def test_the_zone_of_a_volume_is_told_with_the_node_that_lies_there() -> None:
    place = {"matchExpressions": [{"key": ZONE, "operator": "In", "values": ["eu-1a"]}]}
    volume = {
        "kind": "PersistentVolume",
        "metadata": {"name": "pv-1"},
        "spec": {"nodeAffinity": {"required": {"nodeSelectorTerms": [place]}}},
    }
    claim = {"kind": "PersistentVolumeClaim", "metadata": {"name": "data"}, "spec": {"volumeName": "pv-1"}}
    message = "0/2 nodes are available: 1 node(s) had volume node affinity conflict, 1 node(s) were unschedulable."
    nodes = [node("node-1", labels={ZONE: "eu-1a"}, unschedulable=True), node("node-2", labels={ZONE: "eu-1b"})]

    found = told(
        *nodes,
        volume,
        claim,
        waiting(message, volumes=[{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]),
    )

    assert f"Volume pv-1 can only be used where {ZONE}=eu-1a; there node-1 takes no pods now." in found.cause
    assert "It fits on node-1 once that takes pods again." in found.cause


def test_anti_affinity_is_told_with_the_pods_that_are_there() -> None:
    term = {"labelSelector": {"matchLabels": {"app": "web"}}, "topologyKey": HOST}
    rule = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    message = "0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules."

    found = told(
        node(labels={HOST: "node-1"}),
        on("node-1", name="web-0", labels={"app": "web"}),
        waiting(message, labels={"app": "web"}, affinity=rule),
    )

    assert found.cause == f"It must be away from pods with app=web (by {HOST}), and such are there (web-0)."


def test_the_anti_affinity_of_a_pod_that_runs_keeps_others_out() -> None:
    term = {"labelSelector": {"matchLabels": {"app": "web"}}, "topologyKey": HOST}
    rule = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    message = "0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules."

    found = told(
        node(labels={HOST: "node-1"}),
        on("node-1", name="hermit", affinity=rule),
        waiting(message, labels={"app": "web"}),
    )

    assert "such are there (hermit)" in found.cause


def test_affinity_to_pods_that_do_not_exist_is_told() -> None:
    term = {"labelSelector": {"matchLabels": {"app": "cache"}}, "topologyKey": HOST}
    rule = {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    message = "0/1 nodes are available: 1 node(s) didn't match pod affinity rules."

    found = told(node(labels={HOST: "node-1"}), waiting(message, affinity=rule))

    assert found.cause == f"It must be near pods with app=cache (by {HOST}), and there are none."


def test_a_skew_is_told_with_the_pods_of_each_zone() -> None:
    constraint = {
        "maxSkew": 1,
        "topologyKey": ZONE,
        "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": {"app": "web"}},
    }
    nodes = [node("node-1", labels={ZONE: "a"}), node("node-2", labels={ZONE: "b"}, unschedulable=True)]
    message = (
        "0/2 nodes are available: 1 node(s) didn't match pod topology spread constraints, 1 node(s) were unschedulable."
    )

    found = told(
        *nodes,
        on("node-1", name="web-0", labels={"app": "web"}),
        waiting(message, labels={"app": "web"}, topologySpreadConstraints=[constraint]),
    )

    assert "(pods now: a: 1, b: 0)" in found.cause
    assert "But for that, there node-2 takes no pods now." in found.cause


def test_where_the_objects_do_not_explain_the_message_no_node_is_promised() -> None:
    message = "0/1 nodes are available: 1 Insufficient cpu, 1 node(s) exceed max volume count."

    assert "It fits" not in told(node(), on("node-1", cpu="2"), waiting(message, cpu="3")).cause


def test_a_node_without_its_taint_yet_is_out_all_the_same() -> None:
    message = "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s)."
    silent = node("node-2", ready="Unknown")

    found = told(node(), on("node-1", cpu="3"), silent, waiting(message, cpu="2"))

    assert "It fits on node-2 once that takes pods again." in found.cause
    assert found.evidence["free_total"] == "1"


def test_a_pod_that_was_deleted_still_takes_its_room() -> None:
    going = on("node-1", cpu="3")
    going["metadata"]["deletionTimestamp"] = ago(seconds=5)

    assert told(node(), going, waiting(CPU, cpu="2")).evidence["largest_free"] == "1"


class Model:
    """A scheduler of one resource: a pod fits on a node that has at least as much left."""

    def __init__(self, nodes: dict[str, tuple[int, list[int]]]) -> None:
        self.left = {name: offered - sum(taken) for name, (offered, taken) in nodes.items()}

    def fits(self, millis: int) -> bool:
        return any(left >= millis for left in self.left.values())


CLUSTERS = st.dictionaries(
    st.sampled_from(["node-1", "node-2", "node-3"]),
    st.tuples(st.integers(1000, 8000), st.lists(st.integers(100, 3000), max_size=3)),
    min_size=1,
)


@given(CLUSTERS, st.integers(1, 9000))
def test_what_is_said_to_fit_fits_and_nothing_larger_does(nodes: dict[str, tuple[int, list[int]]], asked: int) -> None:
    model = Model(nodes)
    objects: list[Json] = []
    for name, (offered, taken) in nodes.items():
        objects += [on(name, cpu=f"{millis}m", name=f"{name}-{i}") for i, millis in enumerate(taken)]
        objects.append(node(name))
        objects[-1]["status"]["allocatable"] = {"cpu": f"{offered}m"}

    found = told(*objects, waiting(CPU, cpu=f"{asked}m"))

    free = int(parse_quantity(str(found.evidence["largest_free"])) * 1000)
    assert free == max(0, *model.left.values())
    assert not (model.fits(asked) and "fits_request" in found.evidence)
    if "fits_request" in found.evidence:
        fits = int(parse_quantity(str(found.evidence["fits_request"])) * 1000)
        assert model.fits(fits)
        assert not model.fits(fits + 1)
    if "shortage" in found.evidence:
        missing = int(parse_quantity(str(found.evidence["shortage"])) * 1000)
        assert model.left[str(found.evidence["freed_node"])] + missing == asked
    assert ("in pieces" in found.cause) == (
        not model.fits(asked)
        and sum(max(left, 0) for left in model.left.values()) >= asked
        and asked <= max(offered for offered, _ in nodes.values())
    )
    assert ("fits nowhere" in found.cause) == (asked > max(offered for offered, _ in nodes.values()))
