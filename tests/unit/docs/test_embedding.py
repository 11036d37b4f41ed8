import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from kubecfg_core import errors
from kubecfg_runtime import Kubecfg
from tests.unit.docs import pages

PAGE = pages.read("embedding.md")
SCRIPTS = [text for _, text in pages.blocks(PAGE, "python")]
EXPECTED = (
    r"Pod crashloop api-.+\n  -> .+\n",
    r"[1-9]\d* problems among [1-9]\d* objects\n",
    r"cluster\.onboarded clusters/1 allowed\n",
)
RECORDINGS = pages.ROOT / "tests" / "data" / "recordings" / "http"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(RECORDINGS, tmp_path / "cluster-dump")
    return tmp_path


def run(script: str, folder: Path) -> str:
    """Run it as a reader would: a process of its own, and no setting of ours."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("KUBECFG_", "LLM_"))}
    command = [sys.executable, "-W", "error", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=50, cwd=folder, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("script", "expected"), list(zip(SCRIPTS, EXPECTED, strict=True)), ids=["dump", "settings", "events"]
)
def test_each_example_runs(script: str, expected: str, folder: Path) -> None:
    assert re.search(expected, run(script, folder))


def test_the_first_example_analyses_a_cluster_in_five_lines() -> None:
    body = SCRIPTS[0].partition("async def main() -> None:\n")[2].partition("\n\n\n")[0]

    assert len(body.splitlines()) == 5


def test_each_method_that_analyses_is_documented() -> None:
    documented = {cells[0].partition("(")[0] for cells in pages.rows(PAGE) if cells[0].startswith("analyze_")}

    assert documented == {name for name in vars(Kubecfg) if name.startswith("analyze_")}


def test_every_extra_is_documented() -> None:
    settings = tomllib.loads((pages.ROOT / "pyproject.toml").read_text())
    table = PAGE.partition("## Extras\n")[2].partition("\n## ")[0]

    assert {cells[0] for cells in pages.rows(table)} == settings["project"]["optional-dependencies"].keys()


def test_each_error_that_is_named_exists() -> None:
    table = PAGE.partition("## Errors\n")[2].partition("\n## ")[0]
    names = re.findall(r"\b[A-Z]\w+", " ".join(cells[0] for cells in pages.rows(table)))

    assert len(names) == 7
    assert [name for name in names if not hasattr(errors, name)] == []
