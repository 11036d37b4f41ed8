"""The same promise from all sides: no spelling and no place gets a dangerous flag through."""

import shlex

import pytest

from kubecfg_core.errors import CommandRefused, InvalidInput, KubecfgError, TooLarge
from kubecfg_core.kubectl import Verdict, judge, vet
from kubecfg_core.kubectl.parsing import parse
from kubecfg_core.kubectl.table import TABLE
from kubecfg_core.kubectl.text import split

from .commands import DANGEROUS_FLAGS, DANGEROUS_SWITCHES, LEGITIMATE

pytest.importorskip("hypothesis", reason="the core's own tests need pytest alone")

from hypothesis import given, settings
from hypothesis import strategies as st

# How long one example takes says nothing on a busy machine.
thorough = settings(deadline=None, max_examples=400)

REFUSED = (CommandRefused, InvalidInput, TooLarge)

PRINTABLE = st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=80)
WORDS = st.sampled_from(
    sorted({word for command in LEGITIMATE for word in split(command)})
    + [word for pair in DANGEROUS_FLAGS for word in pair]
    + list(DANGEROUS_SWITCHES)
    + ["--", "-", "secrets", "secret/x", "yaml", "-A", "=", "''", ";", "|", "`", "'", '"', "\\"]
)


def underscored(flag: str) -> str:
    return flag[:2] + flag[2:].replace("-", "_") if flag.startswith("--") else flag


def quoted(word: str) -> str:
    return f"{word[0]}''{word[1:]}"


@st.composite
def dangerous(draw: st.DrawFn) -> list[str]:
    """One dangerous flag in one of its spellings, as the shell words it is typed in."""
    if draw(st.booleans()):
        return [draw(st.sampled_from(DANGEROUS_SWITCHES))]
    flag, value = draw(st.sampled_from(DANGEROUS_FLAGS))
    flag = draw(st.sampled_from([flag, underscored(flag)]))
    joined = [f"{flag}={value}"]
    glued = [f"{flag}{value}"] if len(flag) == 2 else joined
    clustered = [f"-A{flag[1:]}{value}"] if len(flag) == 2 else joined
    return draw(st.sampled_from([[flag, value], joined, glued, clustered]))


def place(words: list[str], flag: list[str], at: int) -> list[str]:
    """Put the flag between two words, unless it would be the value of the flag before, or an argument after dashes."""
    return [*words[:at], *flag, *words[at:]]


@thorough
@given(data=st.data(), command=st.sampled_from(LEGITIMATE), flag=dangerous(), odd=st.booleans())
def test_a_dangerous_flag_at_any_place_is_refused(
    data: st.DataObject, command: str, flag: list[str], *, odd: bool
) -> None:
    words = split(command)
    at = data.draw(st.integers(0, len(words)))
    spelt = [quoted(shlex.quote(word)) if odd and word[0] == "-" else shlex.quote(word) for word in flag]
    attacked = place([shlex.quote(word) for word in words], spelt, at)

    with pytest.raises(REFUSED):
        judge(" ".join(attacked))


@thorough
@given(st.lists(WORDS, max_size=8))
def test_words_in_any_order_give_a_plan_or_a_refusal(words: list[str]) -> None:
    try:
        plan = judge(" ".join(words))
    except REFUSED:
        return

    assert judge(plan.command) == plan


@thorough
@given(st.text(max_size=200))
def test_any_text_gives_a_plan_or_a_refusal(command: str) -> None:
    try:
        judge(command)
    except REFUSED:
        return


@thorough
@given(st.text(max_size=200) | st.lists(WORDS, max_size=8).map(" ".join))
def test_vetting_never_raises(command: str) -> None:
    assert vet(command) in Verdict


@thorough
@given(st.lists(WORDS, max_size=8))
def test_what_is_accepted_holds_no_dangerous_flag(words: list[str]) -> None:
    try:
        plan = judge(" ".join(words))
    except REFUSED:
        return

    names = {word.partition("=")[0] for word in plan.argv[: plan.argv.index("--") if "--" in plan.argv else None]}
    allowed = {f"--{flag.name}" for verb in TABLE.values() for flag in verb.flags}
    assert names <= allowed | {"--namespace", "--request-timeout"} | set(plan.verb.split())


@thorough
@given(st.sampled_from(LEGITIMATE))
def test_parsing_what_was_rendered_gives_the_same_call(command: str) -> None:
    once = parse(judge(command).argv, TABLE)
    again = parse(judge(judge(command).command).argv, TABLE)

    assert once == again


@thorough
@given(st.lists(PRINTABLE.filter(lambda word: "`" not in word and "$" not in word), min_size=1, max_size=5))
def test_quoted_words_come_back(words: list[str]) -> None:
    assert split(shlex.join(words)) == words


@thorough
@given(PRINTABLE)
def test_where_it_splits_it_splits_as_posix_does(command: str) -> None:
    try:
        words = split(command)
    except KubecfgError:
        return

    assert words == shlex.split(command)
