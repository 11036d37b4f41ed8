"""A kubectl command that has been judged: canonical arguments, and nothing that the caller spelt."""

import shlex
from collections.abc import Iterable
from typing import Final

import msgspec

from kubecfg_core.kubectl.arguments import types_of
from kubecfg_core.kubectl.kinds import SECRETS
from kubecfg_core.secret import MASK

_VALUES: Final = ("--docker-password=",)
_PAIRS: Final = ("--from-literal=", "--env=")


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What will run. `argv` comes after the program's name; `verb` includes the sub-verb (`rollout status`).

    `changes` says that the command writes to the cluster; one that does not needs no method but those of a look.
    `argv` may hold what nobody else may read (a new Secret's content): all that shows a plan shows it masked.
    """

    verb: str
    argv: tuple[str, ...]
    changes: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """What the command is about where that stands before the flags, as `create` wants it."""
        words = self._shown[len(self.verb.split()) :]
        return words[: next((at for at, word in enumerate(words) if word.startswith("-")), len(words))]

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags, those that the policy added among them."""
        start = len(self.verb.split()) + len(self.names)
        return self._shown[start : self._dashes]

    @property
    def arguments(self) -> tuple[str, ...]:
        """What the command is about: the words after `--`."""
        return self._shown[self._dashes + 1 :]

    @property
    def namespace(self) -> str:
        """The namespace that it names, or nothing where it names none."""
        return next((flag.partition("=")[2] for flag in self.flags if flag.startswith("--namespace=")), "")

    @property
    def command(self) -> str:
        """The command as a person would type it, quoted for a POSIX shell, with the content of Secrets masked."""
        return shlex.join(("kubectl", *self._shown))

    @property
    def _dashes(self) -> int:
        return self.argv.index("--") if "--" in self.argv else len(self.argv)

    @property
    def _shown(self) -> tuple[str, ...]:
        after = self.argv[self._dashes + 1 :]
        on_secrets = bool(types_of(after) & SECRETS)
        flags = (_masked(word, whole=on_secrets) for word in self.argv[: self._dashes])
        if self.verb == "set env":
            after = tuple(_pairs(after))
        return (*flags, *self.argv[self._dashes : self._dashes + 1], *after)


def _masked(word: str, *, whole: bool) -> str:
    if word.startswith(_VALUES) or (whole and word.startswith("--patch=")):
        return f"{word.partition('=')[0]}={MASK}"
    if word.startswith(_PAIRS):
        flag, _, pair = word.partition("=")
        return "".join((flag, "=", *_pairs([pair])))
    return word


def _pairs(words: Iterable[str]) -> list[str]:
    return [f"{word.partition('=')[0]}={MASK}" if "=" in word else word for word in words]
