"""Writes down what the analyzers find in the views of their own tests, a few for each code.

`python -m tests.evals.record` makes tests/data/findings.json anew: the playbooks and the evaluations are held to it, so
that a check whose facts have changed is noticed where its solution stands.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from kubecfg_core.folding import fold
from kubecfg_core.problems import Finding
from kubecfg_core.usecases.analysis import judge
from kubecfg_core.view import ClusterView
from tests.evals.clusters import RECORDED, Found, objects_of
from tests.unit.kubecfg_analyzers.recorded import EVERY

_TESTS: Final = Path(__file__).parents[1] / "unit" / "kubecfg_analyzers"
# These look at whole clusters, which are evaluated by themselves.
_EMPTY: Final[tuple[object, ...]] = ("", [], {}, None)
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


def main() -> int:
    """Run the analyzers' tests and write the file. 1 where they fail."""
    recorder = Recorder()
    recorder.watch()
    ignored = [f"--ignore={_TESTS / name}" for name in _WHOLE]
    if pytest.main(["-q", "-p", "no:cacheprovider", str(_TESTS), *ignored], plugins=[recorder]) != 0:
        return 1
    lines = [msgspec.json.encode(_short(msgspec.to_builtins(each))) for each in chosen(recorder.found)]
    RECORDED.write_bytes(b"[\n" + b",\n".join(lines) + b"\n]\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
