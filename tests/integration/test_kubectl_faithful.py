"""A plan gives what the typed command gives: both are run by the real kubectl against the simulated cluster."""

import asyncio
import base64
import json
import re
import shlex
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.egress import EgressPolicy
from kubecfg_core.errors import UpstreamTimeout
from kubecfg_core.kubectl import judge
from kubecfg_core.kubectl.plan import Plan
from kubecfg_core.secret import Secret
from kubecfg_demo import Fault, Mode, Running, shop_simulator
from kubecfg_kubectl import KubectlProcess, binary, tunnel
from tests.unit.kubecfg_core.kubectl.commands import LEGITIMATE

LOCAL = EgressPolicy.parse(allow=["127.0.0.0/8", "::1/128"])
TOKEN_SECRET = {
    "apiVersion": "v1",
    "kind": "Secret",
    "type": "kubernetes.io/service-account-token",
    "metadata": {"name": "robot", "namespace": "default", "annotations": {"kubernetes.io/service-account.name": "x"}},
    "data": {"token": base64.b64encode(b"robot-token-in-clear").decode()},
}
# Ages go on while two commands run one after the other.
AGES = re.compile(r"\b(\d+[dhms])+\b|\d+ seconds? ago|\s+")


@pytest.fixture
async def cluster() -> AsyncIterator[Running]:
    simulator = shop_simulator()
    simulator.load([TOKEN_SECRET])
    async with simulator.serve() as running:
        yield running


def target(cluster: Running) -> ClusterTarget:
    return ClusterTarget(
        name="shop",
        server_url=cluster.url.replace("127.0.0.1", "localhost"),
        token=Secret(cluster.admin_token),
        ca_data=cluster.ca_data,
    )


async def typed(command: str, config: Path) -> tuple[str, str, int | None]:
    """What kubectl gives when a person types the command; only endless requests are cut."""
    words = shlex.split(command)
    arguments = words[1:] if words[0] == "kubectl" else words
    child = await asyncio.create_subprocess_exec(
        binary.locate(None),
        "--request-timeout=20s",
        *arguments,
        env={"KUBECONFIG": str(config), "HOME": "/nonexistent", "KUBECACHEDIR": "/dev/null/none", "TZ": "UTC"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        stdin=asyncio.subprocess.DEVNULL,
    )
    out, err = await child.communicate()
    return out.decode(), err.decode(), child.returncode


def alike(text: str) -> str:
    return AGES.sub(" ", text.replace("localhost", "127.0.0.1"))


@pytest.mark.timeout(240)
async def test_every_everyday_command_gives_what_kubectl_gives(cluster: Running, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text(cluster.kubeconfig())
    runner = KubectlProcess(egress=LOCAL)
    different = []
    for command in LEGITIMATE:
        asked, given = await asyncio.gather(typed(command, config), runner.run(judge(command), target(cluster)))
        if [alike(asked[0]), alike(asked[1]), asked[2]] != [
            alike(given.stdout),
            alike(given.stderr),
            given.return_code,
        ]:
            different.append((command, asked, given))

    assert different == []


async def test_describing_a_token_secret_would_show_the_token(cluster: Running) -> None:
    plan = Plan(verb="describe", argv=("describe", "--", "secret", "robot"))

    result = await KubectlProcess(egress=LOCAL).run(plan, target(cluster))

    assert "robot-token-in-clear" in result.stdout


async def test_a_client_certificate_is_used(cluster: Running) -> None:
    certificate, key = cluster.client_certificate("ada")
    mine = msgspec.structs.replace(
        target(cluster),
        token=None,
        tls_cert=base64.b64encode(certificate).decode(),
        tls_key=Secret(base64.b64encode(key).decode()),
    )

    result = await KubectlProcess(egress=LOCAL).run(judge("auth whoami -o json"), mine)

    assert json.loads(result.stdout)["status"]["userInfo"]["username"] == "ada"


async def test_a_server_that_nobody_vouches_for_is_not_trusted(cluster: Running) -> None:
    stranger = msgspec.structs.replace(target(cluster), ca_data=None)

    result = await KubectlProcess(egress=LOCAL).run(judge("get pods"), stranger)

    assert result.return_code == 1
    assert "certificate" in result.stderr


async def test_verification_can_be_switched_off(cluster: Running) -> None:
    careless = msgspec.structs.replace(target(cluster), verify_tls=False)

    assert (await KubectlProcess(egress=LOCAL).run(judge("get ns"), careless)).return_code == 0


async def test_the_certificate_is_checked_against_the_name_that_was_given(cluster: Running) -> None:
    wrong = msgspec.structs.replace(target(cluster), tls_server_name="other.example")

    result = await KubectlProcess(egress=LOCAL).run(judge("get ns"), wrong)

    assert "not other.example" in result.stderr


async def test_an_unreachable_server_is_named_as_its_owner_names_it() -> None:
    gone = ClusterTarget(name="x", server_url="https://localhost:1", token=Secret("t"))

    result = await KubectlProcess(egress=LOCAL).run(judge("get ns"), gone)

    assert result.return_code == 1
    assert "localhost:1" in result.stderr
    assert "127.0.0.1" not in result.stderr


async def test_a_server_that_never_answers_is_a_timeout(cluster: Running) -> None:
    cluster.fail(Fault(mode=Mode.SILENT, prefix="/"))

    with pytest.raises(UpstreamTimeout):
        await KubectlProcess(egress=LOCAL, timeout=1).run(judge("get ns"), target(cluster))


async def test_a_discovery_cache_is_kept_where_there_is_a_place_for_it(cluster: Running, tmp_path: Path) -> None:
    runner = KubectlProcess(egress=LOCAL, cache_dir=tmp_path / "caches")

    await runner.run(judge("get ns"), target(cluster))

    assert [path.name for path in (tmp_path / "caches").iterdir()] == [target(cluster).key]
    assert (tmp_path / "caches" / target(cluster).key / "discovery").is_dir()


async def test_a_template_that_doubles_a_text_without_end_is_stopped(cluster: Running) -> None:
    bomb = '{{$x := "xxxxxxxxxxxxxxxx"}}' + "{{$x = print $x $x}}" * 40 + "{{len $x}}"

    result = await KubectlProcess(egress=LOCAL).run(judge(f"get ns -o go-template='{bomb}'"), target(cluster))

    assert result.return_code != 0


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_redirect_to_another_address_is_not_followed(cluster: Running, scheme: str) -> None:
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(1))
        writer.close()

    elsewhere = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = elsewhere.sockets[0].getsockname()[1]
    cluster.fail(Fault(mode=Mode.REDIRECT, prefix="/api/v1/pods", location=f"{scheme}://127.0.0.1:{port}/stolen"))

    result = await KubectlProcess(egress=LOCAL).run(judge("get pods -A"), target(cluster))

    elsewhere.close()
    assert (heard, result.return_code) == ([], 1)
    assert "another address" in result.stderr


async def test_an_endless_answer_is_cut_off(cluster: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tunnel, "MOST_BYTES", 4 * 1024**2)
    cluster.fail(Fault(mode=Mode.ENDLESS, prefix="/api/v1/pods"))

    result = await KubectlProcess(egress=LOCAL).run(judge("get pods -A"), target(cluster))

    assert (result.return_code, result.stdout) == (1, "")
