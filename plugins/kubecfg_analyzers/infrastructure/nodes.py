"""The analyzer of nodes: what is not ready, short of something, closed, full, or of too old a version."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from kubecfg_analyzers.events import when
from kubecfg_analyzers.infrastructure import node_conditions
from kubecfg_analyzers.infrastructure.node_conditions import found_on
from kubecfg_analyzers.infrastructure.node_load import Load
from kubecfg_analyzers.infrastructure.pods_by import by_node
from kubecfg_analyzers.report import ERROR, clip, minutes, sentence
from kubecfg_core import Analyzer, ClusterView, Finding
from kubecfg_core.kinds.cluster import NODES, Node
from kubecfg_core.kinds.events import WARNINGS, Event
from kubecfg_core.kinds.pods import PODS
from kubecfg_core.kinds.workloads import JOBS, REPLICASETS

_VERSION: Final = re.compile(r"v?1\.(\d{1,4})\b")
_OLDEST: Final = 3
_SKEW_DOC: Final = "setup/release/version-skew-policy/"
_EVICTION_DOC: Final = "concepts/scheduling-eviction/node-pressure-eviction/"


def analyze(view: ClusterView) -> Iterator[Finding]:
    """What is wrong with every node that stays; in an analysis of one namespace, with those that have pods of it."""
    pods = view.once(by_node)
    load = Load(view, pods)
    events = _events(view)
    nodes = [node for node in view.all(NODES) if node.metadata.deletionTimestamp is None]
    if view.namespace is not None:
        nodes = [node for node in nodes if node.name in pods]
    for node in nodes:
        yield from node_conditions.check(view, node, pods.get(node.name, []))
        yield from load.check(node)
        yield from _told(view, node, events.get(node.name, []))
    yield from _skew(nodes)


def _events(view: ClusterView) -> dict[str, list[Event]]:
    """The warnings about nodes, the latest first. Kubelets write the node's name in place of its uid."""
    events: dict[str, list[Event]] = defaultdict(list)
    for event in sorted(view.all(WARNINGS), key=when, reverse=True):
        if event.involvedObject.kind == "Node":
            events[event.involvedObject.name].append(event)
    return events


def _told(view: ClusterView, node: Node, events: list[Event]) -> Iterator[Finding]:
    oom = next((event for event in events if event.reason == "SystemOOM"), None)
    if oom is not None:
        yield found_on(
            node,
            "node.system_oom",
            "The kernel of the node has killed a process, as the node itself was out of memory.",
            cause=f"{sentence(oom.message)} Pods without memory limits do this, or too little kept for the system.",
            doc="tasks/administer-cluster/reserve-compute-resources/",
            facts={"message": clip(oom.message), "minutes": minutes(view.now, oom.at)},
        )
    # A kubelet that has just started says ImageGCFailed too, for want of figures.
    full = (event for event in events if event.reason in ("FreeDiskSpaceFailed", "ImageGCFailed"))
    kept = next((event for event in full if "free" in event.message.lower()), None)
    if kept is not None:
        yield found_on(
            node,
            "node.disk_not_freed",
            "The kubelet cannot free disk space by removing unused images.",
            cause=sentence(kept.message),
            doc=_EVICTION_DOC,
            facts={"message": clip(kept.message), "minutes": minutes(view.now, kept.at)},
        )


def _skew(nodes: Sequence[Node]) -> Iterator[Finding]:
    """The API server is at least as new as the newest kubelet, so what is too old for that one is so for certain."""
    minors = {node.name: _minor(node) for node in nodes}
    newest = max((minor for minor in minors.values() if minor is not None), default=0)
    for node in nodes:
        minor = minors[node.name]
        if minor is not None and newest - minor > _OLDEST:
            yield found_on(
                node,
                "node.version_skew",
                f"The kubelet is {node.status.nodeInfo.kubeletVersion}, and other nodes run 1.{newest}.",
                severity=ERROR,
                cause=f"The API server is no older than 1.{newest}; a kubelet may be at most {_OLDEST} minor versions "
                "behind it.",
                doc=_SKEW_DOC,
                facts={"version": node.status.nodeInfo.kubeletVersion, "newest": f"1.{newest}"},
            )


def _minor(node: Node) -> int | None:
    match = _VERSION.match(node.status.nodeInfo.kubeletVersion)
    return int(match[1]) if match else None


ANALYZER: Final = Analyzer(
    name="nodes",
    reads=(NODES, PODS, WARNINGS, REPLICASETS, JOBS),
    analyze=analyze,
    summary="Nodes that are not ready, under pressure, closed while pods wait, full, or too old.",
)
