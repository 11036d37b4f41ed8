import ast
import re

import pytest

from tests.unit.docs import pages

PAGE = pages.read("THREAT_MODEL.md")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


def test_every_promise_names_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and line.count(" | ") == 2]
    promises = [row for row in rows if not row.startswith("| Promise")]

    assert len(promises) > 30
    assert all("`tests/" in row.rpartition(" | ")[2] for row in promises)


@pytest.mark.parametrize(("file", "name"), NAMED, ids=lambda part: str(part).rpartition("/")[2])
def test_each_test_that_is_named_exists(file: str, name: str) -> None:
    tree = ast.parse((pages.ROOT / file).read_text(encoding="utf-8"))

    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
