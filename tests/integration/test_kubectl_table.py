"""Asks the installed kubectl for what the tables say: that a flag exists, its letter, and how it takes a value."""

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import pytest

from kubecfg_core.kubectl.grammar import COMMON, Flag, Takes, Verb
from kubecfg_core.kubectl.table import VERBS
from kubecfg_kubectl import binary

OPTION = re.compile(r"^ {4}(?:-(?P<short>\w), )?--(?P<name>[\w-]+)=(?P<default>.*):$", re.MULTILINE)
BY_NAME = {verb.name: verb for verb in VERBS}


@cache
def kubectl() -> str:
    return binary.locate(None)


def ask(*arguments: str) -> str:
    environment = {"KUBECONFIG": "/dev/null", "KUBECACHEDIR": "/dev/null/none", "HOME": "/nonexistent"}
    answer = subprocess.run(  # the kubectl of our own wheel, with fixed words
        [kubectl(), *arguments], env=environment, capture_output=True, text=True, timeout=20, check=False
    )
    return answer.stdout + answer.stderr


@cache
def options(*path: str) -> dict[str, re.Match[str]]:
    return {
        found["name"]: found for found in OPTION.finditer(ask(*path, *(["--help"] if path != ("options",) else [])))
    }


def swallows_the_next_word(verb: Verb, flag: Flag) -> bool:
    return "unknown flag: --no-such-one" not in ask(*verb.path, f"--{flag.name}", "--no-such-one", "--no-such-two")


@pytest.mark.parametrize("name", BY_NAME)
def test_every_flag_exists_with_its_letter(name: str) -> None:
    known = options(*BY_NAME[name].path)

    ours = {flag.name: flag.short for flag in BY_NAME[name].flags}

    assert ours == {flag: known[flag]["short"] or "" for flag in ours if flag in known}


@pytest.mark.parametrize("name", BY_NAME)
def test_a_switch_is_what_kubectl_gives_a_switchs_default(name: str) -> None:
    known = options(*BY_NAME[name].path)

    switches = {flag.name for flag in BY_NAME[name].flags if flag.takes is Takes.NOTHING}

    ours = {flag.name for flag in BY_NAME[name].flags}
    assert switches == {flag for flag in ours if known[flag]["default"] in {"true", "false"}}


@pytest.mark.parametrize("name", BY_NAME)
def test_a_flag_swallows_the_next_word_exactly_where_kubectl_does(name: str) -> None:
    verb = BY_NAME[name]

    with ThreadPoolExecutor(2) as pool:
        asked = pool.map(lambda flag: swallows_the_next_word(verb, flag), verb.flags)

    assert dict(zip((flag.name for flag in verb.flags), asked, strict=True)) == {
        flag.name: flag.takes is Takes.VALUE for flag in verb.flags
    }


def test_the_common_flags_are_among_the_global_options() -> None:
    known = options("options")

    assert {flag.name: flag.short for flag in COMMON} == {flag.name: known[flag.name]["short"] or "" for flag in COMMON}


@pytest.mark.parametrize("name", BY_NAME)
def test_a_verb_and_its_aliases_are_kubectls_own(name: str) -> None:
    verb = BY_NAME[name]

    helps = {alias: ask(*verb.path[:-1], alias, "--help") for alias in (verb.path[-1], *verb.aliases)}

    assert all(f"kubectl {name} " in text or f"kubectl {name}\n" in text for text in helps.values())
