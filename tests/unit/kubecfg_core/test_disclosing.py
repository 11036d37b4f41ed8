"""What of a brief leaves, and what stays."""

from typing import Any

import msgspec
import pytest

from kubecfg_core.disclosing import MADE_UP, Allowed, disclosed, names_in, plain_text, revealed
from kubecfg_core.hookspecs import hookimpl
from kubecfg_core.masking import Level, Masker
from kubecfg_core.naming import Names
from kubecfg_core.plugins import Plugins
from kubecfg_core.ports.llm import Brief
from kubecfg_core.problems import Finding, ObjectRef, Severity, to_problems
from kubecfg_core.solutions import Playbook, Solution, Step

MARKER = "Zanzibar-7d1f"
SOLUTION = Solution(
    solution_summary="Look.",
    detailed_solution="Look.",
    remediation_steps=[],
    confidence_score=0.5,
    estimated_time_mins=5,
)


def brief(*, logs: tuple[str, ...] = (), **changes: Any) -> Brief:
    finding = Finding(
        code="pod.crashloop",
        kind="Pod",
        name="api-7d9f8b6c5-x2x4z",
        namespace="shop",
        text="Container app crashes.",
        severity=Severity.ERROR,
        parent="Deployment/api",
    )
    problem = to_problems([msgspec.structs.replace(finding, **changes)])[0]
    return Brief(problem=problem, playbook=SOLUTION, logs=logs)


def masker(asked: Brief, level: Level = Level.NAMES, known: Names | None = None) -> Masker:
    return Masker(b"key", level, names_in(asked, known), vocabulary=Allowed(Plugins()).vocabulary)


def told(asked: Brief, level: Level = Level.NAMES, known: Names | None = None) -> str:
    """All that leaves, as text."""
    facts = Allowed(Plugins()).facts
    return msgspec.json.encode(disclosed(asked, masker(asked, level, known), facts)).decode()


@pytest.mark.parametrize("level", [Level.OFF, Level.NAMES, Level.STRICT])
@pytest.mark.parametrize(
    "changes",
    [
        {"evidence": {"added_later": MARKER}},
        {"sensitive": (MARKER,)},
        {"doc": MARKER},
        {"culprit": ObjectRef(kind="Secret", name=MARKER)},
        {"text": f"DB_PASSWORD={MARKER}"},
        {"cause": f'[{{"name": "API_TOKEN", "value": "{MARKER}"}}]'},
        {"evidence": {"container": f"https://ann:{MARKER}@host/"}},
    ],
    ids=str,
)
def test_what_is_not_allowed_stays(level: Level, changes: dict[str, Any]) -> None:
    assert MARKER not in told(brief(**changes), level)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": MARKER},
        {"namespace": MARKER},
        {"parent": f"Deployment/{MARKER}"},
        {"evidence": {"container": MARKER}, "text": f"Container {MARKER} crashes."},
        {"evidence": {"image": f"registry.example.com/{MARKER}/web:1"}, "cause": f"It is of {MARKER}."},
        {"sensitive": (MARKER,), "text": f"It wants {MARKER}."},
        {"culprit": ObjectRef(kind="Node", name=MARKER), "cause": f"Node {MARKER} is down."},
        {"name": "zan", "text": "The pod \u200bz\u200ban crashes."},
    ],
    ids=str,
)
def test_no_name_leaves(changes: dict[str, Any]) -> None:
    leaves = told(brief(**changes))

    assert MARKER not in leaves
    assert "zan" not in leaves


def test_a_name_that_the_cluster_has_is_masked_in_a_log_line_too() -> None:
    known = Names()
    known.add("ledger", "service")

    assert "ledger" not in told(brief(logs=("cannot reach ledger:80",)), known=known)


def test_a_name_is_the_same_in_an_event_and_in_a_log_line() -> None:
    asked = brief(text="Back-off restarting api-7d9f8b6c5-x2x4z", logs=("api-7d9f8b6c5-x2x4z ends",))
    leaves = disclosed(asked, masker(asked), frozenset())

    assert leaves.problem.findings[0].text.split()[-1] == leaves.logs[0].split()[0] == leaves.problem.name


def test_at_strict_a_log_line_keeps_only_public_words() -> None:
    leaves = told(brief(logs=(f"fatal error: connection to {MARKER} refused after 30s",)), Level.STRICT)

    assert MARKER not in leaves
    assert "fatal error: connection to word-" in leaves
    assert "refused after 30s" in leaves


def test_a_fact_leaves_where_a_playbook_tells_it() -> None:
    class Plugin:
        @hookimpl
        def register_playbooks(self) -> list[Playbook]:
            return [Playbook(code="x", summary="{added_later} is wrong.", explanation="", steps=())]

    plugins = Plugins()
    plugins.register(Plugin(), name="test")

    assert "added_later" in Allowed(plugins).facts
    assert "added_later" not in Allowed(Plugins()).facts


def test_the_answer_gets_its_real_names_back() -> None:
    asked = brief()
    one = masker(asked)
    pod = disclosed(asked, one, frozenset()).problem.name
    step = Step(
        step_id=1,
        action_type="INVESTIGATE",
        description=f"See {pod}.",
        command=f"kubectl get pod {pod}",
        expected_outcome="",
    )
    answer = msgspec.structs.replace(SOLUTION, solution_summary=f"{pod} crashes.", remediation_steps=[step])

    back = revealed(answer, one)

    assert back.solution_summary == "api-7d9f8b6c5-x2x4z crashes."
    assert back.remediation_steps[0].command == "kubectl get pod api-7d9f8b6c5-x2x4z"
    assert MADE_UP not in back.remediation_steps[0].description


def test_no_more_than_ten_findings_leave() -> None:
    asked = brief()
    many = msgspec.structs.replace(asked.problem, findings=asked.problem.findings * 500)

    leaves = disclosed(msgspec.structs.replace(asked, problem=many), masker(asked), frozenset())

    assert len(leaves.problem.findings) == 10


@pytest.mark.parametrize("text", ["a\x1b[31mb", "a\u200bb", "a\u00adb", "a\x00b"])
def test_invisible_characters_hide_nothing(text: str) -> None:
    assert plain_text(text) == "ab"
