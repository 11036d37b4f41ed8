"""From words to a verb, typed flags and arguments, reading flags exactly as kubectl's own parser does.

Whatever the table does not know ends the parse, so that no word is ever taken for something else than kubectl would.
"""

from collections import deque
from collections.abc import Mapping, Sequence

import msgspec

from kubecfg_core.errors import InvalidInput
from kubecfg_core.kubectl import refusals
from kubecfg_core.kubectl.arguments import types_of
from kubecfg_core.kubectl.grammar import COMMON, NAMESPACE, Flag, Takes, Verb

_SWITCHES = {
    **dict.fromkeys(("1", "t", "T", "true", "TRUE", "True"), "true"),
    **dict.fromkeys(("0", "f", "F", "false", "FALSE", "False"), "false"),
}

Verbs = Mapping[tuple[str, ...], Verb]


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A command understood. `flags` are names with checked values, by name, in the order given for the same name.

    `container` is the command for a container that is made, where one is.
    """

    verb: Verb
    flags: tuple[tuple[str, str], ...]
    arguments: tuple[str, ...]
    container: tuple[str, ...] = ()
    dashed: bool = False

    @property
    def targets(self) -> tuple[str, ...]:
        """The arguments that say which objects are meant."""
        return self.verb.arguments.targets(self.arguments)

    @property
    def types(self) -> frozenset[str]:
        """The resource types that are meant, as `types_of` gives them."""
        return frozenset(types_of(self.targets))

    @property
    def looks(self) -> bool:
        """Whether the command only looks, be it one that could change something (`label --list`)."""
        if not self.verb.changes:
            return True
        beside = {name for name, _ in self.flags} - {"list", *(flag.name for flag in COMMON)}
        return self.flag("list") == "true" and beside <= self.verb.look and self.targets == self.arguments

    def flag(self, name: str) -> str | None:
        """The value of a flag, or nothing where it is not given."""
        return next((value for given, value in self.flags if given == name), None)


def parse(words: Sequence[str], verbs: Verbs) -> Call:
    """Understand the words that follow `kubectl`.

    Raises `InvalidInput` for a flag without its value, `CommandRefused` for everything that is in no table.
    """
    reader = _Reader(words)
    verb = _verb(reader, verbs)
    reader.rest(verb)
    fault = verb.arguments.fault(tuple(reader.arguments))
    if fault is not None:
        raise refusals.refused(
            "argument",
            f"'kubectl {verb.name}' takes {verb.arguments.says} here, not {refusals.shorten(fault)!r}.",
        )
    flags = tuple(sorted(reader.flags, key=lambda pair: pair[0]))
    return Call(
        verb=verb,
        flags=flags,
        arguments=tuple(reader.arguments),
        container=tuple(reader.container),
        dashed=reader.dashed,
    )


def _verb(reader: "_Reader", verbs: Verbs) -> Verb:
    path: tuple[str, ...] = ()
    while path not in verbs:
        word = reader.word(" ".join(path))
        if word is None:
            raise InvalidInput(f"'kubectl {' '.join(path)}' is not complete." if path else "There is no command.")
        path = (*path, word)
        if not any(known[: len(path)] == path for known in verbs):
            raise refusals.verb(" ".join(path), _known(path, verbs))
    return verbs[path]


def _known(path: tuple[str, ...], verbs: Verbs) -> str:
    """The words that could stand in the place of the last one."""
    before, place = path[:-1], len(path) - 1
    return ", ".join(dict.fromkeys(verb.path[place] for known, verb in verbs.items() if known[:place] == before))


class _Reader:
    """Takes the words from the left, as pflag does."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = deque(words)
        self.flags: list[tuple[str, str]] = []
        self.arguments: list[str] = []
        self.container: list[str] = []
        self.dashed = False

    def word(self, path: str) -> str | None:
        """The next word that is no flag; before the verb is complete only the namespace may be given."""
        while self._words:
            word = self._words.popleft()
            if not word.startswith("-"):
                return word
            self._flag(word, (NAMESPACE,), path or "VERB")
        return None

    def rest(self, verb: Verb) -> None:
        """Every flag and argument of the verb."""
        flags = (*COMMON, *verb.flags)
        while self._words:
            word = self._words.popleft()
            if self.dashed and verb.container:
                self.container.append(word)
            elif self.dashed or word == "-" or not word.startswith("-"):
                self.arguments.append(word)
            elif word == "--":
                self._dash(verb)
            else:
                self._flag(word, flags, verb.name)

    def _dash(self, verb: Verb) -> None:
        if verb.named_first and not verb.container:
            raise refusals.refused("argument", f"'kubectl {verb.name}' takes its name without '--' before it.")
        self.dashed = True

    def _flag(self, word: str, flags: Sequence[Flag], verb: str) -> None:
        if word.startswith("--"):
            self._long(word, flags, verb)
        else:
            self._cluster(word[1:], flags, verb)

    def _long(self, word: str, flags: Sequence[Flag], verb: str) -> None:
        spelt, equals, value = word[2:].partition("=")
        name = spelt.replace("_", "-")
        flag = next((flag for flag in flags if flag.name == name), None)
        if flag is None:
            raise refusals.flag(f"--{spelt}", name, verb)
        if equals:
            self._add(flag, value)
        elif flag.takes is Takes.VALUE:
            self._add(flag, self._value(flag))
        else:
            self._add(flag, flag.implied)

    def _cluster(self, letters: str, flags: Sequence[Flag], verb: str) -> None:
        while letters:
            letter, rest = letters[0], letters[1:]
            flag = next((flag for flag in flags if flag.short == letter), None)
            if flag is None:
                raise refusals.flag(f"-{letter}", letter, verb)
            letters = ""
            # The order of these cases is pflag's: -A=false sets a switch, but -A= is -A and a letter "=".
            if len(rest) > 1 and rest.startswith("="):
                self._add(flag, rest[1:])
            elif flag.takes is not Takes.VALUE:
                self._add(flag, flag.implied)
                letters = rest
            else:
                self._add(flag, rest or self._value(flag))

    def _value(self, flag: Flag) -> str:
        if not self._words:
            raise InvalidInput(f"The flag --{flag.name} needs a value: {flag.kind.says}.")
        return self._words.popleft()

    def _add(self, flag: Flag, value: str) -> None:
        if flag.takes is Takes.NOTHING:
            value = _SWITCHES.get(value, value)
        if not flag.many and any(name == flag.name for name, _ in self.flags):
            raise refusals.refused("repeated", f"The flag --{flag.name} is given twice.")
        if not flag.kind.accepts(value):
            raise refusals.refused("value", f"The flag --{flag.name} takes {flag.kind.says} here.")
        self.flags.append((flag.name, value))
