"""The plugin of the tutorial, installed by pip as its users would, and loaded by a process that never saw it before."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance import plugin_process

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "kubecfg-widgets"
CONDITION = {"type": "Ready", "status": "False", "reason": "OutOfSprockets", "message": "No sprocket is left."}


def widget(name: str, *conditions: dict[str, str]) -> dict[str, Any]:
    return {
        "apiVersion": "example.com/v1",
        "kind": "Widget",
        "metadata": {"name": name, "namespace": "factory"},
        "status": {"conditions": list(conditions)},
    }


WIDGETS = [widget("broken", CONDITION), widget("sound", {**CONDITION, "status": "True"}), widget("new")]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = tmp_path_factory.mktemp("source") / "kubecfg-widgets"
    shutil.copytree(EXAMPLE, source)
    target = tmp_path_factory.mktemp("site")
    command = ["pip", "install", "--no-deps", "--no-build-isolation", "--no-index", "--target", str(target)]
    done = subprocess.run([sys.executable, "-m", *command, str(source)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture(scope="module")
def answer(installed: Path) -> Any:
    return plugin_process.run(installed, objects=WIDGETS, types=("widgets",))


def test_an_installed_plugin_is_found_by_its_entry_point(answer: Any) -> None:
    [info] = [info for info in answer["infos"] if info["name"] == "widgets"]

    assert info == {
        "name": "widgets",
        "distribution": "kubecfg-widgets",
        "state": "loaded",
        "analyzers": ["widgets"],
        "playbooks": 1,
        "replaced": [],
        "problems": [],
    }


def test_its_analyzer_runs_on_a_custom_resource(answer: Any) -> None:
    problems = [(p["code"], p["namespace"], p["name"], p["cause"]) for p in answer["analysis"]["problems"]]

    assert problems == [("widget.not_ready", "factory", "broken", "No sprocket is left.")]
    assert answer["analysis"]["failures"] == []


def test_its_playbook_is_in_force(answer: Any) -> None:
    assert "widget.not_ready" in answer["codes"]


def test_a_plugin_is_blocked_by_its_name(installed: Path) -> None:
    answer = plugin_process.run(installed, objects=WIDGETS, types=("widgets",), blocked="widgets")

    assert [(info["state"], info["analyzers"]) for info in answer["infos"] if info["name"] == "widgets"] == [
        ("blocked", [])
    ]
    assert "widget.not_ready" not in answer["codes"]
    assert answer["analysis"]["problems"] == []


def kubecfg(installed: Path, *arguments: str, blocked: str = "") -> "subprocess.CompletedProcess[str]":
    """The command, where the plugin is installed, on a terminal that is wide enough for its tables."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(installed),
        "KUBECFG_PLUGINS_BLOCKED": blocked,
        "COLUMNS": "200",
    }
    command = [sys.executable, "-m", "kubecfg_cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=50, env=environment)


@pytest.mark.parametrize(("blocked", "state"), [("", "loaded"), ("widgets", "blocked")])
def test_the_command_lists_it_and_whether_it_is_blocked(installed: Path, blocked: str, state: str) -> None:
    done = kubecfg(installed, "plugins", "list", blocked=blocked)

    assert ["widgets", "kubecfg-widgets", state] in [line.split()[:3] for line in done.stdout.splitlines()]


def test_the_command_finds_the_widget_of_the_tutorial_and_says_what_to_do(installed: Path) -> None:
    done = kubecfg(installed, "analyze", "--from", str(EXAMPLE / "widgets.yaml"), "--types", "widgets", "-o", "json")

    assert done.returncode == 1, done.stderr
    [found] = json.loads(done.stdout)["problems_with_solutions"]
    assert found["problem"]["name"] == "left"
    assert found["solution"]["remediation_steps"][0]["command"] == (
        "kubectl describe widgets.example.com left -n factory"
    )


@pytest.fixture
def overriding(tmp_path: Path) -> Path:
    """The plugin of the documentation that has a playbook of its own for a built-in check, as pip would install it."""
    page = (EXAMPLE.parents[1] / "writing-an-analyzer.md").read_text(encoding="utf-8")
    [code] = re.findall(r"^```py\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    metadata = tmp_path / "ours-1.0.dist-info"
    metadata.mkdir()
    (tmp_path / "ours.py").write_text(code)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: ours\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[kubecfg]\nours = ours\n")
    return tmp_path


def test_the_command_says_which_built_in_playbook_a_plugin_stands_in_for(overriding: Path) -> None:
    done = kubecfg(overriding, "plugins", "list")

    assert ["ours", "ours", "loaded", "1"] in [line.split() for line in done.stdout.splitlines()]
    assert "ours: its playbook for pod.oomkilled is in the place of the built-in one" in done.stdout


def test_a_plugins_playbook_answers_in_the_place_of_the_built_in_one(overriding: Path) -> None:
    recordings = Path(__file__).parents[1] / "data" / "recordings" / "http"
    done = kubecfg(overriding, "analyze", "--from", str(recordings), "-o", "json")

    solutions = [
        each["solution"]["solution_summary"]
        for each in json.loads(done.stdout)["problems_with_solutions"]
        if "OOMKilled" in str(each["problem"])
    ]
    assert "app of cache-76d865d9bc-2m5vm needs more memory than its limit." in solutions
