import pytest

from kubecfg_core.errors import CommandRefused, InvalidInput, TooLarge
from kubecfg_core.kubectl import Verdict, judge, vet
from kubecfg_core.users import Role

from .commands import ATTACKS, LEGITIMATE


@pytest.mark.parametrize("command", ATTACKS)
def test_an_attack_is_refused_for_every_role(command: str) -> None:
    for role in Role:
        with pytest.raises((CommandRefused, InvalidInput, TooLarge)):
            judge(command, role=role)


@pytest.mark.parametrize("command", LEGITIMATE)
def test_an_everyday_command_is_accepted(command: str) -> None:
    assert judge(command).argv


@pytest.mark.parametrize("command", LEGITIMATE)
def test_a_plan_shown_as_a_command_gives_the_same_plan(command: str) -> None:
    plan = judge(command)

    assert judge(plan.command) == plan


@pytest.mark.parametrize("command", LEGITIMATE)
def test_an_everyday_command_is_runnable(command: str) -> None:
    assert vet(command) is Verdict.RUNNABLE


def test_the_lists_are_as_long_as_promised() -> None:
    assert len(set(ATTACKS)) >= 200
    assert len(set(LEGITIMATE)) >= 60
