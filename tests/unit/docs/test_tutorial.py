import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kubecfg_core import hookspecs
from kubecfg_core.view import ClusterView
from tests.unit.docs import pages

PAGE = pages.read("writing-an-analyzer.md")
EXAMPLE = pages.DOCS / "examples" / "kubecfg-widgets"
FILES = sorted(path.name for path in EXAMPLE.iterdir() if path.is_file())
SHOWN = [(title, text) for language in ("toml", "python", "yaml") for title, text in pages.blocks(PAGE, language)]


def test_every_file_of_the_example_is_in_the_tutorial_and_no_other() -> None:
    assert {title for title, _ in SHOWN} == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_the_blocks_of_a_file_are_its_text(name: str) -> None:
    blocks = [text.strip() for title, text in SHOWN if title == name]
    text = (EXAMPLE / name).read_text()

    assert [block for block in blocks if block not in text] == []
    assert re.sub(r"\s+", "", "".join(blocks)) == re.sub(r"\s+", "", text)


def test_the_test_of_the_example_passes(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(EXAMPLE), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(EXAMPLE), str(EXAMPLE)]

    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=50, cwd=tmp_path, env=environment
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 passed" in done.stdout


def test_there_is_a_heading_for_each_hook_with_its_signature() -> None:
    hooks = {name: hook for name, hook in vars(hookspecs).items() if hasattr(hook, f"{hookspecs.NAME}_spec")}
    section = PAGE.partition("\n## Hooks\n")[2]

    assert re.findall(r"^### (.+)$", section, re.MULTILINE) == [signature(name, hook) for name, hook in hooks.items()]


def signature(name: str, hook: object) -> str:
    assert callable(hook)
    written = f"{name}{inspect.signature(hook)}"
    return re.sub(r"\b(?:\w+\.)+(?=[A-Z])", "", written)


def test_each_method_of_the_view_that_is_named_exists() -> None:
    named = re.findall(r"`view\.(\w+)", PAGE)

    assert named
    assert [name for name in named if name not in ("now", *vars(ClusterView))] == []
