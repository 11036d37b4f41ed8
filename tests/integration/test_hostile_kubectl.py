"""The real kubectl against servers that are mean: nothing leaks, nothing hangs, nothing is fetched elsewhere."""

import os
import time
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import trustme

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.errors import KubecfgError, UpstreamTimeout, UpstreamUnreachable
from kubecfg_core.kubectl.plan import Plan
from kubecfg_core.secret import Secret
from kubecfg_kubectl import proxy
from tests.fakes.hostile import MEAN, REDIRECTS, UNENDING, Behaviour, answer, elsewhere, hostile, silent, stuck
from tests.fakes.kubectl import Kubectls, kubectls
from tests.fakes.tls_server import ca_data

TOKEN = "very-secret-token"
MIB = 1024 * 1024
PLAN = Plan(verb="get", argv=("get", "--request-timeout=25s", "--", "nodes"))
CHANGING = Plan(verb="delete", argv=("delete", "--request-timeout=25s", "--", "node", "n"), changes=True)
DEADLINE = 2.0


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What the caller of a command is told, and what it cost."""

    shown: str
    seconds: float
    worked: bool
    error: KubecfgError | None
    stolen: list[bytes]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
async def kubectl(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Kubectls]:
    monkeypatch.setattr(proxy, "MOST_BYTES", 4 * MIB)
    async with kubectls() as maker:
        yield maker


async def outcome(
    kubectl: Kubectls, behave: Behaviour, authority: trustme.CA, *, honest: bool, plan: Plan = PLAN
) -> Outcome:
    async with elsewhere() as place, hostile(behave, authority, port=place.port, honest=honest) as url:
        target = ClusterTarget(name="x", server_url=url, token=Secret(TOKEN), ca_data=ca_data(authority))
        runner = kubectl(timeout=DEADLINE)
        await runner.version()
        began, error, result = time.monotonic(), None, None
        try:
            result = await runner.run(plan, target)
        except KubecfgError as caught:
            error = caught
        return Outcome(
            shown=f"{error} {error!r} {result}",
            seconds=time.monotonic() - began,
            worked=result is not None and result.return_code == 0,
            error=error,
            stolen=place.heard,
        )


def children() -> list[str]:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


@pytest.mark.parametrize("honest", [True, False], ids=["later", "at once"])
@pytest.mark.parametrize("name", [*MEAN, *UNENDING])
async def test_nothing_leaks_hangs_or_is_fetched_elsewhere(
    kubectl: Kubectls,
    authority: trustme.CA,
    name: str,
    honest: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    found = await outcome(kubectl, {**MEAN, **UNENDING}[name], authority, honest=honest)

    assert found.stolen == []
    assert not found.worked
    assert found.seconds < DEADLINE + 3
    assert TOKEN not in found.shown
    assert "realm" not in found.shown
    assert children() == []


@pytest.mark.parametrize("name", [name for name in REDIRECTS if name.startswith(("302", "307"))])
async def test_a_change_is_not_sent_elsewhere_either(kubectl: Kubectls, authority: trustme.CA, name: str) -> None:
    found = await outcome(kubectl, REDIRECTS[name], authority, honest=True, plan=CHANGING)

    assert (found.stolen, found.worked) == ([], False)
    assert "another address" in found.shown


@pytest.mark.parametrize("behave", [silent, stuck])
async def test_what_never_ends_is_a_timeout(kubectl: Kubectls, authority: trustme.CA, behave: Behaviour) -> None:
    assert isinstance((await outcome(kubectl, behave, authority, honest=True)).error, UpstreamTimeout)


async def test_a_bomb_does_not_fill_the_memory(kubectl: Kubectls, authority: trustme.CA) -> None:
    bomb = MEAN["gzip bomb"]
    await outcome(kubectl, bomb, authority, honest=True)
    tracemalloc.start()
    try:
        await outcome(kubectl, bomb, authority, honest=True)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 20 * MIB


async def test_a_protocol_that_nobody_asked_for_is_refused(kubectl: Kubectls, authority: trustme.CA) -> None:
    found = await outcome(kubectl, MEAN["switching protocols"], authority, honest=True)

    assert "another protocol (101)" in found.shown


async def test_too_many_headers_are_no_answer(kubectl: Kubectls, authority: trustme.CA) -> None:
    found = await outcome(kubectl, MEAN["huge header"], authority, honest=True)

    assert isinstance(found.error, UpstreamUnreachable)


@pytest.mark.parametrize("version", ["v1.5.0", "v1.99.0", "v1.32.4-dispatcher", "../../bin/sh"])
async def test_a_server_that_lies_about_its_version_does_not_choose_the_client(
    kubectl: Kubectls, authority: trustme.CA, version: str
) -> None:
    """A dispatcher would fetch or run the client that the server names."""
    lie = b'{"major": "1", "minor": "5", "gitVersion": "%s"}' % version.encode()
    honest = answer("200 OK\nContent-Type: application/json", lie)
    async with elsewhere() as place, hostile(honest, authority, port=place.port) as url:
        target = ClusterTarget(name="x", server_url=url, token=Secret(TOKEN), ca_data=ca_data(authority))
        runner = kubectl(timeout=10)

        result = await runner.run(Plan(verb="version", argv=("version", "-o", "json")), target)

        assert msgspec.json.decode(result.stdout)["clientVersion"]["gitVersion"] == await runner.version()
        assert place.heard == []
