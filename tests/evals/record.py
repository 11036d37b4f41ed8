"""Writes down what the analyzers find: what playbooks and models are held to.

`python -m tests.evals.record` makes tests/data/findings.json anew, a few problems for each code from the views that the
analyzers' own tests make, and tests/evals/problems.json, those that are evaluated. A check whose facts have changed is
so noticed where its solution stands.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from kubecfg_core.folding import fold
from kubecfg_core.problems import Finding, Problem
from kubecfg_core.usecases.analysis import judge
from kubecfg_core.view import ClusterView
from tests.evals.cases import PROBLEMS, Recorded, expected
from tests.evals.clusters import RECORDED, Found, demo, objects_of, of_the_tests, recorded
from tests.unit.kubecfg_analyzers.recorded import EVERY

_TESTS: Final = Path(__file__).parents[1] / "unit" / "kubecfg_analyzers"
# These look at whole clusters, which are evaluated by themselves.
_EMPTY: Final[tuple[object, ...]] = ("", [], {}, None)
_OF_CLUSTERS: Final = ("Node/", "Namespace/", "StorageClass/", "IngressClass/", "PriorityClass/", "PersistentVolume/")
_MOST_OBJECTS: Final = 30
_MOST_FINDINGS: Final = 6
_WHOLE: Final = ("test_hardiness.py", "test_recordings.py", "test_large_cluster.py")


class Recorder:
    """A plugin of pytest: every view that a test makes, judged by every analyzer once the test is over."""

    def __init__(self) -> None:
        self.views: list[ClusterView] = []
        self.found: list[Found] = []

    def watch(self) -> None:
        """Take note of every view from now on."""
        made, views = ClusterView.__init__, self.views

        def noted(view: ClusterView, *arguments: Any, **options: Any) -> None:
            made(view, *arguments, **options)
            views.append(view)

        ClusterView.__init__ = noted  # type: ignore[method-assign,assignment]  # a recorder has no other way to see them

    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        """Judge what the test has made."""
        for view in self.views[:]:
            findings, failures = judge(view, EVERY)
            if findings and not failures:
                self.found.append(Found(source=item.name, objects=objects_of(view), problems=fold(findings, view)))
        self.views.clear()


def chosen(found: list[Found]) -> Iterator[Found]:
    """For each code the problem with the most facts about it, and the one with the fewest; each once."""
    by_code: dict[str, list[tuple[int, int, str, Found]]] = {}
    for each in found:
        if len(each.objects) > _MOST_OBJECTS:
            continue
        for problem in each.problems:
            if len(problem.findings) > _MOST_FINDINGS:
                continue
            alone = msgspec.structs.replace(each, problems=[problem])
            for finding in problem.findings:
                key = (_facts(finding), -len(each.objects), each.source, alone)
                by_code.setdefault(finding.code, []).append(key)
    kept: dict[bytes, Found] = {}
    for _, entries in sorted(by_code.items()):
        entries.sort(key=lambda entry: entry[:3])
        for *_, each in (entries[-1], entries[0]):
            kept.setdefault(msgspec.json.encode(each.problems), each)
    yield from kept.values()


def _facts(finding: Finding) -> int:
    return sum(value != "" for value in finding.evidence.values())


def _short(told: Any) -> Any:
    """The same without what is empty: a reader of the file has less to read. A namespace stays, it may be none."""
    if isinstance(told, list):
        return [_short(each) for each in told]
    if isinstance(told, dict):
        return {
            key: _short(value) for key, value in told.items() if key == "namespace" or value not in ("", [], {}, None)
        }
    return told


def evaluated() -> Iterator[Recorded]:
    """The problem of each case: of its source and code, the fullest, or the one of its number."""
    for name in expected():
        source, code = name.split(" ", 1)
        code, _, number = code.partition("#")
        found = {"recording": (recorded(),), "demo": (demo(),), "tests": of_the_tests()}[source]
        fitting = [(each, problem) for each in found for problem in each.problems if problem.code == code]
        if source == "tests":
            fitting.sort(key=lambda pair: -len(pair[1].evidence))
        each, problem = fitting[int(number or 1) - 1]
        yield Recorded(name=name, problem=problem, objects=_around(problem, each.objects))


def _around(problem: Problem, there: list[str]) -> list[str]:
    """The objects of the problem's namespaces, and those of the cluster itself."""
    namespaces = {finding.namespace for finding in problem.findings}
    told = (pair for finding in problem.findings for pair in finding.evidence.items())
    namespaces |= {str(value) for key, value in told if key.endswith("namespace")}
    return [item for item in there if item.split("/")[1] in namespaces - {""} or item.startswith(_OF_CLUSTERS)]


def main() -> int:
    """Run the analyzers' tests and write the file. 1 where they fail."""
    recorder = Recorder()
    recorder.watch()
    ignored = [f"--ignore={_TESTS / name}" for name in _WHOLE]
    if pytest.main(["-q", "-p", "no:cacheprovider", str(_TESTS), *ignored], plugins=[recorder]) != 0:
        return 1
    _write(RECORDED, chosen(recorder.found))
    of_the_tests.cache_clear()
    _write(PROBLEMS, evaluated())
    return 0


def _write(path: Path, items: Iterable[msgspec.Struct]) -> None:
    lines = [msgspec.json.encode(_short(msgspec.to_builtins(item))) for item in items]
    path.write_bytes(b"[\n" + b",\n".join(lines) + b"\n]\n")


if __name__ == "__main__":
    sys.exit(main())
