import asyncio

import pytest

from kubecfg_core.errors import AlreadyExists, NotFound
from kubecfg_core.users import Role, User
from tests.contract.storages import Storage

ISSUER = "https://login.example"
NOBODY = 4711


async def test_a_stored_user_is_read_back_as_given(storage: Storage) -> None:
    added = await storage.users.add("ann", "hash", Role.ADMIN)

    assert added == User(id=added.id, username="ann", role=Role.ADMIN, created_at=storage.clock.now())
    assert await storage.users.get(added.id) == added
    assert await storage.users.find("ann") == added
    assert await storage.users.password_hash(added.id) == "hash"


async def test_a_name_is_taken_once_for_each_issuer(storage: Storage) -> None:
    ours = await storage.users.add("7", "hash", Role.VIEWER)
    theirs = await storage.users.add("7", "", Role.OPERATOR, issuer=ISSUER)

    with pytest.raises(AlreadyExists):
        await storage.users.add("7", "", Role.ADMIN, issuer=ISSUER)

    assert await storage.users.find("7") == ours
    assert await storage.users.find("7", issuer=ISSUER) == theirs
    assert await storage.users.list() == [ours, theirs]


async def test_names_differ_by_case(storage: Storage) -> None:
    await storage.users.add("ann", "hash", Role.VIEWER)

    assert await storage.users.find("Ann") is None


async def test_of_adds_at_once_under_one_name_exactly_one_is_stored(storage: Storage) -> None:
    outcomes = await asyncio.gather(
        *(storage.users.add("ann", "hash", Role.ADMIN) for _ in range(6)), return_exceptions=True
    )

    assert sum(isinstance(outcome, User) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, AlreadyExists) for outcome in outcomes) == 5


@pytest.mark.parametrize(
    "name",
    ["", "nul\0", "half \udfff", "' OR 1=1 --", "x" * 10_000],
    ids=["empty", "nul", "surrogate", "sql", "long"],
)
async def test_a_strange_name_is_nobodys(storage: Storage, name: str) -> None:
    await storage.users.add("ann", "hash", Role.VIEWER)

    assert await storage.users.find(name) is None


async def test_the_count_is_of_all_users(storage: Storage) -> None:
    before = await storage.users.count()
    await storage.users.add("ann", "hash", Role.VIEWER)
    await storage.users.add("ann", "", Role.VIEWER, issuer=ISSUER)

    assert (before, await storage.users.count()) == (0, 2)


async def test_a_new_password_ends_the_tokens(storage: Storage) -> None:
    ann, bob = await storage.make_users()

    changed = await storage.users.set_password_hash(ann, "other")

    assert changed.token_version == 1
    assert await storage.users.get(ann) == changed
    assert await storage.users.password_hash(ann) == "other"
    assert await storage.users.password_hash(bob) == "hash"
    assert (await storage.users.get(bob)).token_version == 0


async def test_disabling_and_enabling_each_end_the_tokens(storage: Storage) -> None:
    ann, _ = await storage.make_users()

    disabled = await storage.users.set_disabled(ann, disabled=True)
    enabled = await storage.users.set_disabled(ann, disabled=False)

    assert (disabled.disabled, disabled.token_version) == (True, 1)
    assert (enabled.disabled, enabled.token_version) == (False, 2)
    assert await storage.users.get(ann) == enabled


async def test_changes_at_once_each_raise_the_token_version(storage: Storage) -> None:
    ann, _ = await storage.make_users()

    await asyncio.gather(*(storage.users.set_password_hash(ann, f"hash-{number}") for number in range(6)))

    assert (await storage.users.get(ann)).token_version == 6


@pytest.mark.parametrize("user_id", [NOBODY, 0, -1, 2**70])
async def test_a_user_that_is_not_there_is_not_found(storage: Storage, user_id: int) -> None:
    for call in (
        storage.users.get(user_id),
        storage.users.password_hash(user_id),
        storage.users.set_password_hash(user_id, "hash"),
        storage.users.set_disabled(user_id, disabled=True),
    ):
        with pytest.raises(NotFound):
            await call
