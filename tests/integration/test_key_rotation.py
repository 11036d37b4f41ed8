"""`kubecfg keys rotate`, as a process of its own that is killed in the middle, while the service goes on."""

import asyncio
import base64
import os
import secrets
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Final

import msgspec
import pytest

from kubecfg_core.clusters import Cluster, ClusterChanges, ClusterTarget
from kubecfg_core.events import Event
from kubecfg_core.secret import Secret
from kubecfg_core.testing.clock import FakeClock
from kubecfg_core.users import Role
from kubecfg_crypto import AesGcmVault
from kubecfg_sqlalchemy import Database
from tests.contract.storages import announce, new_cluster
from tests.unit.kubecfg_sqlalchemy.conftest import database_url, postgres_server, postgres_template, sqlite_template

__all__ = ["database_url", "postgres_server", "postgres_template", "sqlite_template"]

OLD, NEW, OTHER = [(name, secrets.token_bytes(32)) for name in ("old", "new", "other")]
CLUSTERS: Final = 150
BATCH: Final = 2
_unique = count()


def ring(*keys: tuple[str, bytes]) -> str:
    return ",".join(f"{name}:{base64.b64encode(key).decode()}" for name, key in keys)


@asynccontextmanager
async def opened(url: str, *keys: tuple[str, bytes]) -> AsyncIterator[Database]:
    async with Database.open(url, vault=AesGcmVault(keys), clock=FakeClock()) as database:
        yield database


async def start_rotation(url: str, home: Path) -> Process:
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    settings = {"DATABASE_URL": url, "KUBECFG_DATA_DIR": str(home), "KUBECFG_ENCRYPTION_KEYS": ring(NEW, OLD)}
    arguments = ["-m", "kubecfg_cli", "keys", "rotate", f"--batch={BATCH}"]
    return await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdout=PIPE, stderr=PIPE, cwd=home, env={**kept, "HOME": str(home), **settings}
    )


class Traffic:
    """What a service does meanwhile, with the new key in front. `expected` is what it knows to be stored."""

    def __init__(self, database: Database, clusters: list[Cluster]) -> None:
        self._repo = database.clusters
        self._user = clusters[0].user_id
        self.expected = {cluster.id: cluster.target for cluster in clusters}
        self.over = asyncio.Event()
        self.done = dict.fromkeys(("onboarded", "replaced", "removed", "read"), 0)

    async def run(self) -> None:
        while not self.over.is_set():
            await asyncio.sleep(0.005)  # SQLite's writers in other processes get no turn otherwise
            await self._onboard()
            await self._replace(self._one())
            await self._remove(self._one())
            await self._read(secrets.choice(list(self.expected)))

    def _one(self) -> int:
        """Mostly a new one, so that the rotation finds something to do."""
        known = sorted(self.expected)
        return secrets.choice(known if secrets.randbelow(10) == 0 else known[-20:])

    async def _onboard(self) -> None:
        cluster = await self._repo.add(self._user, new_cluster(f"during-{next(_unique)}"), told)
        self.expected[cluster.id] = cluster.target
        self.done["onboarded"] += 1

    async def _replace(self, cluster_id: int) -> None:
        target = msgspec.structs.replace(self.expected[cluster_id], token=Secret(f"replaced-{next(_unique)}"))
        await self._repo.change(self._user, cluster_id, ClusterChanges(target=target), told)
        self.expected[cluster_id] = target
        self.done["replaced"] += 1

    async def _remove(self, cluster_id: int) -> None:
        await self._repo.remove(self._user, cluster_id, told)
        del self.expected[cluster_id]
        self.done["removed"] += 1

    async def _read(self, cluster_id: int) -> None:
        assert (await self._repo.get(self._user, cluster_id)).target == self.expected[cluster_id]
        self.done["read"] += 1


async def fill(url: str) -> list[Cluster]:
    async with opened(url, OLD) as database:
        ann = await database.users.add("ann", "hash", Role.OPERATOR)
        return [
            await database.clusters.add(ann.id, new_cluster(f"before-{number}"), told) for number in range(CLUSTERS)
        ]


async def stored(url: str, user_id: int, *keys: tuple[str, bytes]) -> dict[int, ClusterTarget]:
    async with opened(url, *keys) as database:
        return {cluster.id: cluster.target for cluster in await database.clusters.list(user_id) if cluster.readable}


@pytest.mark.timeout(120)
async def test_a_rotation_that_is_killed_under_load_and_run_again_loses_nothing(
    database_url: str, tmp_path: Path
) -> None:
    clusters = await fill(database_url)
    async with opened(database_url, NEW, OLD) as service:
        traffic = Traffic(service, clusters)
        async with asyncio.TaskGroup() as group:
            first = await start_rotation(database_url, tmp_path)
            assert first.stdout is not None
            await first.stdout.readline()
            group.create_task(traffic.run())
            await first.stdout.readline()
            first.send_signal(signal.SIGKILL)
            await first.communicate()
            left = [use.rows for use in await service.keys.status() if use.key_id == "old"]
            second = await start_rotation(database_url, tmp_path)
            _, errors = await second.communicate()
            traffic.over.set()

    assert (first.returncode, 0 < left[0] < CLUSTERS) == (-signal.SIGKILL, True), "it was to be killed in the middle"
    assert (second.returncode, errors) == (0, b"")
    assert all(traffic.done.values()), traffic.done
    user_id = clusters[0].user_id
    assert await stored(database_url, user_id, NEW) == traffic.expected
    assert await stored(database_url, user_id, OLD) == {}


async def test_a_rotation_without_the_old_key_says_what_it_left(database_url: str, tmp_path: Path) -> None:
    async with opened(database_url, OTHER) as database:
        ann = await database.users.add("ann", "hash", Role.OPERATOR)
        await database.clusters.add(ann.id, new_cluster("closed"), told)
    async with opened(database_url, OLD) as database:
        await database.clusters.add(ann.id, new_cluster("open"), told)

    rotation = await start_rotation(database_url, tmp_path)
    output, errors = await rotation.communicate()

    assert (rotation.returncode, output) == (2, b"1 sealed anew\n")
    assert errors == b"kubecfg: 1 cannot be opened, sealed with other\n"


def told(cluster: Cluster) -> Event:
    return msgspec.structs.replace(announce(cluster), id=f"event-{next(_unique)}")
