import asyncio

import pytest

from kubecfg_core.ports.passwords import PasswordHasher
from kubecfg_core.testing.passwords import FastHasher
from kubecfg_crypto import Argon2Hasher


def argon2() -> PasswordHasher:
    return Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture(params=[FastHasher, argon2], ids=["twin", "argon2"])
def hasher(request: pytest.FixtureRequest) -> PasswordHasher:
    made: PasswordHasher = request.param()
    return made


@pytest.mark.parametrize(
    "password",
    ["correct horse", "", "größe", "\U0001f511" * 20, "nul\0nul", "half \ud800", "x" * 5000],
    ids=["plain", "empty", "latin", "emoji", "nul", "surrogate", "long"],
)
async def test_the_password_makes_the_hash_and_no_other_does(hasher: PasswordHasher, password: str) -> None:
    made = await hasher.hash(password)

    assert await hasher.verify(password, made)
    assert not await hasher.verify(password + "x", made)
    assert not await hasher.verify(password + "\0", made)


async def test_one_password_never_makes_the_same_hash_twice(hasher: PasswordHasher) -> None:
    assert await hasher.hash("correct horse") != await hasher.hash("correct horse")


async def test_the_hash_does_not_hold_the_password(hasher: PasswordHasher) -> None:
    assert "horse" not in await hasher.hash("horse")


@pytest.mark.parametrize("stored", ["", "x", "$argon2id$", "fast$", "\u00e9", "$argon2id$v=19$m=8,t=1,p=1$$"])
@pytest.mark.parametrize("password", ["", "correct horse"])
async def test_what_is_no_hash_is_never_right(hasher: PasswordHasher, password: str, stored: str) -> None:
    assert not await hasher.verify(password, stored)


async def test_calls_at_once_are_all_answered(hasher: PasswordHasher) -> None:
    made = await asyncio.gather(*(hasher.hash(str(number)) for number in range(10)))

    assert all(await asyncio.gather(*(hasher.verify(str(number), text) for number, text in enumerate(made))))


async def test_a_hash_of_today_is_not_outdated(hasher: PasswordHasher) -> None:
    assert not hasher.outdated(await hasher.hash("correct horse"))


@pytest.mark.parametrize("stored", ["", "x", "$argon2id$"])
def test_what_is_no_hash_is_not_outdated(hasher: PasswordHasher, stored: str) -> None:
    assert not hasher.outdated(stored)
