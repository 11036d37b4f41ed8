from dataclasses import dataclass
from datetime import timedelta

import pytest

from kubecfg_core.errors import AlreadyExists, InvalidInput, NotFound, Unauthenticated
from kubecfg_core.testing.clock import FakeClock
from kubecfg_core.testing.passwords import FastHasher
from kubecfg_core.testing.tokens import FakeTokens
from kubecfg_core.testing.users import InMemoryUsers
from kubecfg_core.usecases.accounts import Accounts
from kubecfg_core.users import Role

PASSWORD = "correct horse"


@dataclass
class Office:
    clock: FakeClock
    users: InMemoryUsers
    accounts: Accounts


def office() -> Office:
    clock = FakeClock()
    users = InMemoryUsers(clock=clock)
    accounts = Accounts(users, FastHasher(), FakeTokens(clock=clock, lifetime=timedelta(minutes=5)))
    return Office(clock, users, accounts)


async def test_the_token_of_a_login_names_its_user() -> None:
    accounts = office().accounts
    user = await accounts.add("ann", PASSWORD, Role.VIEWER)

    token = await accounts.login("ann", PASSWORD)

    assert await accounts.authenticate(token.access_token) == user


async def test_a_wrong_password_and_an_unknown_user_are_refused_alike() -> None:
    accounts = office().accounts
    await accounts.add("ann", PASSWORD, Role.VIEWER)

    with pytest.raises(Unauthenticated) as wrong:
        await accounts.login("ann", "wrong horse")
    with pytest.raises(Unauthenticated) as unknown:
        await accounts.login("eve", PASSWORD)

    assert wrong.value.message == unknown.value.message


async def test_a_disabled_user_cannot_log_in() -> None:
    accounts = office().accounts
    await accounts.add("ann", PASSWORD, Role.VIEWER)
    await accounts.set_disabled("ann", disabled=True)

    with pytest.raises(Unauthenticated):
        await accounts.login("ann", PASSWORD)


@pytest.mark.parametrize("change", ["password", "disabled", "expired"])
async def test_a_token_ends_with_what_it_stood_for(change: str) -> None:
    place = office()
    await place.accounts.add("ann", PASSWORD, Role.VIEWER)
    token = await place.accounts.login("ann", PASSWORD)
    match change:
        case "password":
            await place.accounts.set_password("ann", "another horse")
        case "disabled":
            await place.accounts.set_disabled("ann", disabled=True)
        case _:
            place.clock.advance(6 * 60)

    with pytest.raises(Unauthenticated):
        await place.accounts.authenticate(token.access_token)


async def test_an_enabled_user_needs_a_new_token() -> None:
    accounts = office().accounts
    await accounts.add("ann", PASSWORD, Role.VIEWER)
    token = await accounts.login("ann", PASSWORD)
    await accounts.set_disabled("ann", disabled=True)
    await accounts.set_disabled("ann", disabled=False)

    with pytest.raises(Unauthenticated):
        await accounts.authenticate(token.access_token)


async def test_a_user_name_is_taken_once() -> None:
    accounts = office().accounts
    await accounts.add("ann", PASSWORD, Role.VIEWER)

    with pytest.raises(AlreadyExists):
        await accounts.add("ann", PASSWORD, Role.VIEWER)


@pytest.mark.parametrize("username", ["", "a b", "a\tb", "a\x00b", "x" * 129])
async def test_an_unfit_user_name_is_refused(username: str) -> None:
    with pytest.raises(InvalidInput, match="user name"):
        await office().accounts.add(username, PASSWORD, Role.VIEWER)


@pytest.mark.parametrize("password", ["", "short", "x" * 129])
async def test_an_unfit_password_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput, match="password"):
        await office().accounts.add("ann", password, Role.VIEWER)


async def test_an_unknown_user_has_no_password_to_change() -> None:
    with pytest.raises(NotFound, match="eve"):
        await office().accounts.set_password("eve", PASSWORD)


async def test_the_first_start_makes_the_admin() -> None:
    admin = await office().accounts.ensure_admin("root", PASSWORD)

    assert admin is not None
    assert (admin.username, admin.role) == ("root", Role.ADMIN)


async def test_a_later_start_makes_no_admin_again() -> None:
    accounts = office().accounts
    await accounts.add("ann", PASSWORD, Role.VIEWER)

    assert await accounts.ensure_admin("root", PASSWORD) is None


async def test_a_first_start_without_an_admin_says_how_to_make_one(caplog: pytest.LogCaptureFixture) -> None:
    await office().accounts.ensure_admin(None, None)

    assert "kubecfg user add" in caplog.text


@pytest.mark.parametrize(
    ("username", "password"), [("root", None), (None, PASSWORD), ("root", "short"), ("a b", PASSWORD)]
)
async def test_half_an_admin_or_an_unfit_one_is_refused_by_the_variables(
    username: str | None, password: str | None
) -> None:
    with pytest.raises(InvalidInput, match="KUBECFG_ADMIN"):
        await office().accounts.ensure_admin(username, password)
