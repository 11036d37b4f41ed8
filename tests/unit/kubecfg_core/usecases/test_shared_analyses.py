"""Analyses of one cluster that overlap."""

import asyncio
from typing import Any

from kubecfg_core.clusters import Cluster
from kubecfg_core.hookspecs import hookimpl
from kubecfg_core.kinds.cluster import NODES
from kubecfg_core.plugins import Plugins
from kubecfg_core.ports.analyzer import Analyzer
from kubecfg_core.report import Report
from kubecfg_core.resources import RawList, Resource
from kubecfg_core.secret import Secret
from kubecfg_core.testing.kube_gateway import InMemoryCluster
from kubecfg_core.usecases.diagnosis import ClusterDiagnosis, Diagnosis
from kubecfg_core.usecases.solving import Solver
from tests.unit.kubecfg_core.usecases.world import URL, World, new_cluster

LIST = "/api/v1/nodes"


class SlowCluster(InMemoryCluster):
    """Lists nothing before everybody has had a turn."""

    async def list(self, resource: Resource[Any], namespace: str | None = None) -> RawList:
        for _ in range(20):
            await asyncio.sleep(0)
        return await super().list(resource, namespace)


class NodesPlugin:
    """An analyzer that reads nodes, and finds nothing."""

    @hookimpl
    def register_analyzers(self) -> list[Analyzer]:
        return [Analyzer(name="nodes", reads=(NODES,), analyze=lambda _: ())]


class Analyses:
    """Analyses by a user, with the analyzer above."""

    def __init__(self, world: World) -> None:
        plugins = Plugins()
        plugins.register(NodesPlugin(), name="test")
        once = Diagnosis(plugins, Solver(plugins, None), world.clock)
        self._user = world.ann
        self._diagnosis = ClusterDiagnosis(once, world.repo, world.outbox, world.connector, world.announcer)

    async def analyze(self, cluster: Cluster, namespace: str | None = None) -> Report:
        return await self._diagnosis.analyze(self._user, cluster.id, types=["nodes"], namespace=namespace)


async def world_with(*clusters: tuple[str, str]) -> tuple[World, list[Cluster]]:
    """A slow cluster that the user onboarded under these names with these tokens."""
    world = World()
    world.connector.clusters[URL] = world.cluster = SlowCluster(world.cluster.objects)
    found = [
        await world.clusters.onboard(world.ann, new_cluster(name, token=Secret(token))) for name, token in clusters
    ]
    world.cluster.requests.clear()
    return world, found


async def test_analyses_of_one_cluster_that_overlap_read_it_once() -> None:
    world, (cluster,) = await world_with(("prod", "t0ken"))
    analyses = Analyses(world)

    await asyncio.gather(*(analyses.analyze(cluster) for _ in range(3)))

    assert world.cluster.requests.count(LIST) == 1


async def test_each_report_names_its_own_cluster() -> None:
    world, clusters = await world_with(("one", "t0ken"), ("other", "t0ken"))
    analyses = Analyses(world)

    reports = await asyncio.gather(*(analyses.analyze(cluster) for cluster in clusters))

    told = [(report.cluster_id, report.cluster_name) for report in reports]
    assert told == [(cluster.id, cluster.cluster_name) for cluster in clusters]


async def test_every_analysis_is_announced() -> None:
    world, (cluster,) = await world_with(("prod", "t0ken"))
    analyses = Analyses(world)

    await asyncio.gather(*(analyses.analyze(cluster) for _ in range(3)))

    assert (await world.event_types()).count("analysis.completed") == 3


async def test_another_credential_sees_with_its_own_rights() -> None:
    world, clusters = await world_with(("one", "t0ken"), ("other", "an0ther"))
    analyses = Analyses(world)

    await asyncio.gather(*(analyses.analyze(cluster) for cluster in clusters))

    assert world.cluster.requests.count(LIST) == 2


async def test_another_namespace_is_another_analysis() -> None:
    world, (cluster,) = await world_with(("prod", "t0ken"))
    analyses = Analyses(world)

    await asyncio.gather(analyses.analyze(cluster), analyses.analyze(cluster, namespace="shop"))

    assert world.cluster.requests.count(LIST) == 2
