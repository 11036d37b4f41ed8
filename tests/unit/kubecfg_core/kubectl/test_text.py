import pytest

from kubecfg_core.errors import CommandRefused, InvalidInput, TooLarge
from kubecfg_core.kubectl.text import MAX_LENGTH, split


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("get pods", ["get", "pods"]),
        ("  get\t pods ", ["get", "pods"]),
        ("-l 'a in (b,c)'", ["-l", "a in (b,c)"]),
        ('a"b c"d', ["ab cd"]),
        (r'"a\"b\\c\d"', [r'a"b\c\d']),
        (r"a\ b", ["a b"]),
        ("''", [""]),
        ("'{$.items}'", ["{$.items}"]),
        ("{$.items[?(@.a==1)]}", ["{$.items[?(@.a==1)]}"]),
        ("'a<b;c|d&e'", ["a<b;c|d&e"]),
        ('"a>b"', ["a>b"]),
        ("'$x'", ["$x"]),
    ],
)
def test_words_are_split_as_by_a_shell(command: str, words: list[str]) -> None:
    assert split(command) == words


@pytest.mark.parametrize("command", ["a;b", "a | b", "a&b", "a>b", "a<b", "$x", '"$x"', "'`x`'", "'$(x)'", "a ${x}"])
def test_what_only_a_shell_could_do_is_refused_by_name(command: str) -> None:
    with pytest.raises(CommandRefused) as caught:
        split(command)

    assert caught.value.rule == "kubectl.shell"


@pytest.mark.parametrize("command", ["", " \t", "a\n", "a\0", "\u00e9", "\ud800", "'a", '"a', "a\\", '"a\\', "\x7f"])
def test_what_is_no_command_line_is_invalid(command: str) -> None:
    with pytest.raises(InvalidInput):
        split(command)


def test_a_command_of_exactly_the_limit_is_taken() -> None:
    assert split("x" * MAX_LENGTH) == ["x" * MAX_LENGTH]


def test_a_command_over_the_limit_is_too_large() -> None:
    with pytest.raises(TooLarge):
        split("x" * (MAX_LENGTH + 1))
