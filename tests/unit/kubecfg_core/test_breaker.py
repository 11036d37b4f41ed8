from __future__ import annotations

import pytest

from kubecfg_core.breaker import Breaker, LeftAlone
from kubecfg_core.errors import UpstreamRefused
from kubecfg_core.testing.clock import FakeClock


def fail(breaker: Breaker) -> None:
    with pytest.raises(UpstreamRefused), breaker.guarding():
        raise UpstreamRefused


def succeed(breaker: Breaker) -> None:
    with breaker.guarding():
        pass


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def breaker(clock: FakeClock) -> Breaker:
    return Breaker("The model", clock=clock, failures=2, pause=30)


def test_failures_in_a_row_open_it_and_it_says_until_when(breaker: Breaker) -> None:
    fail(breaker)
    fail(breaker)

    with pytest.raises(LeftAlone, match=r"The model failed 2 times in a row, so it is left alone until 10:30:30 UTC"):
        succeed(breaker)


def test_a_success_between_keeps_it_closed(breaker: Breaker) -> None:
    fail(breaker)
    succeed(breaker)
    fail(breaker)

    succeed(breaker)


def test_after_the_pause_one_is_let_through_and_no_other_meanwhile(breaker: Breaker, clock: FakeClock) -> None:
    fail(breaker)
    fail(breaker)
    clock.advance(30)

    with breaker.guarding(), pytest.raises(LeftAlone):
        succeed(breaker)


def test_one_that_succeeds_then_closes_it(breaker: Breaker, clock: FakeClock) -> None:
    fail(breaker)
    fail(breaker)
    clock.advance(30)
    succeed(breaker)
    fail(breaker)

    succeed(breaker)


def test_one_that_fails_then_opens_it_anew(breaker: Breaker, clock: FakeClock) -> None:
    fail(breaker)
    fail(breaker)
    clock.advance(30)
    fail(breaker)

    with pytest.raises(LeftAlone):
        succeed(breaker)


def test_one_that_was_given_up_leaves_the_place_to_the_next(breaker: Breaker, clock: FakeClock) -> None:
    fail(breaker)
    fail(breaker)
    clock.advance(30)
    with pytest.raises(KeyboardInterrupt), breaker.guarding():
        raise KeyboardInterrupt

    succeed(breaker)


def test_what_is_no_failure_of_the_server_does_not_count(breaker: Breaker) -> None:
    for _ in range(3):
        with pytest.raises(ValueError, match="ours"), breaker.guarding():
            raise ValueError("ours")

    succeed(breaker)
