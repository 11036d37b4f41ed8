from types import SimpleNamespace
from typing import Any

import pytest

from kubecfg_core import ActionType, Analyzer, Playbook, PlaybookStep, hookimpl
from kubecfg_core.errors import InvalidInput
from kubecfg_core.plugins import BUILTIN, Candidate, Plugins


def analyzer(name: str) -> Analyzer:
    return Analyzer(name=name, reads=(), analyze=lambda _view: [])


def playbook(code: str, summary: str) -> Playbook:
    step = PlaybookStep(action_type=ActionType.INVESTIGATE, description="look")
    return Playbook(code=code, summary=summary, explanation="", steps=(step,))


def plugin(**hooks: Any) -> object:
    def implementation(gift: Any) -> Any:
        def give() -> Any:
            if isinstance(gift, Exception):
                raise gift
            return gift

        return give

    made = SimpleNamespace()
    for name, gift in hooks.items():
        function = implementation(gift)
        function.__name__ = name
        setattr(made, name, hookimpl(function))
    return made


def test_a_plugins_analyzers_can_be_selected() -> None:
    plugins = Plugins()
    plugins.register(plugin(register_analyzers=[analyzer("widgets")]), name="w")

    assert [found.name for found in plugins.select(["widgets"])] == ["widgets"]


def test_an_unknown_type_is_refused_with_the_known_ones() -> None:
    plugins = Plugins()
    plugins.register(plugin(register_analyzers=[analyzer("widgets")]), name="w")

    with pytest.raises(InvalidInput, match=r"gadgets.*widgets"):
        plugins.select(["gadgets"])


def test_all_selects_every_analyzer() -> None:
    plugins = Plugins()
    plugins.register(plugin(register_analyzers=[analyzer("a"), analyzer("b")]), name="w")

    assert [found.name for found in plugins.select(["all"])] == ["a", "b"]


def test_a_name_asked_for_twice_is_selected_once() -> None:
    plugins = Plugins()
    plugins.register(plugin(register_analyzers=[analyzer("a")]), name="w")

    assert len(plugins.select(["a", "a"])) == 1


def test_an_analyzer_name_that_is_taken_is_reported_and_the_others_kept() -> None:
    plugins = Plugins()
    plugins.register(plugin(register_analyzers=[analyzer("a")]), name="one")

    info = plugins.register(plugin(register_analyzers=[analyzer("a"), analyzer("b")]), name="two")

    assert (info.analyzers, len(info.problems)) == (("b",), 1)


def test_a_hook_that_raises_is_reported_and_the_plugins_other_hook_kept() -> None:
    plugins = Plugins()

    info = plugins.register(
        plugin(register_playbooks=RuntimeError("boom"), register_analyzers=[analyzer("a")]), name="w"
    )

    assert (info.analyzers, "boom" in info.problems[0]) == (("a",), True)


def test_a_gift_of_the_wrong_kind_is_reported() -> None:
    info = Plugins().register(plugin(register_analyzers=["pods"]), name="w")

    assert "str" in info.problems[0]


def test_a_misspelt_hook_fails_the_plugin() -> None:
    info = Plugins().register(plugin(register_analysers=[]), name="w")

    assert info.state == "failed"


def test_a_failed_plugin_does_not_fail_the_next() -> None:
    plugins = Plugins()
    plugins.register(plugin(register_analysers=[]), name="bad")

    assert plugins.register(plugin(register_analyzers=[analyzer("a")]), name="good").state == "loaded"


def test_two_plugins_of_one_name_are_refused() -> None:
    plugins = Plugins()
    plugins.register(plugin(register_analyzers=[analyzer("a")]), name="w")

    assert plugins.register(plugin(register_analyzers=[analyzer("b")]), name="w").state == "failed"


def test_a_plugin_that_cannot_be_imported_is_reported_and_the_rest_loaded() -> None:
    def fail() -> object:
        raise ImportError("no such thing")

    good = Candidate("good", "", lambda: plugin(register_analyzers=[analyzer("a")]))

    plugins = Plugins.load([Candidate("bad", "", fail), good])

    assert [info.state for info in plugins.infos] == ["failed", "loaded"]


def test_a_blocked_plugin_is_not_imported() -> None:
    def fail() -> object:
        raise AssertionError("it was imported")

    plugins = Plugins.load([Candidate("w", "", fail)], blocked=["w"])

    assert plugins.infos[0].state == "blocked"


def test_a_plugins_playbook_wins_over_the_built_in_one() -> None:
    plugins = Plugins()
    plugins.register(plugin(register_playbooks=[playbook("pod.x", "ours")]), name=BUILTIN[1])
    plugins.register(plugin(register_playbooks=[playbook("pod.x", "theirs")]), name="w")

    found = plugins.playbook("pod.x")

    assert found is not None
    assert found.summary == "theirs"


def test_a_plugin_tells_which_built_in_playbooks_it_stands_in_for() -> None:
    plugins = Plugins()
    plugins.register(plugin(register_playbooks=[playbook("pod.x", "ours")]), name=BUILTIN[1])

    info = plugins.register(
        plugin(register_playbooks=[playbook("pod.x", "theirs"), playbook("pod.y", "new")]), name="w"
    )

    assert (info.playbooks, info.replaced) == (2, ("pod.x",))


def test_of_two_plugins_playbooks_the_first_wins_and_the_other_is_reported() -> None:
    plugins = Plugins()
    plugins.register(plugin(register_playbooks=[playbook("pod.x", "first")]), name="a")

    info = plugins.register(plugin(register_playbooks=[playbook("pod.x", "second")]), name="b")

    found = plugins.playbook("pod.x")
    assert found is not None
    assert (found.summary, len(info.problems)) == ("first", 1)
