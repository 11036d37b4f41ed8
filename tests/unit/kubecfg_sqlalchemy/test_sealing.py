from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from kubecfg_core.clusters import Cluster, CredentialState
from kubecfg_core.errors import NotConfigured, NotFound
from kubecfg_core.events import Event
from kubecfg_core.secret import Secret
from kubecfg_core.testing.clock import FakeClock
from kubecfg_core.users import Role
from kubecfg_crypto import AesGcmVault, load_keys
from kubecfg_sqlalchemy import Database
from tests.contract.storages import announce, new_cluster
from tests.unit.kubecfg_sqlalchemy.raw import run

CANARIES = (b"token-of-production-cluster", b"a2V5", b"Y2VydA==")


@pytest.fixture
def vault(tmp_path: Path) -> AesGcmVault:
    return AesGcmVault(load_keys(None, tmp_path / "keys"))


@pytest.fixture
async def database(database_url: str, vault: AesGcmVault) -> AsyncIterator[Database]:
    async with Database.open(database_url, vault=vault, clock=FakeClock()) as opened:
        yield opened


async def onboard(database: Database, username: str, *names: str) -> list[Cluster]:
    user = await database.users.add(username, "hash", Role.OPERATOR)
    return [await database.clusters.add(user.id, new_cluster(name), announce) for name in names]


async def assert_closed(database: Database, cluster: Cluster) -> None:
    for call in (
        database.clusters.get(cluster.user_id, cluster.id),
        database.clusters.find(cluster.user_id, cluster.cluster_name),
    ):
        with pytest.raises(NotConfigured):
            await call
    [shown] = [one for one in await database.clusters.list(cluster.user_id) if one.id == cluster.id]
    assert shown.credential_state is CredentialState.UNREADABLE
    assert (shown.target.token, shown.target.tls_key, shown.target.ca_data) == (None, None, None)


async def test_one_rows_credential_does_not_open_in_another_row(database: Database, database_url: str) -> None:
    first, second = await onboard(database, "ann", "a", "b")

    await run(
        database_url,
        "UPDATE clusters SET credentials = (SELECT credentials FROM clusters WHERE id = :first) WHERE id = :second",
        first=first.id,
        second=second.id,
    )

    await assert_closed(database, second)


async def test_another_users_credential_does_not_open_in_ones_own_row(database: Database, database_url: str) -> None:
    (hers,) = await onboard(database, "ann", "a")
    (his,) = await onboard(database, "bob", "a")

    await run(
        database_url,
        "UPDATE clusters SET credentials = (SELECT credentials FROM clusters WHERE id = :hers) WHERE id = :his",
        hers=hers.id,
        his=his.id,
    )

    await assert_closed(database, his)


@pytest.mark.parametrize(
    "change",
    [
        "server_url = 'https://evil.example'",
        "verify_tls = true",
        "tls_server_name = 'evil.example'",
        "credentials = ''",
        "ca_digest = ''",
        "ca_digest = NULL",
    ],
)
async def test_a_changed_address_does_not_get_the_credential(
    database: Database, database_url: str, change: str
) -> None:
    (cluster,) = await onboard(database, "ann", "a")

    await run(database_url, f"UPDATE clusters SET {change} WHERE id = :id", id=cluster.id)

    await assert_closed(database, cluster)


async def test_a_row_that_does_not_open_costs_itself_and_not_the_list(database: Database, database_url: str) -> None:
    broken, sound = await onboard(database, "ann", "a", "b")

    await run(database_url, "UPDATE clusters SET credentials = 'v1.gone.AAAA' WHERE id = :id", id=broken.id)

    listed = await database.clusters.list(sound.user_id)
    assert [cluster.credential_state for cluster in listed] == [CredentialState.UNREADABLE, CredentialState.READABLE]
    assert listed[1] == sound


async def test_a_row_that_was_sealed_before_the_ca_was_bound_still_opens(
    database: Database, database_url: str, vault: AesGcmVault
) -> None:
    (cluster,) = await onboard(database, "ann", "a")
    target = cluster.target
    bound = ("clusters.credentials", cluster.user_id, cluster.id, target.server_url, False, target.tls_server_name)
    sealed = vault.seal(b'{"token":"old"}', context=msgspec.json.encode(bound).decode())

    await run(
        database_url,
        "UPDATE clusters SET credentials = :text, ca_digest = NULL WHERE id = :id",
        text=sealed,
        id=cluster.id,
    )

    assert (await database.clusters.get(cluster.user_id, cluster.id)).target.token == Secret("old")


async def test_a_row_given_to_another_owner_does_not_open(database: Database, database_url: str) -> None:
    (cluster,) = await onboard(database, "ann", "a")
    bob = await database.users.add("bob", "hash", Role.OPERATOR)

    await run(database_url, "UPDATE clusters SET user_id = :bob WHERE id = :id", bob=bob.id, id=cluster.id)

    with pytest.raises(NotConfigured):
        await database.clusters.get(bob.id, cluster.id)


async def test_a_row_that_does_not_open_can_still_be_removed(database: Database, database_url: str) -> None:
    (cluster,) = await onboard(database, "ann", "a")
    await run(database_url, "UPDATE clusters SET server_url = 'https://evil.example' WHERE id = :id", id=cluster.id)

    removed = await database.clusters.remove(cluster.user_id, cluster.id, announce_again)

    assert (removed.id, removed.target.token, removed.target.tls_key) == (cluster.id, None, None)
    with pytest.raises(NotFound):
        await database.clusters.get(cluster.user_id, cluster.id)


async def test_no_column_holds_a_secret(database: Database, database_url: str) -> None:
    await onboard(database, "ann", "production-cluster")

    rows = [
        row for table in ("clusters", "outbox", "users") for row in await run(database_url, f"SELECT * FROM {table}")
    ]

    assert len(rows) == 3
    assert not [canary for canary in CANARIES if canary.decode() in str(rows)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_file_holds_a_secret_not_even_a_journal(database: Database, database_url: str) -> None:
    (cluster,) = await onboard(database, "ann", "production-cluster")
    folder = Path(database_url.removeprefix("sqlite:///")).parent
    written = {path: path.read_bytes() for path in folder.glob("kubecfg.db*")}
    await database.clusters.remove(cluster.user_id, cluster.id, announce_again)
    await database.close()
    written |= {folder / f"closed-{path.name}": path.read_bytes() for path in folder.glob("kubecfg.db*")}

    assert any(b"production-cluster" in content for content in written.values())
    assert not [(path.name, canary) for path, content in written.items() for canary in CANARIES if canary in content]


def announce_again(cluster: Cluster) -> Event:
    return msgspec.structs.replace(announce(cluster), id="removal")
