"""What a child process is given, and what becomes of one that misbehaves: programs in the place of kubectl tell."""

import asyncio
import base64
import gc
import json
import os
import re
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import trustme

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.egress import EgressPolicy
from kubecfg_core.errors import AddressRefused, NotConfigured, TooMany, UpstreamTimeout
from kubecfg_core.kubectl import judge
from kubecfg_core.secret import Secret
from kubecfg_kubectl import KubectlProcess, capture, kubeconfig
from tests.fakes.kubectl import Kubectls, fake_kubectl

TOKEN = "marker-token-4711"
AUTHORITY = trustme.CA()
ISSUED = AUTHORITY.issue_cert("ada.example")
CERTIFICATE, KEY = ISSUED.cert_chain_pems[0].bytes(), ISSUED.private_key_pem.bytes()
KUBECTLS = Kubectls()
PLAN = judge("get pods -n shop")

TELL = """
config = os.environ["KUBECONFIG"]
print(json.dumps({
    "argv": sys.argv[1:],
    "environ": dict(os.environ),
    "config": json.load(open(config)),
    "stdin": os.readlink("/proc/self/fd/0"),
    "cwd": os.getcwd(),
    "fds": sorted(int(name) for name in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + name)),
    "session": os.getsid(0) == os.getpid(),
    "config_path": config,
}))
"""
SLEEP_WITH_CHILD = """
child = subprocess.Popen(["/bin/sleep", "60"])
os.symlink(f"{os.getpid()} {child.pid}", os.path.dirname(os.path.abspath(sys.argv[0])) + "/pids")
sys.stdout.flush()
"""


SLEEP = SLEEP_WITH_CHILD + "time.sleep(60)"


@pytest.fixture(autouse=True)
async def closed() -> AsyncIterator[None]:
    yield
    await KUBECTLS.close()


def target(**given: Any) -> ClusterTarget:
    fields = {"name": "x", "server_url": "https://127.0.0.1:1", "token": Secret(TOKEN), **given}
    return ClusterTarget(**fields)


def process(folder: Path, body: str, **given: Any) -> KubectlProcess:
    return KUBECTLS(path=fake_kubectl(folder, body), **given)


async def told(folder: Path, **given: Any) -> dict[str, Any]:
    result = await process(folder, TELL, **given).run(PLAN, target())
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def alive(pid: int) -> bool:
    """Whether it runs; a zombie whose new parent has not looked yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except FileNotFoundError:
        return False


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not happened():  # noqa: ASYNC110 - other processes set no event
            await asyncio.sleep(0.01)


async def family_is_gone(folder: Path) -> None:
    family = [int(pid) for pid in (folder / "pids").readlink().name.split()]
    assert len(family) == 2
    await until(lambda: not any(alive(pid) for pid in family))


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def children() -> list[str]:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


async def test_no_variable_of_the_parent_reaches_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KUBERNETES_MASTER", "HTTPS_PROXY", "SSL_CERT_FILE", "MARKER", "KUBECTL_EXTERNAL_DIFF", "EDITOR"):
        monkeypatch.setenv(name, "marker-of-the-parent")

    environ = (await told(tmp_path))["environ"]

    assert "marker-of-the-parent" not in environ.values()
    assert set(environ) - {"LC_CTYPE"} == {
        *("PATH", "HOME", "KUBECONFIG", "KUBECACHEDIR", "KUBECTL_KUBERC", "KUBERC", "LANG", "TZ"),
        *("GOMAXPROCS", "GOMEMLIMIT"),
    }


async def test_no_credential_is_in_an_argument_a_variable_or_a_file_of_the_child(tmp_path: Path) -> None:
    """What /proc tells of it while it runs: its command line, its environment and all that its descriptors hold."""
    body = """
told = []
for name in ("cmdline", "environ"):
    told.append(open(f"/proc/self/{name}", "rb").read())
for name in os.listdir("/proc/self/fd"):
    path = f"/proc/self/fd/{name}"
    if os.path.exists(path) and int(name) > 2:
        told.append(open(path, "rb").read())
print(len(told), b" ".join(told).hex())
"""
    mine = target(tls_cert=base64.b64encode(CERTIFICATE).decode(), tls_key=Secret(base64.b64encode(KEY).decode()))

    count, told = (await process(tmp_path, body).run(PLAN, mine)).stdout.split()

    seen = bytes.fromhex(told)
    assert int(count) >= 3
    assert b"http://127.0.0.1:" in seen
    for secret in (TOKEN.encode(), base64.b64encode(TOKEN.encode()), KEY, base64.b64encode(KEY)):
        assert secret not in seen


async def test_the_kubeconfig_names_the_proxy_and_nothing_else(tmp_path: Path) -> None:
    config = (await told(tmp_path))["config"]

    [cluster] = config.pop("clusters")
    assert cluster["cluster"] == {"server": "https://127.0.0.1:1"}  # shown so: it is a loopback URL with a random path
    assert config == {
        "apiVersion": "v1",
        "kind": "Config",
        "users": [{"name": "target", "user": {}}],
        "contexts": [{"name": "target", "context": {"cluster": "target", "user": "target", "namespace": "default"}}],
        "current-context": "target",
    }


async def test_each_command_has_a_random_path_of_its_own(tmp_path: Path) -> None:
    body = "print(json.load(open(os.environ['KUBECONFIG']))['clusters'][0]['cluster']['server'].encode().hex())"
    runner = process(tmp_path, body)

    urls = [bytes.fromhex((await runner.run(PLAN, target())).stdout).decode() for _ in range(2)]

    assert urls[0] != urls[1]
    assert all(re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{22}", url) for url in urls)


async def test_the_child_gets_the_plan_and_nothing_to_read_from(tmp_path: Path) -> None:
    answer = await told(tmp_path)

    assert answer["argv"] == list(PLAN.argv)
    assert (answer["stdin"], answer["cwd"], answer["session"]) == ("/dev/null", "/", True)


async def test_the_child_holds_its_streams_and_the_kubeconfig_alone(tmp_path: Path) -> None:
    with (tmp_path / "other").open("w") as other:
        os.set_inheritable(other.fileno(), True)  # noqa: FBT003 - the only way it takes it
        answer = await told(tmp_path)

    assert answer["fds"] == [0, 1, 2, int(answer["config_path"].rpartition("/")[2])]


async def test_without_memory_files_the_kubeconfig_is_a_private_file_that_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "memfd_create")
    body = (
        "path = os.environ['KUBECONFIG']\n"
        "print(path, oct(os.stat(path).st_mode), oct(os.stat(os.path.dirname(path)).st_mode))"
    )

    path, mode, folder_mode = (await process(tmp_path, body).run(PLAN, target())).stdout.split()

    assert (mode, folder_mode) == ("0o100600", "0o40700")
    assert not Path(path).parent.exists()


def test_the_kubeconfig_in_memory_cannot_be_changed() -> None:
    with kubeconfig.lend(b"{}") as lent, pytest.raises(PermissionError):
        os.write(lent.fds[0], b"x")


async def test_a_command_past_its_deadline_is_a_timeout_and_its_group_is_gone(tmp_path: Path) -> None:
    runner = process(tmp_path, SLEEP, timeout=0.5)

    with pytest.raises(UpstreamTimeout, match=r"0\.5 seconds"):
        await runner.run(PLAN, target())

    await family_is_gone(tmp_path)
    assert children() == []


async def test_a_child_that_ignores_the_request_to_stop_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture, "GRACE", 0.1)
    deaf = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SLEEP

    with pytest.raises(UpstreamTimeout):
        await process(tmp_path, deaf, timeout=0.5).run(PLAN, target())

    await family_is_gone(tmp_path)


async def test_a_grandchild_that_keeps_the_pipes_open_is_killed_at_the_deadline(tmp_path: Path) -> None:
    runner = process(tmp_path, SLEEP_WITH_CHILD, timeout=0.5)

    with pytest.raises(UpstreamTimeout):
        await runner.run(PLAN, target())

    await family_is_gone(tmp_path)


async def test_a_cancelled_command_leaves_no_process(tmp_path: Path) -> None:
    runner = process(tmp_path, SLEEP)
    task = asyncio.create_task(runner.run(PLAN, target()))
    await until((tmp_path / "pids").is_symlink)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await family_is_gone(tmp_path)
    assert children() == []


async def test_an_endless_writer_is_stopped_at_the_cap(tmp_path: Path) -> None:
    runner = process(tmp_path, "while True: sys.stdout.write('x' * 65536)", stdout_cap=100_000)

    result = await runner.run(PLAN, target())

    assert (len(result.stdout), result.truncated) == (100_000, True)
    assert children() == []


async def test_an_endless_complainer_is_stopped_at_the_cap(tmp_path: Path) -> None:
    runner = process(tmp_path, "while True: sys.stderr.write('x' * 65536)", stderr_cap=10_000)

    result = await runner.run(PLAN, target())

    assert (len(result.stderr), result.truncated) == (10_000, True)


async def test_output_of_exactly_the_cap_is_whole(tmp_path: Path) -> None:
    result = await process(tmp_path, "sys.stdout.write('x' * 1000)", stdout_cap=1000).run(PLAN, target())

    assert (len(result.stdout), result.truncated, result.return_code) == (1000, False, 0)


async def test_commands_leave_no_descriptor_behind(tmp_path: Path) -> None:
    runner = process(tmp_path, "print('x')")
    await runner.run(PLAN, target())
    gc.collect()
    before = descriptors()

    for _ in range(3):
        await runner.run(PLAN, target())

    gc.collect()
    assert descriptors() <= before


async def test_the_limits_are_set_on_the_child(tmp_path: Path) -> None:
    body = (
        "import resource as r\n"
        "time.sleep(0.3)\n"
        "kinds = r.RLIMIT_CPU, r.RLIMIT_CORE, r.RLIMIT_NOFILE, r.RLIMIT_FSIZE, r.RLIMIT_AS\n"
        "print([r.getrlimit(kind)[1] for kind in kinds])"
    )

    result = await process(tmp_path, body).run(PLAN, target())

    assert json.loads(result.stdout) == [10, 0, 64, 0, 2 * 1024**3]


async def test_a_dispatcher_is_not_run(tmp_path: Path) -> None:
    path = fake_kubectl(tmp_path, "print('ran')", version="v1.32.4-dispatcher")
    runner = KUBECTLS(path=path)

    with pytest.raises(NotConfigured, match=r"dispatcher.*KUBECFG_KUBECTL"):
        await runner.run(PLAN, target())


async def test_a_missing_kubectl_is_said_to_be_missing(tmp_path: Path) -> None:
    runner = KUBECTLS(path=str(tmp_path / "absent"))

    with pytest.raises(NotConfigured, match="KUBECFG_KUBECTL"):
        await runner.version()


async def test_a_kubectl_that_cannot_be_executed_is_not_configured(tmp_path: Path) -> None:
    (tmp_path / "kubectl").write_text("not a program")
    runner = KUBECTLS(path=str(tmp_path / "kubectl"))

    with pytest.raises(NotConfigured, match="cannot be run"):
        await runner.version()


async def test_another_program_is_not_taken_for_kubectl() -> None:
    with pytest.raises(NotConfigured, match="does not answer as kubectl"):
        await KUBECTLS(path="/bin/echo").version()


async def test_the_version_is_asked_for_once(tmp_path: Path) -> None:
    runner = process(tmp_path, "")
    assert await runner.version() == "v1.37.1"
    (tmp_path / "kubectl").unlink()

    assert await runner.version() == "v1.37.1"


async def test_nothing_runs_for_a_refused_address(tmp_path: Path) -> None:
    runner = process(tmp_path, "open(os.path.dirname(sys.argv[0]) + '/ran', 'w')", egress=EgressPolicy())

    with pytest.raises(AddressRefused):
        await runner.run(PLAN, target())

    assert not (tmp_path / "ran").exists()


async def test_commands_beyond_the_places_are_refused(tmp_path: Path) -> None:
    runner = process(tmp_path, SLEEP, places=1, queue=0)
    first = asyncio.create_task(runner.run(PLAN, target()))
    await until((tmp_path / "pids").is_symlink)

    with pytest.raises(TooMany):
        await runner.run(PLAN, target(server_url="https://127.0.0.1:2"))

    first.cancel()
    await asyncio.wait({first})


async def test_what_is_printed_shows_no_token_no_path_and_no_escape(tmp_path: Path) -> None:
    body = (
        f"print('\\x1b[31m{TOKEN}\\tb\\rc')\n"
        "print('Bearer abc eyJhbGciOi.eyJzdWIiOi.c2ln', os.environ['KUBECONFIG'], file=sys.stderr)"
    )

    result = await process(tmp_path, body).run(PLAN, target())

    assert result.stdout == "\\x1b[31m***\tb\\x0dc\n"
    assert result.stderr == "Bearer *** *** kubeconfig\n"


async def test_the_time_it_took_is_told(tmp_path: Path) -> None:
    began = time.monotonic()

    result = await process(tmp_path, "time.sleep(0.2)").run(PLAN, target())

    assert 200 <= result.duration_ms <= (time.monotonic() - began) * 1000 + 1
