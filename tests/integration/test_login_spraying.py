"""Ten thousand names are tried: the delay of an account stands, through that and through a restart."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest

from kubecfg_core.audit import Origin, origin
from kubecfg_core.errors import TooMany, Unauthenticated
from kubecfg_core.testing.clock import FakeClock
from kubecfg_core.testing.passwords import FastHasher
from kubecfg_core.testing.tokens import FakeTokens
from kubecfg_core.testing.vault import PlainVault
from kubecfg_core.throttling import ACCOUNT, ADDRESS
from kubecfg_core.usecases.accounts import Accounts
from kubecfg_core.usecases.announcing import Announcer
from kubecfg_core.usecases.doorkeeping import Doorkeeper
from kubecfg_core.users import Role
from kubecfg_sqlalchemy import Database

PASSWORD: Final = "correct horse battery"
NAMES: Final = 10_000


@asynccontextmanager
async def opened(path: Path, clock: FakeClock) -> AsyncIterator[tuple[Accounts, Database]]:
    """The accounts of a service that starts on this file."""
    async with Database.open(f"sqlite:///{path}/kubecfg.db", vault=PlainVault(), clock=clock) as database:
        accounts = Accounts(
            database.users,
            FastHasher(),
            FakeTokens(clock=clock),
            clusters=database.clusters,
            outbox=database.outbox,
            announcer=Announcer(clock, database.outbox),
            door=Doorkeeper(database.attempts),
        )
        yield accounts, database


async def outcome(accounts: Accounts, username: str, address: str, password: str = "a guess") -> str:
    came = origin.set(Origin(address=address))
    try:
        await accounts.login(username, password)
    except (Unauthenticated, TooMany) as error:
        return error.code
    finally:
        origin.reset(came)
    return "in"


async def test_spraying_names_frees_no_account_and_fills_no_table(tmp_path: Path) -> None:
    clock = FakeClock()
    async with opened(tmp_path, clock) as (accounts, database):
        await accounts.add("root", PASSWORD, Role.ADMIN)
        guesses = [await outcome(accounts, "root", f"203.0.113.{number}") for number in range(ACCOUNT.free + 5)]
        assert guesses == ["unauthenticated"] * (ACCOUNT.free + 1) + ["too_many"] * 4

        sprayed = [await outcome(accounts, f"name-{number}", "198.51.100.7") for number in range(NAMES)]
        tried = sprayed.count("unauthenticated")

        assert tried == ADDRESS.free + 1
        assert sprayed[tried:] == ["too_many"] * (NAMES - tried)
        assert await database.outbox.backlog() < 200  # who has to wait leaves no record each time
        assert await outcome(accounts, "root", "192.0.2.1", PASSWORD) == "too_many"

    async with opened(tmp_path, clock) as (accounts, _):
        assert await outcome(accounts, "root", "192.0.2.1", PASSWORD) == "too_many"
        assert await outcome(accounts, "name-9999", "198.51.100.7") == "too_many"
        clock.advance(1)
        assert await outcome(accounts, "root", "192.0.2.1", PASSWORD) == "in"


async def test_spraying_from_many_addresses_frees_no_account_either(tmp_path: Path) -> None:
    clock = FakeClock()
    async with opened(tmp_path, clock) as (accounts, _):
        await accounts.add("root", PASSWORD, Role.ADMIN)
        for number in range(ACCOUNT.free + 1):
            await outcome(accounts, "root", f"203.0.113.{number}")
        for number in range(300):
            assert await outcome(accounts, f"name-{number}", f"2001:db8:0:{number:x}::1") == "unauthenticated"

        assert await outcome(accounts, "root", "192.0.2.1", PASSWORD) == "too_many"


@pytest.mark.parametrize("password", ["a guess", PASSWORD])
async def test_a_name_that_nobody_has_costs_the_same_statements(tmp_path: Path, password: str) -> None:
    """The same work, counted: a clock would tell of the machine."""
    from sqlalchemy import event

    clock, counts = FakeClock(), []
    async with opened(tmp_path, clock) as (accounts, database):
        await accounts.add("root", PASSWORD, Role.ADMIN)
        statements: list[str] = []
        engine = database._connections._engine.sync_engine
        event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        await outcome(accounts, "somebody", "")  # the first attempt of a process tidies up
        for username in ("nobody", "root") if password != PASSWORD else ("nobody", "no-one"):
            statements.clear()
            await outcome(accounts, username, "", password)
            counts.append(list(statements))

    assert counts[0] == counts[1]
