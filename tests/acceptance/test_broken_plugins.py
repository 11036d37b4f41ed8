"""Plugins that are broken in every way a plugin can be: each is reported, and none stops another."""

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance import plugin_process

PREAMBLE = """
from kubecfg_core import Analyzer, Finding, KubeObject, Playbook, Resource, Severity, hookimpl

GEARS = Resource("example.com", "v1", "gears", "Gear", KubeObject)

def check(view):
    for gear in view.all(GEARS):
        yield Finding(code="gear.seen", kind="Gear", name=gear.name, namespace=gear.namespace, text="Seen.",
                      severity=Severity.WARNING)
"""
SOUND = "@hookimpl\ndef register_analyzers():\n    return [Analyzer(name='gears', reads=(GEARS,), analyze=check)]\n"
MODULES = {
    "broken_import": "import a_module_that_nobody_has\n",
    "raising_hook": PREAMBLE + "@hookimpl\ndef register_analyzers():\n    raise RuntimeError('out of order')\n",
    "misspelt_hook": PREAMBLE + SOUND.replace("register_analyzers", "register_analysers"),
    "name_taken": PREAMBLE + SOUND.replace("[Analyzer", "[Analyzer(name='pods', reads=(), analyze=check), Analyzer"),
    "wrong_gift": PREAMBLE + "@hookimpl\ndef register_playbooks():\n    return ['not a playbook']\n",
    "raising_check": PREAMBLE
    + "def fail(view):\n    raise ValueError('no gears')\n"
    + SOUND.replace("'gears'", "'failing'").replace("analyze=check", "analyze=fail"),
    "zz_sound": PREAMBLE + SOUND.replace("'gears'", "'sound'"),
}
GEAR = {"apiVersion": "example.com/v1", "kind": "Gear", "metadata": {"name": "g1", "namespace": "factory"}}


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    site = tmp_path_factory.mktemp("site")
    for name, text in MODULES.items():
        install(site, name, text)
    return plugin_process.run(site, objects=[GEAR], types=("failing", "sound"))


def install(site: Path, name: str, text: str) -> None:
    """Put there what pip would: the module, and the metadata with its entry point."""
    (site / f"{name}.py").write_text(text)
    metadata = site / f"{name}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[kubecfg]\n{name} = {name}\n")


def info(answer: Any, name: str) -> Any:
    [found] = [info for info in answer["infos"] if info["name"] == name]
    return found


@pytest.mark.parametrize(
    ("name", "state", "words"),
    [
        ("broken_import", "failed", "ModuleNotFoundError: No module named 'a_module_that_nobody_has'"),
        ("misspelt_hook", "failed", "register_analysers"),
        ("raising_hook", "loaded", "register_analyzers raised RuntimeError: out of order"),
        ("name_taken", "loaded", "the analyzer name 'pods' is already taken"),
        ("wrong_gift", "loaded", "register_playbooks gave a str, no Playbook"),
    ],
)
def test_what_is_wrong_with_a_plugin_is_reported(answer: Any, name: str, state: str, words: str) -> None:
    found = info(answer, name)

    assert found["state"] == state
    assert any(words in problem for problem in found["problems"])


def test_what_is_sound_in_a_plugin_is_kept_beside_what_is_not(answer: Any) -> None:
    assert info(answer, "name_taken")["analyzers"] == ["gears"]


def test_the_built_in_plugins_and_a_sound_one_are_loaded_all_the_same(answer: Any) -> None:
    names = ("kubecfg_analyzers", "kubecfg_playbooks", "zz_sound")

    assert [info(answer, name)["problems"] for name in names] == [[], [], []]
    assert "pods" in info(answer, "kubecfg_analyzers")["analyzers"]


def test_an_analyzer_that_raises_costs_its_own_results_alone(answer: Any) -> None:
    assert [problem["name"] for problem in answer["analysis"]["problems"]] == ["g1"]
    assert answer["analysis"]["failures"] == [{"analyzer": "failing", "reason": "ValueError: no gears"}]
