import json
from typing import Any

import pytest

from kubecfg_core.audit import AuditQuery, Verdict
from kubecfg_core.errors import InvalidInput, PermissionDenied, UpstreamTimeout
from kubecfg_core.testing.kube_gateway import InMemoryCluster
from kubecfg_core.usecases.importing import Importing

from .world import URL, World


def kubeconfig(*servers: str, **user: Any) -> str:
    return json.dumps(
        {
            "clusters": [{"name": f"c{n}", "cluster": {"server": server}} for n, server in enumerate(servers)],
            "users": [{"name": "u", "user": user or {"token": "t0ken"}}],
            "contexts": [{"name": f"x{n}", "context": {"cluster": f"c{n}", "user": "u"}} for n in range(len(servers))],
        }
    )


def importing(world: World) -> Importing:
    return Importing(world.clusters, json.loads)


async def test_every_context_is_onboarded() -> None:
    world = World()
    world.connector.clusters["https://other.example"] = InMemoryCluster()

    done = await importing(world).take_in(world.ann, kubeconfig(URL, "https://other.example"))

    assert [cluster.cluster_name for cluster in done.clusters] == ["x0", "x1"]
    assert [access.cluster for access in await world.clusters.all(world.ann)] == list(done.clusters)


async def test_a_cluster_that_does_not_answer_is_refused_and_the_others_are_taken() -> None:
    world = World()
    silent = InMemoryCluster()
    silent.error = UpstreamTimeout("too slow")
    world.connector.clusters["https://silent.example"] = silent

    done = await importing(world).take_in(world.ann, kubeconfig("https://silent.example", URL))

    assert [cluster.cluster_name for cluster in done.clusters] == ["x1"]
    assert [(one.context, one.reason) for one in done.refused] == [("x0", "too slow")]


async def test_a_name_that_is_taken_is_refused() -> None:
    world = World()
    await importing(world).take_in(world.ann, kubeconfig(URL))

    again = await importing(world).take_in(world.ann, kubeconfig(URL))

    assert (again.clusters, "already" in again.refused[0].reason) == ((), True)


async def test_an_address_that_the_egress_policy_refuses_is_not_stored_unseen() -> None:
    world = World()

    done = await importing(world).take_in(world.ann, kubeconfig("https://169.254.169.254"), verify=False)

    assert (done.clusters, "may not connect" in done.refused[0].reason) == ((), True)


async def test_a_viewer_imports_nothing() -> None:
    world = World()

    with pytest.raises(PermissionDenied):
        await importing(world).take_in(world.viewer, kubeconfig(URL))


async def test_what_cannot_be_read_is_an_error() -> None:
    world = World()

    with pytest.raises(InvalidInput):
        await importing(world).take_in(world.ann, "[]")


async def test_each_cluster_leaves_its_own_record() -> None:
    world = World()
    await importing(world).take_in(world.ann, kubeconfig(URL, "https://169.254.169.254"), verify=False)

    page = await world.outbox.audit.search(AuditQuery(action="cluster.onboarded"))

    assert {(record.cluster_name, record.verdict) for record in page.records} == {
        ("x0", Verdict.ALLOWED),
        ("x1", Verdict.DENIED),
    }


async def test_describing_stores_nothing() -> None:
    world = World()

    found = await importing(world).describe(kubeconfig(URL))

    assert [one.cluster_name for one in found.clusters] == ["x0"]
    assert await world.clusters.all(world.ann) == []
