from dataclasses import dataclass
from datetime import timedelta

import pytest

from kubecfg_core.audit import Origin, origin
from kubecfg_core.errors import (
    AlreadyExists,
    Conflict,
    InvalidInput,
    NotFound,
    PermissionDenied,
    TooMany,
    Unauthenticated,
)
from kubecfg_core.testing.clock import FakeClock
from kubecfg_core.testing.clusters import InMemoryClusters
from kubecfg_core.testing.login_attempts import InMemoryLoginAttempts
from kubecfg_core.testing.outbox import InMemoryOutbox
from kubecfg_core.testing.passwords import FastHasher
from kubecfg_core.testing.tokens import FakeTokens
from kubecfg_core.testing.users import InMemoryUsers
from kubecfg_core.throttling import ACCOUNT, ADDRESS
from kubecfg_core.usecases.accounts import Accounts
from kubecfg_core.usecases.announcing import Announcer
from kubecfg_core.usecases.doorkeeping import Doorkeeper
from kubecfg_core.users import AccessToken, Role

from .world import new_cluster

PASSWORD = "correct horse"


@dataclass
class Office:
    clock: FakeClock
    users: InMemoryUsers
    accounts: Accounts
    clusters: InMemoryClusters
    outbox: InMemoryOutbox


async def login_from(accounts: Accounts, address: str, username: str, password: str) -> AccessToken:
    came = origin.set(Origin(address=address))
    try:
        return await accounts.login(username, password)
    finally:
        origin.reset(came)


async def disable(accounts: Accounts, username: str, *, disabled: bool = True) -> None:
    await accounts.change((await accounts.named(username)).id, disabled=disabled)


def office() -> Office:
    clock = FakeClock()
    users = InMemoryUsers(clock=clock)
    outbox = InMemoryOutbox()
    clusters = InMemoryClusters(clock=clock, outbox=outbox, users=users)
    accounts = Accounts(
        users,
        FastHasher(),
        FakeTokens(clock=clock, lifetime=timedelta(minutes=5)),
        clusters=clusters,
        outbox=outbox,
        announcer=Announcer(clock, outbox),
        door=Doorkeeper(InMemoryLoginAttempts(clock=clock)),
    )
    return Office(clock, users, accounts, clusters, outbox)


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
    await disable(accounts, "ann")

    with pytest.raises(Unauthenticated):
        await accounts.login("ann", PASSWORD)


@pytest.mark.parametrize("change", ["password", "disabled", "role", "logout", "expired"])
async def test_a_token_ends_with_what_it_stood_for(change: str) -> None:
    place = office()
    await place.accounts.add("ann", PASSWORD, Role.VIEWER)
    token = await place.accounts.login("ann", PASSWORD)
    match change:
        case "password":
            await place.accounts.change(1, password="another horse")
        case "disabled":
            await disable(place.accounts, "ann")
        case "role":
            await place.accounts.change(1, role=Role.OPERATOR)
        case "logout":
            await place.accounts.log_out(await place.users.get(1))
        case _:
            place.clock.advance(6 * 60)

    with pytest.raises(Unauthenticated):
        await place.accounts.authenticate(token.access_token)


async def test_an_enabled_user_needs_a_new_token() -> None:
    accounts = office().accounts
    await accounts.add("ann", PASSWORD, Role.VIEWER)
    token = await accounts.login("ann", PASSWORD)
    await disable(accounts, "ann", disabled=True)
    await disable(accounts, "ann", disabled=False)

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


@pytest.mark.parametrize("password", ["", "x" * 11, "x" * 129])
async def test_an_unfit_password_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput, match="password"):
        await office().accounts.add("ann", password, Role.VIEWER)


async def test_an_unknown_user_is_not_found() -> None:
    with pytest.raises(NotFound, match="eve"):
        await office().accounts.named("eve")


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


async def test_the_last_admin_can_neither_go_nor_be_less() -> None:
    accounts = office().accounts
    root = await accounts.add("root", PASSWORD, Role.ADMIN)

    for call in (
        accounts.change(root.id, role=Role.VIEWER),
        accounts.change(root.id, disabled=True),
        accounts.remove(root.id),
    ):
        with pytest.raises(Conflict):
            await call


async def test_a_removed_user_takes_their_clusters_along() -> None:
    place = office()
    root = await place.accounts.add("root", PASSWORD, Role.ADMIN)
    ann = await place.accounts.add("ann", PASSWORD, Role.OPERATOR)
    announcer = Announcer(place.clock, place.outbox)
    await place.clusters.add(ann.id, new_cluster(), lambda cluster: announcer.about("cluster.onboarded", ann, cluster))

    await place.accounts.remove(ann.id, by=root)

    assert await place.clusters.list(ann.id) == []
    assert await place.accounts.all() == [root]
    told = [(event.type, event.data["username"]) for event in await place.outbox.pending(10)]
    assert told[-2:] == [("cluster.removed", "root"), ("user.removed", "root")]


async def test_the_own_password_is_replaced_by_whoever_knows_it() -> None:
    accounts = office().accounts
    ann = await accounts.add("ann", PASSWORD, Role.VIEWER)

    await accounts.change_own_password(ann, PASSWORD, "another horse")

    with pytest.raises(Unauthenticated):
        await accounts.login("ann", PASSWORD)
    assert (await accounts.login("ann", "another horse")).access_token


async def test_the_own_password_is_not_replaced_by_whoever_guesses() -> None:
    accounts = office().accounts
    ann = await accounts.add("ann", PASSWORD, Role.VIEWER)

    for _ in range(ACCOUNT.free + 1):
        with pytest.raises(PermissionDenied, match="current_password"):
            await accounts.change_own_password(ann, "a wrong guess", "another horse")
    with pytest.raises(TooMany):
        await accounts.change_own_password(ann, PASSWORD, "another horse")


async def test_after_some_failures_a_login_has_to_wait_also_with_the_right_password() -> None:
    place = office()
    await place.accounts.add("ann", PASSWORD, Role.VIEWER)
    for _ in range(ACCOUNT.free + 1):
        with pytest.raises(Unauthenticated):
            await place.accounts.login("ann", "wrong horse")

    with pytest.raises(TooMany) as caught:
        await place.accounts.login("ann", PASSWORD)
    place.clock.advance(caught.value.retry_after)

    assert (await place.accounts.login("ann", PASSWORD)).access_token


async def test_a_name_that_nobody_has_is_made_to_wait_just_the_same() -> None:
    place = office()
    await place.accounts.add("ann", PASSWORD, Role.VIEWER)
    outcomes: dict[str, list[str]] = {"ann": [], "eve": []}
    for name, seen in outcomes.items():
        for _ in range(ACCOUNT.free + 3):
            with pytest.raises((Unauthenticated, TooMany)) as caught:
                await place.accounts.login(name, "wrong horse")
            seen.append(caught.value.message)

    assert outcomes["ann"] == outcomes["eve"]


async def test_logins_that_succeed_never_have_to_wait() -> None:
    accounts = office().accounts
    await accounts.add("ann", PASSWORD, Role.VIEWER)

    for _ in range(3 * ADDRESS.free):
        await login_from(accounts, "203.0.113.7", "ann", PASSWORD)


async def test_an_address_that_tries_many_names_has_to_wait() -> None:
    accounts = office().accounts
    await accounts.add("ann", PASSWORD, Role.VIEWER)
    for number in range(ADDRESS.free + 1):
        with pytest.raises(Unauthenticated):
            await login_from(accounts, f"2001:db8::{number:x}", f"name-{number}", PASSWORD)

    with pytest.raises(TooMany):
        await login_from(accounts, "2001:db8::ffff", "ann", PASSWORD)
    assert (await login_from(accounts, "2001:db8:0:1::1", "ann", PASSWORD)).access_token


async def test_a_success_does_not_forgive_the_address() -> None:
    accounts = office().accounts
    await accounts.add("ann", PASSWORD, Role.VIEWER)
    for number in range(ADDRESS.free + 1):
        if number % 10 == 0:
            await login_from(accounts, "203.0.113.7", "ann", PASSWORD)
        with pytest.raises(Unauthenticated):
            await login_from(accounts, "203.0.113.7", f"name-{number}", PASSWORD)

    with pytest.raises(TooMany):
        await login_from(accounts, "203.0.113.7", "ann", PASSWORD)


async def test_a_login_replaces_an_outdated_hash_and_ends_no_tokens() -> None:
    place = office()
    user = await place.users.add("ann", f"old${await FastHasher().hash(PASSWORD)}", Role.VIEWER)

    await place.accounts.login("ann", PASSWORD)

    found = await place.users.find_with_hash("ann")
    assert found is not None
    assert (found[0].token_version, found[1].startswith("old$")) == (user.token_version, False)


async def test_a_wrong_password_replaces_no_hash() -> None:
    place = office()
    stored = f"old${await FastHasher().hash(PASSWORD)}"
    await place.users.add("ann", stored, Role.VIEWER)

    with pytest.raises(Unauthenticated):
        await place.accounts.login("ann", "wrong horse")

    found = await place.users.find_with_hash("ann")
    assert found is not None
    assert found[1] == stored
