"""The page on kubectl, compared with the table and the rules that it describes."""

import re
from typing import Final

import pytest

from kubecfg_core.errors import CommandRefused
from kubecfg_core.kubectl import Rules, judge, policy
from kubecfg_core.kubectl.table import VERBS
from tests.unit.docs import pages

PAGE: Final = pages.read("kubectl.md")
SECTIONS: Final = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
RULES: Final = {cells[0]: cells[2] for cells in pages.rows(SECTIONS["Rules"])}


@pytest.mark.parametrize(("section", "changes"), [("Commands that look", False), ("Commands that change", True)])
def test_the_commands_are_those_of_the_table(section: str, changes: bool) -> None:  # noqa: FBT001 - an expectation
    documented = [tuple(cells[:3]) for cells in pages.rows(SECTIONS[section])]

    assert documented == [
        (verb.name, verb.role.value, verb.loss.when.strip("`") if verb.loss else "no")
        for verb in VERBS
        if verb.changes is changes
    ]


def test_the_flags_are_those_of_the_table() -> None:
    documented = {cells[0]: re.findall(r"--([\w-]+)", cells[1]) for cells in pages.rows(SECTIONS["Flags"])}

    assert documented == {verb.name: sorted(flag.name for flag in verb.flags) for verb in VERBS}


def test_every_rule_is_documented_and_no_other() -> None:
    assert RULES.keys() == set(re.findall(r"^(kubectl\.\S+) ", policy.__doc__ or "", re.MULTILINE))


@pytest.mark.parametrize("rule", RULES)
def test_each_example_is_refused_by_its_rule(rule: str) -> None:
    namespaces = frozenset({"shop"}) if rule == "kubectl.namespace" else None

    with pytest.raises(CommandRefused) as caught:
        judge(RULES[rule], namespaces=namespaces, rules=Rules(denied=frozenset({"certificates"})))

    assert caught.value.rule == rule


def test_the_example_of_a_plan_is_what_comes_of_it() -> None:
    [(_, text)] = pages.blocks(PAGE, "text")
    typed, plan = text.strip().split("   becomes   ")

    assert " ".join(judge(typed).argv) == plan
