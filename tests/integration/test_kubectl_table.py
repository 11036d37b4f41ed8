"""Asks the installed kubectl whether what is committed of it is still so, and how it takes the values of flags."""

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kubecfg_core.kubectl.grammar import Flag, Takes, Verb
from kubecfg_core.kubectl.table import VERBS
from kubecfg_kubectl import binary
from tests.kubectl_help import walk

COMMITTED = Path(__file__).parents[1] / "data" / "kubectl_help.json"


def swallows_the_next_word(verb: Verb, flag: Flag) -> bool:
    words = [*verb.path, f"--{flag.name}", "--no-such-one", "--no-such-two"]
    answer = subprocess.run(  # the kubectl of our own wheel, with fixed words
        [binary.locate(None), *words],
        env={"KUBECONFIG": "/dev/null", "KUBECACHEDIR": "/dev/null/none", "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    return "unknown flag: --no-such-one" not in answer.stderr


def test_kubectl_says_of_itself_what_is_committed() -> None:
    assert walk() == json.loads(COMMITTED.read_text())


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_a_flag_swallows_the_next_word_exactly_where_kubectl_does(verb: Verb) -> None:
    with ThreadPoolExecutor(2) as pool:
        asked = pool.map(lambda flag: swallows_the_next_word(verb, flag), verb.flags)

    assert dict(zip((flag.name for flag in verb.flags), asked, strict=True)) == {
        flag.name: flag.takes is Takes.VALUE for flag in verb.flags
    }
