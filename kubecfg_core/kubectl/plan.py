"""A kubectl command that has been judged: canonical arguments, and nothing that the caller spelt."""

import shlex

import msgspec


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What will run. `argv` comes after the program's name; `verb` includes the sub-verb (`rollout status`).

    `changes` says that the command writes to the cluster; one that does not needs no method but those of a look.
    """

    verb: str
    argv: tuple[str, ...]
    changes: bool = False

    @property
    def arguments(self) -> tuple[str, ...]:
        """What the command is about: the words after `--`."""
        return self.argv[self.argv.index("--") + 1 :] if "--" in self.argv else ()

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags, those that the policy added among them."""
        end = self.argv.index("--") if "--" in self.argv else len(self.argv)
        return self.argv[len(self.verb.split()) : end]

    @property
    def namespace(self) -> str:
        """The namespace that it names; empty where it names none."""
        named = (flag.removeprefix("--namespace=") for flag in self.flags if flag.startswith("--namespace="))
        return next(named, "")

    @property
    def command(self) -> str:
        """The command as a person would type it, quoted for a POSIX shell."""
        return shlex.join(("kubectl", *self.argv))
