"""The corpus of attacks: each is refused to the role that tries it, and to every lower one, even when confirmed."""

import json
from pathlib import Path

import msgspec
import pytest

from kubecfg_core.errors import CommandRefused, InvalidInput, TooLarge
from kubecfg_core.kubectl import Verdict, judge, vet
from kubecfg_core.users import Role

from .commands import ADMINS, CONFIRMED, LEGITIMATE, OPERATORS


class Attacks(msgspec.Struct, frozen=True, kw_only=True):
    """Commands of one kind. Where there are namespaces, they are those of the attacker's grant."""

    kind: str
    role: Role
    namespaces: frozenset[str] | None = None
    commands: list[str]


# Not by msgspec's own parser, which does not take a lone surrogate.
CORPUS = msgspec.convert(
    json.loads((Path(__file__).parents[3] / "data" / "kubectl_attacks.json").read_text()), list[Attacks]
)
ATTACKS = [
    pytest.param(group, command, id=f"{group.kind} {sorted(group.namespaces or [])}: {command!a}")
    for group in CORPUS
    for command in group.commands
]


@pytest.mark.parametrize(("group", "command"), ATTACKS)
def test_an_attack_is_refused(group: Attacks, command: str) -> None:
    for role in (role for role in Role if group.role.covers(role)):
        with pytest.raises((CommandRefused, InvalidInput, TooLarge)):
            judge(command, role=role, confirmed=True, namespaces=group.namespaces)


@pytest.mark.parametrize("command", LEGITIMATE)
def test_an_everyday_look_is_accepted_from_everybody(command: str) -> None:
    assert not judge(command).changes


@pytest.mark.parametrize("command", OPERATORS)
def test_an_everyday_change_is_accepted_from_an_operator(command: str) -> None:
    assert judge(command, role=Role.OPERATOR).changes


@pytest.mark.parametrize("command", ADMINS)
def test_a_change_to_the_cluster_is_accepted_from_an_admin(command: str) -> None:
    assert judge(command, role=Role.ADMIN).changes


@pytest.mark.parametrize("command", CONFIRMED)
def test_a_confirmed_loss_is_accepted(command: str) -> None:
    assert judge(command, role=Role.ADMIN, confirmed=True).changes


@pytest.mark.parametrize("command", LEGITIMATE)
def test_an_everyday_look_is_runnable(command: str) -> None:
    assert vet(command) is Verdict.RUNNABLE


def test_the_lists_are_as_long_as_promised() -> None:
    assert len({command for group in CORPUS for command in group.commands}) >= 200
    assert len({*LEGITIMATE, *OPERATORS, *ADMINS, *CONFIRMED}) >= 60
