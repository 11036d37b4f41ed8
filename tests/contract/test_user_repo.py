import asyncio

import msgspec
import pytest

from kubecfg_core.errors import AlreadyExists, Conflict, NotFound
from kubecfg_core.users import Role, User
from tests.contract.storages import Storage

ISSUER = "https://login.example"
NOBODY = 4711


async def test_a_stored_user_is_read_back_as_given(storage: Storage) -> None:
    added = await storage.users.add("ann", "hash", Role.ADMIN)

    assert added == User(id=added.id, username="ann", role=Role.ADMIN, created_at=storage.clock.now())
    assert await storage.users.get(added.id) == added
    assert await storage.users.find("ann") == added
    assert await storage.users.find_with_hash("ann") == (added, "hash")


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

    changed = await storage.users.change(ann, password_hash="other")

    assert changed.token_version == 1
    assert await storage.users.get(ann) == changed
    assert await storage.users.find_with_hash("ann") == (changed, "other")
    assert await storage.users.find_with_hash("bob") == (await storage.users.get(bob), "hash")
    assert (await storage.users.get(bob)).token_version == 0


async def test_another_hash_of_the_same_password_ends_no_tokens(storage: Storage) -> None:
    added = await storage.users.add("ann", "hash", Role.ADMIN)

    await storage.users.rehash(added.id, "hash", "better")

    assert await storage.users.find_with_hash("ann") == (added, "better")


async def test_a_hash_that_is_not_the_users_any_more_is_not_replaced(storage: Storage) -> None:
    added = await storage.users.add("ann", "new", Role.ADMIN)

    await storage.users.rehash(added.id, "hash", "better")

    assert await storage.users.find_with_hash("ann") == (added, "new")


async def test_disabling_and_enabling_each_end_the_tokens(storage: Storage) -> None:
    ann, _ = await storage.make_users()

    disabled = await storage.users.change(ann, disabled=True)
    enabled = await storage.users.change(ann, disabled=False)

    assert (disabled.disabled, disabled.token_version) == (True, 1)
    assert (enabled.disabled, enabled.token_version) == (False, 2)
    assert await storage.users.get(ann) == enabled


async def test_changes_at_once_each_raise_the_token_version(storage: Storage) -> None:
    ann, _ = await storage.make_users()

    await asyncio.gather(*(storage.users.change(ann, password_hash=f"hash-{number}") for number in range(6)))

    assert (await storage.users.get(ann)).token_version == 6


@pytest.mark.parametrize("user_id", [NOBODY, 0, -1, 2**70])
async def test_a_user_that_is_not_there_is_not_found(storage: Storage, user_id: int) -> None:
    for call in (
        storage.users.get(user_id),
        storage.users.change(user_id, password_hash="hash"),
        storage.users.change(user_id, disabled=True),
        storage.users.remove(user_id),
    ):
        with pytest.raises(NotFound):
            await call


async def test_a_change_leaves_what_is_not_given(storage: Storage) -> None:
    added = await storage.users.add("ann", "hash", Role.VIEWER)

    changed = await storage.users.change(added.id, role=Role.OPERATOR, display_name="Ann Example")

    expected = msgspec.structs.replace(added, role=Role.OPERATOR, display_name="Ann Example", token_version=1)
    assert changed == expected
    assert await storage.users.find_with_hash("ann") == (expected, "hash")


async def test_an_external_user_is_not_found_with_a_hash(storage: Storage) -> None:
    await storage.users.add("7", "", Role.VIEWER, issuer=ISSUER)

    assert await storage.users.find_with_hash("7") is None


async def test_a_removed_user_is_gone_and_the_id_is_not_given_again(storage: Storage) -> None:
    ann, bob = await storage.make_users()
    given = await storage.users.get(bob)

    assert await storage.users.remove(bob) == given

    assert [user.id for user in await storage.users.list()] == [ann]
    assert (await storage.users.add("bob", "hash", Role.VIEWER)).id > bob


async def test_the_last_admin_stays_an_admin(storage: Storage) -> None:
    root = await storage.users.add("root", "hash", Role.ADMIN)
    await storage.users.add("them", "", Role.ADMIN, issuer=ISSUER)
    await storage.users.change((await storage.users.add("former", "hash", Role.ADMIN)).id, disabled=True)

    for call in (
        storage.users.change(root.id, role=Role.OPERATOR),
        storage.users.change(root.id, disabled=True),
        storage.users.remove(root.id),
    ):
        with pytest.raises(Conflict, match="last admin"):
            await call

    assert await storage.users.get(root.id) == root
    assert (await storage.users.change(root.id, password_hash="other")).role is Role.ADMIN


async def test_one_of_two_admins_may_go(storage: Storage) -> None:
    root = await storage.users.add("root", "hash", Role.ADMIN)
    await storage.users.add("other", "hash", Role.ADMIN)

    assert (await storage.users.change(root.id, role=Role.VIEWER)).role is Role.VIEWER


async def test_of_two_admins_that_go_at_once_one_stays(storage: Storage) -> None:
    both = [await storage.users.add(name, "hash", Role.ADMIN) for name in ("one", "two")]

    outcomes = await asyncio.gather(
        *(storage.users.change(user.id, disabled=True) for user in both), return_exceptions=True
    )

    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 1
