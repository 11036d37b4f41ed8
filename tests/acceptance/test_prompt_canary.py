"""Markers in all that must not leave for a language model: none is in the bytes that it got."""

import pytest

from kubecfg_core.disclosing import Allowed
from kubecfg_core.masking import Level
from kubecfg_core.plugins import Plugins
from tests.acceptance.prompt_canary import NAMES, SECRETS, WORDS, Sent, analysed, marked_objects, names_of
from tests.databases import run_beside

pytestmark = pytest.mark.timeout(120)
MASKED = [Level.NAMES, Level.STRICT]


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> dict[Level, Sent]:
    """What leaves at each level."""
    return {level: run_beside(analysed(tmp_path_factory.mktemp(level), level)) for level in Level}


@pytest.fixture(scope="module")
def names() -> set[str]:
    return names_of(marked_objects(), Allowed(Plugins.load()).vocabulary)


@pytest.mark.parametrize("level", Level)
def test_no_secret_leaves_at_any_level(sent: dict[Level, Sent], level: Level) -> None:
    assert sent[level].found(SECRETS) == []


@pytest.mark.parametrize("level", MASKED)
def test_no_name_leaves(sent: dict[Level, Sent], names: set[str], level: Level) -> None:
    assert sent[level].found(NAMES) == []
    assert sent[level].named(names) == []


def test_no_special_word_leaves_at_strict(sent: dict[Level, Sent]) -> None:
    assert sent[Level.STRICT].found(WORDS) == []


def test_nothing_leaves_of_a_cluster_that_keeps_to_itself(sent: dict[Level, Sent]) -> None:
    assert sent[Level.NONE].received == b""


def test_the_markers_are_where_they_would_be_found(sent: dict[Level, Sent], names: set[str]) -> None:
    assert {"host in an event", "host in a log", "IPv6 in a log"} <= set(sent[Level.OFF].found(NAMES))
    assert {"word in an event", "word in a log"} <= set(sent[Level.OFF].found(WORDS))
    assert len(sent[Level.OFF].named(names)) > 40


@pytest.mark.parametrize("level", MASKED)
def test_the_answer_has_real_names(sent: dict[Level, Sent], level: Level) -> None:
    """The model repeats the playbooks, so that its commands are theirs."""

    def commands(told: Sent) -> list[list[str]]:
        return [
            [step.command for step in entry.solution.remediation_steps] for entry in told.report.problems_with_solutions
        ]

    by_the_model = [
        entry.solution.additional_notes.startswith("From the language model.")
        for entry in sent[level].report.problems_with_solutions
    ]
    assert all(by_the_model)
    assert commands(sent[level]) == commands(sent[Level.NONE])


@pytest.mark.parametrize("level", MASKED)
def test_what_was_masked_is_listed(sent: dict[Level, Sent], level: Level) -> None:
    [crashing] = [
        entry.problem
        for entry in sent[level].report.problems_with_solutions
        if entry.problem.code == "pod.crashloop" and entry.problem.namespace == "shop-payments"
    ]
    pairs = {pair.unmasked: pair.masked for pair in crashing.errors[0].sensitive}

    assert {"checkout", "shop-payments", "mk-log-host", "10.97.31.13"} <= pairs.keys()
    assert pairs["checkout"].startswith("deployment-")
