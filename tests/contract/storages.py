"""What the storage suites run over: the twins, SQLite and PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from kubecfg_core.clusters import Cluster, ClusterTarget, NewCluster
from kubecfg_core.events import Event
from kubecfg_core.ports.answer_cache import AnswerCache
from kubecfg_core.ports.audit_log import AuditLog
from kubecfg_core.ports.cluster_repo import ClusterRepo
from kubecfg_core.ports.expiries import Expiries
from kubecfg_core.ports.grant_repo import GrantRepo
from kubecfg_core.ports.login_attempts import LoginAttempts
from kubecfg_core.ports.outbox import Outbox
from kubecfg_core.ports.token_budget import TokenBudget
from kubecfg_core.ports.user_repo import UserRepo
from kubecfg_core.secret import Secret
from kubecfg_core.testing.answer_cache import InMemoryAnswerCache
from kubecfg_core.testing.clock import FakeClock
from kubecfg_core.testing.clusters import InMemoryClusters
from kubecfg_core.testing.expiries import InMemoryExpiries
from kubecfg_core.testing.grants import InMemoryGrants
from kubecfg_core.testing.login_attempts import InMemoryLoginAttempts
from kubecfg_core.testing.outbox import InMemoryOutbox
from kubecfg_core.testing.token_budget import InMemoryTokenBudget
from kubecfg_core.testing.users import InMemoryUsers
from kubecfg_core.testing.vault import PlainVault
from kubecfg_core.users import Role
from tests.databases import copy_of
from tests.postgres import temporary_database


@dataclass
class Storage:
    """The repositories that share transactions, and their clock."""

    clusters: ClusterRepo
    users: UserRepo
    grants: GrantRepo
    attempts: LoginAttempts
    expiries: Expiries
    outbox: Outbox
    audit: AuditLog
    answers: AnswerCache
    tokens: TokenBudget
    clock: FakeClock

    async def make_users(self) -> tuple[int, int]:
        """The ids of two users."""
        ann, bob = [await self.users.add(name, "hash", Role.OPERATOR) for name in ("ann", "bob")]
        return ann.id, bob.id


@pytest.fixture(params=["twin", "sqlite", "postgres"])
async def storage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Storage]:
    """Empty repositories of each kind."""
    clock = FakeClock()
    if request.param == "twin":
        outbox = InMemoryOutbox()
        users = InMemoryUsers(clock=clock)
        clusters = InMemoryClusters(clock=clock, outbox=outbox, users=users)
        yield Storage(
            clusters=clusters,
            users=users,
            grants=InMemoryGrants(clusters),
            attempts=InMemoryLoginAttempts(clock=clock),
            expiries=InMemoryExpiries(clusters),
            outbox=outbox,
            audit=outbox.audit,
            answers=InMemoryAnswerCache(clock=clock),
            tokens=InMemoryTokenBudget(),
            clock=clock,
        )
        return
    from kubecfg_sqlalchemy import Database

    async with AsyncExitStack() as stack:
        if request.param == "sqlite":
            url = copy_of(request.getfixturevalue("sqlite_template"), tmp_path)
        else:
            server, template = (request.getfixturevalue(f"postgres_{part}") for part in ("server", "template"))
            url = await stack.enter_async_context(temporary_database(server, template=template))
        database = await stack.enter_async_context(Database.open(url, vault=PlainVault(), clock=clock))
        yield Storage(
            clusters=database.clusters,
            users=database.users,
            grants=database.grants,
            attempts=database.attempts,
            expiries=database.expiries,
            outbox=database.outbox,
            audit=database.audit,
            answers=database.answers,
            tokens=database.tokens,
            clock=clock,
        )


def new_cluster(name: str = "production-cluster") -> NewCluster:
    """A cluster with something in every field."""
    target = ClusterTarget(
        name=name,
        server_url="https://203.0.113.7:6443",
        token=Secret("token-of-" + name),
        ca_data="Y2E=",
        tls_cert="Y2VydA==",
        tls_key=Secret("a2V5"),
        verify_tls=False,
        tls_server_name="kubernetes.example",
    )
    return NewCluster(
        cluster_name=name,
        target=target,
        context_name="prod",
        provider_name="AWS",
        tags=("production", "größe"),
        is_operator_installed=True,
    )


def announce(cluster: Cluster) -> Event:
    """An event whose id tells the cluster."""
    return event(f"about-{cluster.id}-{cluster.cluster_name}")


def event(event_id: str) -> Event:
    """An event of that id."""
    return Event(
        id=event_id,
        type="cluster.onboarded",
        subject="clusters/1",
        time=FakeClock().now(),
        data={"tags": ["a", "b"], "count": 3, "verified": True, "nothing": None, "name": "größe"},
    )
