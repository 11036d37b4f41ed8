import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

from kubecfg_core.plugins import BUILTIN, DOCUMENTED, Candidate, Plugins
from kubecfg_core.problems import Severity
from kubecfg_runtime import Kubecfg, Settings
from tests.unit.docs import pages

PAGE = pages.read("checks.md")
ROWS = {code: (kind, severities.split(", ")) for code, kind, severities, _ in pages.rows(PAGE)}
PREFIXES = {code.partition(".")[0] for code in ROWS}
ANALYZERS = pages.ROOT / "plugins" / "kubecfg_analyzers"


def codes_in(source: Path) -> set[str]:
    """The texts in a module that are check codes by their look."""
    texts = {node.value for node in ast.walk(ast.parse(source.read_text())) if isinstance(node, ast.Constant)}
    words = {text for text in texts if isinstance(text, str) and re.fullmatch(r"[a-z]+\.[a-z_]+", text)}
    return {word for word in words if word.partition(".")[0] in PREFIXES}


def built_in() -> Plugins:
    """The built-in plugins alone, whatever else is installed beside the tests."""
    return Plugins.load([Candidate(name, "kubecfg", lambda name=name: import_module(name)) for name in BUILTIN])  # type: ignore[misc]  # mypy cannot type a default that binds the loop's name


def test_the_codes_of_the_analyzers_are_documented_and_no_others() -> None:
    written = set[str]().union(*(codes_in(path) for path in ANALYZERS.rglob("*.py")))

    assert ROWS.keys() == written


def test_every_documented_code_has_a_playbook_and_every_playbook_a_code() -> None:
    assert ROWS.keys() == {playbook.code for playbook in built_in().playbooks}


def test_there_is_a_section_for_each_analyzer_the_documented_ones_first() -> None:
    sections = re.findall(r"^## (\w+)$", PAGE, re.MULTILINE)

    assert tuple(sections[: len(DOCUMENTED)]) == DOCUMENTED
    assert sorted(sections) == sorted(analyzer.name for analyzer in built_in().analyzers)


def test_no_code_is_listed_twice() -> None:
    assert len(pages.rows(PAGE)) == len(ROWS)


@pytest.mark.parametrize("code", ROWS)
def test_severities_are_those_that_exist(code: str) -> None:
    assert set(ROWS[code][1]) <= {severity.value for severity in Severity}


async def test_the_severities_are_those_that_are_found_in_a_broken_cluster() -> None:
    async with Kubecfg(Settings()) as kubecfg:
        report = await kubecfg.analyze_dump(pages.ROOT / "tests" / "data" / "recordings" / "http")

    found = {(each.code, each.severity.value) for p in report.problems_with_solutions for each in p.problem.findings}
    assert len(found) > 10
    assert [(code, severity) for code, severity in sorted(found) if severity not in ROWS[code][1]] == []
