"""From a command line to words, the way a POSIX shell would, except that nothing which only a shell could do passes."""

import re
from typing import Final

from kubecfg_core.errors import CommandRefused, InvalidInput, TooLarge

MAX_LENGTH: Final = 8 * 1024

_ORDINARY: Final = re.compile(r"""[^ \t;|&<>'"\\$]+""")
_OPERATORS: Final = ";|&<>"
_SUBSTITUTIONS: Final = ("`", "$(", "${")
_VARIABLES: Final = "_?*@#!$-"
_ESCAPABLE_IN_QUOTES: Final = '"\\$`'


def split(command: str) -> list[str]:
    """The words of a command line.

    Raises `TooLarge` over 8 KiB; `InvalidInput` for anything but printable ASCII, blanks and tabs, for an open quote
    and for an empty line; `CommandRefused` (rule `kubectl.shell`) for operators, substitutions and variables.
    """
    if len(command) > MAX_LENGTH:
        raise TooLarge(f"A command is at most {MAX_LENGTH} characters long; this one has {len(command)}.")
    if not (command.isascii() and command.replace("\t", " ").isprintable()):
        raise InvalidInput("A command holds printable ASCII characters, blanks and tabs, and no line breaks.")
    for substitution in _SUBSTITUTIONS:
        if substitution in command:
            raise _shell(substitution)
    words = _Splitter(command).words()
    if not words:
        raise InvalidInput("The command is empty.")
    return words


class _Splitter:
    """One pass over the characters; `None` as the current word means: between words."""

    def __init__(self, command: str) -> None:
        self._text = command
        self._at = 0
        self._word: str | None = None
        self._words: list[str] = []

    def words(self) -> list[str]:
        """Every word, with its quotes resolved."""
        while self._at < len(self._text):
            ordinary = _ORDINARY.match(self._text, self._at)
            if ordinary:
                self._add(ordinary[0])
                self._at = ordinary.end()
            else:
                self._special(self._next())
        self._end()
        return self._words

    def _special(self, char: str) -> None:
        if char in " \t":
            self._end()
        elif char in _OPERATORS:
            raise _shell(char)
        elif char == "'":
            self._single()
        elif char == '"':
            self._double()
        elif char == "\\":
            self._add(self._next("a backslash"))
        else:
            self._literal(char, opening="'\"")

    def _single(self) -> None:
        end = self._text.find("'", self._at)
        if end < 0:
            raise InvalidInput("The command ends in an open single quote.")
        self._add(self._text[self._at : end])
        self._at = end + 1

    def _double(self) -> None:
        self._add("")
        while (char := self._next("an open double quote")) != '"':
            if char == "\\":
                follower = self._next("an open double quote")
                self._add(follower if follower in _ESCAPABLE_IN_QUOTES else char + follower)
            else:
                self._literal(char)

    def _literal(self, char: str, opening: str = "") -> None:
        # A shell would put a variable's value here. Passing the text on as it stands would run something else
        # than what the author reads, so it is refused; in single quotes a dollar is a dollar.
        follower = self._text[self._at : self._at + 1]
        if char == "$" and follower and (follower.isalnum() or follower in _VARIABLES or follower in opening):
            raise _shell(char + follower)
        self._add(char)

    def _add(self, text: str) -> None:
        self._word = (self._word or "") + text

    def _end(self) -> None:
        if self._word is not None:
            self._words.append(self._word)
        self._word = None

    def _next(self, trouble: str = "") -> str:
        if self._at == len(self._text):
            raise InvalidInput(f"The command ends in {trouble}.")
        self._at += 1
        return self._text[self._at - 1]


def _shell(what: str) -> CommandRefused:
    return CommandRefused(
        f"{what!r} has a meaning to a shell, and no shell is used: no pipes, redirections, variables or second "
        "commands. Put it in single quotes if it is part of a value; to filter, use -l, --field-selector or "
        "-o jsonpath. (rule kubectl.shell)",
        rule="kubectl.shell",
    )
