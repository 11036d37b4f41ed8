"""The same promise from all sides: no spelling and no place gets a dangerous flag through."""

import shlex

import pytest

from kubecfg_core.errors import CommandRefused, ConfirmationNeeded, InvalidInput, KubecfgError, TooLarge
from kubecfg_core.kubectl import Plan, Verdict, judge, vet
from kubecfg_core.kubectl.parsing import parse
from kubecfg_core.kubectl.table import TABLE
from kubecfg_core.kubectl.text import split
from kubecfg_core.users import Role

from .commands import ADMINS, CONFIRMED, DANGEROUS_FLAGS, DANGEROUS_SWITCHES, LEGITIMATE, OPERATORS

pytest.importorskip("hypothesis", reason="the core's own tests need pytest alone")

from hypothesis import assume, given, settings
from hypothesis import strategies as st

# How long one example takes says nothing on a busy machine.
thorough = settings(deadline=None, max_examples=400)

REFUSED = (CommandRefused, InvalidInput, TooLarge)

EVERYDAY = (*LEGITIMATE, *OPERATORS, *ADMINS, *CONFIRMED)
# What follows the dashes is for a container, and may be called as it likes.
ATTACKABLE = tuple(command.partition(" -- ")[0] for command in EVERYDAY)

PRINTABLE = st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=80)
WORDS = st.sampled_from(
    sorted({word for command in EVERYDAY for word in split(command)})
    + [word for pair in DANGEROUS_FLAGS for word in pair]
    + list(DANGEROUS_SWITCHES)
    + ["--", "-", "secrets", "secret/x", "yaml", "-A", "=", "''", ";", "|", "`", "'", '"', "\\"]
)


def permitted(command: str) -> Plan:
    """The plan of a command for the one who may do most."""
    return judge(command, role=Role.ADMIN, confirmed=True)


def is_dangerous(flag: str, command: str) -> bool:
    """Everywhere but where a binding says whom it is for."""
    return flag != "--user" or not any(word in command for word in ("binding", "set subject"))


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
@given(data=st.data(), command=st.sampled_from(ATTACKABLE), flag=dangerous(), odd=st.booleans())
def test_a_dangerous_flag_at_any_place_is_refused(
    data: st.DataObject, command: str, flag: list[str], *, odd: bool
) -> None:
    assume(is_dangerous(flag[0].partition("=")[0], command))
    words = split(command)
    at = data.draw(st.integers(0, len(words)))
    spelt = [quoted(shlex.quote(word)) if odd and word[0] == "-" else shlex.quote(word) for word in flag]
    attacked = place([shlex.quote(word) for word in words], spelt, at)

    with pytest.raises(REFUSED):
        permitted(" ".join(attacked))


FIRST_OF_EACH = {permitted(command).verb: command for command in reversed(ATTACKABLE)}


@pytest.mark.parametrize("verb", FIRST_OF_EACH)
def test_every_dangerous_flag_at_every_place_of_a_command_is_refused(verb: str) -> None:
    words = [shlex.quote(word) for word in split(FIRST_OF_EACH[verb])]
    pairs = [(name, value) for name, value in DANGEROUS_FLAGS if is_dangerous(name, verb)]
    flags = [[name, value] for name, value in pairs]
    flags += [[f"{underscored(name)}={value}" if name.startswith("--") else f"{name}{value}"] for name, value in pairs]
    accepted = []
    for flag in (*flags, *([switch] for switch in DANGEROUS_SWITCHES)):
        for at in range(len(words) + 1):
            attack = " ".join(place(words, list(map(shlex.quote, flag)), at))
            try:
                accepted.append((attack, permitted(attack)))
            except REFUSED:
                continue

    assert accepted == []


@thorough
@given(st.lists(WORDS, max_size=8))
def test_words_in_any_order_give_a_plan_or_a_refusal(words: list[str]) -> None:
    try:
        plan = permitted(" ".join(words))
    except REFUSED:
        return

    assert permitted(shlex.join(plan.argv)) == plan


@thorough
@given(st.text(max_size=200))
def test_any_text_gives_a_plan_or_a_refusal(command: str) -> None:
    try:
        permitted(command)
    except REFUSED:
        return


@thorough
@given(
    st.sampled_from(EVERYDAY),
    st.sampled_from(Role),
    st.booleans(),
    st.none() | st.frozensets(st.sampled_from(["default", "shop-backend", "x"])),
)
def test_any_role_and_grant_give_a_plan_or_a_refusal(
    command: str,
    role: Role,
    confirmed: bool,  # noqa: FBT001 - drawn by Hypothesis
    namespaces: frozenset[str] | None,
) -> None:
    try:
        plan = judge(command, role=role, confirmed=confirmed, namespaces=namespaces)
    except (CommandRefused, ConfirmationNeeded):
        return

    assert role is not Role.VIEWER or not plan.changes
    assert namespaces is None or plan.namespace in {*namespaces, ""}
    assert "--all-namespaces" not in plan.flags or namespaces is None


@thorough
@given(st.text(max_size=200) | st.lists(WORDS, max_size=8).map(" ".join))
def test_vetting_never_raises(command: str) -> None:
    assert vet(command) in Verdict


@thorough
@given(st.lists(WORDS, max_size=8))
def test_what_is_accepted_holds_no_dangerous_flag(words: list[str]) -> None:
    try:
        plan = permitted(" ".join(words))
    except REFUSED:
        return

    names = {word.partition("=")[0] for word in plan.flags}
    allowed = {f"--{flag.name}" for verb in TABLE.values() for flag in verb.flags}
    assert names <= allowed | {"--namespace", "--request-timeout"}


@pytest.mark.parametrize("command", EVERYDAY)
def test_a_plans_own_words_give_the_same_plan(command: str) -> None:
    plan = permitted(command)

    assert permitted(shlex.join(plan.argv)) == plan
    assert parse(plan.argv, TABLE).verb.name == plan.verb


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


@pytest.mark.parametrize("command", EVERYDAY)
def test_what_a_role_may_do_a_higher_one_may_too(command: str) -> None:
    def may(role: Role) -> bool:
        try:
            judge(command, role=role, confirmed=True)
        except CommandRefused:
            return False
        return True

    assert sorted(may(role) for role in Role) == [may(role) for role in Role]
