from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest

from kubecfg_core.errors import Unauthenticated
from kubecfg_core.ports.clock import Clock
from kubecfg_core.ports.token_service import TokenService
from kubecfg_core.secret import Secret
from kubecfg_core.testing.clock import FakeClock
from kubecfg_core.testing.tokens import FakeTokens
from kubecfg_core.users import Claims, Role, User
from kubecfg_crypto import JwtTokens

MakeTokens = Callable[[Clock], TokenService]
LIFETIME = timedelta(minutes=30)
# More than any service may forgive (AU-01).
LEEWAY = 30


def make_fake(clock: Clock) -> TokenService:
    return FakeTokens(clock=clock, lifetime=LIFETIME)


def make_jwt(clock: Clock) -> TokenService:
    return JwtTokens(secret=Secret("k3y-0f-th1s-test-with-enough-bytes!"), clock=clock, lifetime=LIFETIME)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=[make_fake, make_jwt], ids=["twin", "jwt"])
def tokens(request: pytest.FixtureRequest, clock: FakeClock) -> TokenService:
    make: MakeTokens = request.param
    return make(clock)


@pytest.fixture
def user(clock: FakeClock) -> User:
    return User(id=7, username="ann", role=Role.ADMIN, token_version=3, created_at=clock.now())


def test_a_token_says_whose_it_is_and_of_which_version(tokens: TokenService, user: User) -> None:
    given = tokens.issue(user)

    assert tokens.read(given.access_token) == Claims(subject="7", issuer="kubecfg", external=False, token_version=3)


def test_the_life_is_told_in_seconds(tokens: TokenService, user: User) -> None:
    given = tokens.issue(user)

    assert (given.token_type, given.expires_in) == ("bearer", 1800)


def test_no_two_tokens_are_equal(tokens: TokenService, user: User) -> None:
    assert tokens.issue(user).access_token != tokens.issue(user).access_token


def test_a_token_holds_until_its_end_and_not_after(tokens: TokenService, user: User, clock: FakeClock) -> None:
    given = tokens.issue(user)

    clock.advance(given.expires_in - 1)
    assert tokens.read(given.access_token).subject == "7"

    clock.advance(1 + LEEWAY)
    with pytest.raises(Unauthenticated):
        tokens.read(given.access_token)


def test_the_version_is_the_one_at_the_time_of_giving(tokens: TokenService, user: User) -> None:
    given = tokens.issue(user)
    tokens.issue(msgspec.structs.replace(user, token_version=4))

    assert tokens.read(given.access_token).token_version == 3


def test_no_character_can_be_changed(tokens: TokenService, user: User) -> None:
    token = tokens.issue(user).access_token

    for position, character in enumerate(token):
        for other in {"A", "-", ".", "=", chr(ord(character) ^ 1), ""} - {character}:
            with pytest.raises(Unauthenticated):
                tokens.read(token[:position] + other + token[position + 1 :])


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "a.b.c", "Bearer x", "\u00e9", "\ud800", "nul\0", "e30.e30.e30", "x" * 100_000],
    ids=["empty", "dot", "dots", "letters", "bearer", "latin", "surrogate", "nul", "objects", "long"],
)
def test_what_is_no_token_is_refused(tokens: TokenService, token: str) -> None:
    with pytest.raises(Unauthenticated):
        tokens.read(token)


def test_the_refusal_does_not_hold_the_token(tokens: TokenService, user: User) -> None:
    token = tokens.issue(user).access_token[:-2] + "xx"

    with pytest.raises(Unauthenticated) as caught:
        tokens.read(token)

    assert token[:10] not in caught.value.message
