"""A plan gives what the typed command gives: both are run by the real kubectl against the simulated cluster."""

import asyncio
import base64
import gc
import json
import os
import re
import shlex
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.errors import UpstreamTimeout, UpstreamUnreachable
from kubecfg_core.kubectl import judge
from kubecfg_core.kubectl.plan import Plan
from kubecfg_core.secret import Secret
from kubecfg_demo import Fault, Mode, Running, shop_simulator
from kubecfg_kubectl import binary, proxy
from tests.fakes.kubectl import Kubectls, kubectls
from tests.unit.kubecfg_core.kubectl.commands import LEGITIMATE

CONTENT = "robot-token-in-clear"
ENCODED = base64.b64encode(CONTENT.encode()).decode()
TOKEN_SECRET = {
    "apiVersion": "v1",
    "kind": "Secret",
    "type": "kubernetes.io/service-account-token",
    "metadata": {"name": "robot", "namespace": "default", "annotations": {"kubernetes.io/service-account.name": "x"}},
    "data": {"token": ENCODED},
}
# Ages go on while two commands run one after the other.
AGES = re.compile(r"\b(\d+[dhms])+\b|\d+ seconds? ago|\s+")


@pytest.fixture
async def cluster() -> AsyncIterator[Running]:
    simulator = shop_simulator()
    simulator.load([TOKEN_SECRET])
    async with simulator.serve() as running:
        yield running


@pytest.fixture
async def kubectl() -> AsyncIterator[Kubectls]:
    async with kubectls() as maker:
        yield maker


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


def paths(cluster: Running) -> list[str]:
    """What the server was asked for, in order, without the queries."""
    return [request.path.partition("?")[0] for request in cluster.requests]


def alike(text: str) -> str:
    return AGES.sub(" ", text.replace("localhost", "127.0.0.1"))


def scattered(text: str) -> str:
    return " ".join(sorted(alike(text).split()))


@pytest.mark.timeout(240)
async def test_every_everyday_command_gives_what_kubectl_gives(
    kubectl: Kubectls, cluster: Running, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    config.write_text(cluster.kubeconfig())
    runner = kubectl()
    different = []
    for command in LEGITIMATE:
        asked, given = await asyncio.gather(typed(command, config), runner.run(judge(command), target(cluster)))
        # kubectl lists labels in an order that changes from run to run.
        compared = scattered if "--list" in command else alike
        if [compared(asked[0]), compared(asked[1]), asked[2]] != [
            compared(given.stdout),
            compared(given.stderr),
            given.return_code,
        ]:
            different.append((command, asked, given))

    assert different == []


SHOWING = [
    ("describe", "--", "secret", "robot"),
    ("get", "-o", "yaml", "--", "secret", "robot"),
    ("get", "-o", "json", "--", "secrets"),
    ("get", "-o", "go-template={{.data.token}}", "--", "secret", "robot"),
    ("get", "--raw", "/api/v1/namespaces/default/secrets/robot"),
    ("label", "-o", "yaml", "--", "secret", "robot", "a=b"),
    ("patch", "-o", "yaml", "-p", "{}", "--", "secret", "robot"),
]


@pytest.mark.parametrize("argv", SHOWING)
async def test_no_plan_shows_the_content_of_a_secret(
    kubectl: Kubectls, cluster: Running, tmp_path: Path, argv: tuple[str, ...]
) -> None:
    """As if the policy had let it through: kubectl by itself does show it."""
    config = tmp_path / "config"
    config.write_text(cluster.kubeconfig())
    asked = await typed(shlex.join(argv), config)

    result = await kubectl().run(Plan(verb=argv[0], argv=argv, changes=True), target(cluster))

    assert any(content in asked[0] for content in (CONTENT, ENCODED))
    assert result.return_code == 0, result.stderr
    assert not any(content in result.stdout for content in (CONTENT, ENCODED))


async def test_what_changes_a_secret_leaves_its_content(kubectl: Kubectls, cluster: Running, tmp_path: Path) -> None:
    plan = Plan(verb="label", argv=("label", "--", "secret", "robot", "a=b"), changes=True)
    config = tmp_path / "config"
    config.write_text(cluster.kubeconfig())

    result = await kubectl().run(plan, target(cluster))

    shown = json.loads((await typed("get secret robot -o json", config))[0])
    assert result.stdout == "secret/robot labeled\n"
    assert (shown["metadata"]["labels"], shown["data"]) == ({"a": "b"}, {"token": ENCODED})


async def test_a_secret_is_deleted_and_waited_for(kubectl: Kubectls, cluster: Running) -> None:
    plan = Plan(verb="delete", argv=("delete", "--timeout=10s", "--", "secret", "robot"), changes=True)

    result = await kubectl().run(plan, target(cluster))

    assert (result.return_code, result.stdout) == (0, 'secret "robot" deleted from default namespace\n')


def children() -> list[int]:
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def held_by(pid: int) -> Iterator[bytes]:
    """All that a process holds: its arguments, its environment, its files and its memory."""
    place = Path(f"/proc/{pid}")
    yield from ((place / name).read_bytes() for name in ("cmdline", "environ"))
    files = [path for path in (place / "fd").iterdir() if "memfd" in str(path.readlink())]
    yield from (path.read_bytes() for path in files)
    with (place / "mem").open("rb", buffering=0) as memory:
        for line in (place / "maps").read_text().splitlines():
            span, rights, *_ = line.split()
            if rights.startswith("rw"):
                first, _, last = span.partition("-")
                with suppress(OSError):
                    memory.seek(int(first, 16))
                    yield memory.read(min(int(last, 16) - int(first, 16), 64 * 1024**2))


async def test_a_running_kubectl_holds_no_credential_anywhere(kubectl: Kubectls, cluster: Running) -> None:
    runner = kubectl(timeout=20)
    await runner.version()
    cluster.fail(Fault(mode=Mode.SILENT, prefix="/api/v1/nodes"))
    command = asyncio.create_task(runner.run(judge("get nodes"), target(cluster)))
    async with asyncio.timeout(10):
        while "/api/v1/nodes" not in paths(cluster):  # noqa: ASYNC110 - another process sets no event
            await asyncio.sleep(0.01)
    [pid] = children()

    found = b"".join(held_by(pid))

    command.cancel()
    await asyncio.wait({command})
    assert found.count(b"http://127.0.0.1:") > 1  # in its kubeconfig, and in what it made of that
    assert cluster.admin_token.encode() not in found


async def test_commands_and_their_end_leave_no_descriptor(cluster: Running) -> None:
    async def used() -> int:
        async with kubectls() as maker:
            assert (await maker().run(judge("get ns"), target(cluster))).return_code == 0
        await asyncio.sleep(0.1)  # the server closes its side, which is this process too
        gc.collect()
        return descriptors()

    before = await used()

    assert await used() <= before


async def test_a_client_certificate_is_used(kubectl: Kubectls, cluster: Running) -> None:
    certificate, key = cluster.client_certificate("ada")
    mine = msgspec.structs.replace(
        target(cluster),
        token=None,
        tls_cert=base64.b64encode(certificate).decode(),
        tls_key=Secret(base64.b64encode(key).decode()),
    )

    result = await kubectl().run(judge("auth whoami -o json"), mine)

    assert json.loads(result.stdout)["status"]["userInfo"]["username"] == "ada"


async def test_a_server_that_nobody_vouches_for_is_not_trusted(kubectl: Kubectls, cluster: Running) -> None:
    stranger = msgspec.structs.replace(target(cluster), ca_data=None)

    with pytest.raises(UpstreamUnreachable, match="certificate is not trusted"):
        await kubectl().run(judge("get pods"), stranger)


async def test_verification_can_be_switched_off(kubectl: Kubectls, cluster: Running) -> None:
    careless = msgspec.structs.replace(target(cluster), verify_tls=False)

    assert (await kubectl().run(judge("get ns"), careless)).return_code == 0


async def test_the_certificate_is_checked_against_the_name_that_was_given(kubectl: Kubectls, cluster: Running) -> None:
    wrong = msgspec.structs.replace(target(cluster), tls_server_name="other.example")

    with pytest.raises(UpstreamUnreachable, match=r"not valid for 'other\.example'"):
        await kubectl().run(judge("get ns"), wrong)


async def test_an_unreachable_server_is_named_as_its_owner_names_it(kubectl: Kubectls) -> None:
    gone = ClusterTarget(name="x", server_url="https://localhost:1", token=Secret("t"))

    with pytest.raises(UpstreamUnreachable, match="localhost:1 cannot be reached") as caught:
        await kubectl().run(judge("get ns"), gone)

    assert "127.0.0.1" not in caught.value.message


async def test_a_server_that_never_answers_is_a_timeout(kubectl: Kubectls, cluster: Running) -> None:
    cluster.fail(Fault(mode=Mode.SILENT, prefix="/"))

    with pytest.raises(UpstreamTimeout):
        await kubectl(timeout=1).run(judge("get ns"), target(cluster))


async def test_what_the_server_can_do_is_asked_for_once(kubectl: Kubectls, cluster: Running) -> None:
    runner = kubectl()
    await runner.run(judge("get ns"), target(cluster), caller="ada")
    cluster.requests.clear()

    again = await runner.run(judge("get ns"), target(cluster), caller="ada")

    assert [request.path for request in again.requests] == ["/api", "/apis", "/api/v1/namespaces"]
    assert paths(cluster) == ["/api/v1/namespaces"]


async def test_what_one_caller_was_told_is_not_told_another(kubectl: Kubectls, cluster: Running) -> None:
    runner = kubectl()
    await runner.run(judge("get ns"), target(cluster), caller="ada")
    cluster.requests.clear()

    await runner.run(judge("get ns"), target(cluster), caller="ben")

    assert paths(cluster) == ["/api", "/apis", "/api/v1/namespaces"]


async def test_a_kind_that_came_later_is_found(kubectl: Kubectls, cluster: Running) -> None:
    """kubectl believes what it is told of the kinds, so what was remembered may not make it fail."""
    runner = kubectl()
    await runner.run(judge("get ns"), target(cluster))
    cluster.requests.clear()

    result = await runner.run(judge("get nosuchkind"), target(cluster))

    assert "doesn't have a resource type" in result.stderr
    assert paths(cluster) == ["/api", "/apis"]


async def test_each_request_is_told(kubectl: Kubectls, cluster: Running) -> None:
    result = await kubectl().run(judge("get pods -n default -l app=x"), target(cluster))

    last = result.requests[-1]
    assert (last.method, last.path, last.status) == ("GET", "/api/v1/namespaces/default/pods", 200)
    assert 0 <= last.ms <= result.duration_ms


async def test_a_plan_that_only_looks_cannot_change_anything(kubectl: Kubectls, cluster: Running) -> None:
    """As if the policy had let a changing command through as one that looks."""
    sly = Plan(verb="label", argv=("label", "--", "namespace", "default", "a=b"))

    result = await kubectl().run(sly, target(cluster))

    assert (result.return_code, result.requests[-1].method, result.requests[-1].status) == (1, "PATCH", 403)
    assert "PATCH is not allowed for a command that only looks" in result.stderr


async def test_a_plan_that_changes_may(kubectl: Kubectls, cluster: Running) -> None:
    plan = Plan(verb="label", argv=("label", "--", "namespace", "default", "a=b"), changes=True)

    result = await kubectl().run(plan, target(cluster))

    assert (result.return_code, result.stdout) == (0, "namespace/default labeled\n")


@pytest.mark.parametrize(
    "argv",
    [
        ("exec", "-n", "default", "web", "--", "id"),
        ("attach", "-n", "default", "web"),
        ("port-forward", "-n", "default", "pod/web", "0:80"),
        ("get", "--raw", "/api/v1/namespaces/default/pods/web/proxy/"),
        ("get", "--raw", "/api/v1/nodes/n/proxy/metrics"),
        ("get", "--raw", "/metrics"),
        ("get", "--raw", "/api/v1/../../metrics"),
    ],
)
async def test_no_plan_leads_out_of_the_api(kubectl: Kubectls, cluster: Running, argv: tuple[str, ...]) -> None:
    cluster.simulator.load(
        [
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": "web", "namespace": "default"},
                "spec": {"containers": [{"name": "c", "image": "x"}]},
                "status": {"phase": "Running"},
            }
        ]
    )

    result = await kubectl().run(Plan(verb=argv[0], argv=argv, changes=True), target(cluster))

    assert result.return_code == 1
    assert result.requests[-1].status == 403
    assert "kubecfg did not pass on the request" in result.stderr


async def test_a_template_that_doubles_a_text_without_end_is_stopped(kubectl: Kubectls, cluster: Running) -> None:
    bomb = '{{$x := "xxxxxxxxxxxxxxxx"}}' + "{{$x = print $x $x}}" * 40 + "{{len $x}}"

    result = await kubectl().run(judge(f"get ns -o go-template='{bomb}'"), target(cluster))

    assert result.return_code != 0


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_redirect_to_another_address_is_not_followed(kubectl: Kubectls, cluster: Running, scheme: str) -> None:
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(1))
        writer.close()

    elsewhere = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = elsewhere.sockets[0].getsockname()[1]
    cluster.fail(Fault(mode=Mode.REDIRECT, prefix="/api/v1/pods", location=f"{scheme}://127.0.0.1:{port}/stolen"))

    result = await kubectl().run(judge("get pods -A"), target(cluster))

    elsewhere.close()
    assert (heard, result.return_code) == ([], 1)
    assert "another address" in result.stderr


async def test_an_endless_answer_is_cut_off(
    kubectl: Kubectls, cluster: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxy, "MOST_BYTES", 4 * 1024**2)
    cluster.fail(Fault(mode=Mode.ENDLESS, prefix="/api/v1/pods"))

    result = await kubectl().run(judge("get pods -A"), target(cluster))

    assert (result.return_code, result.stdout) == (1, "")
