"""What the number that a container ended with says."""

from typing import Final

_MEANINGS: Final = {
    1: "a general error of the application",
    2: "wrong use of a command, or an error of the application",
    126: "the command was found but cannot be executed",
    127: "the command was not found",
    128: "the container could not be started, or it ended with an invalid number",
    130: "it was interrupted (SIGINT)",
    134: "it aborted itself (SIGABRT), as after a failed assertion",
    137: "it was killed (SIGKILL)",
    139: "it crashed on an invalid memory access (SIGSEGV)",
    143: "it was asked to end (SIGTERM)",
    255: "a general error, or a number out of range",
}
_SIGNALS: Final = range(129, 193)


def meaning(code: int) -> str:
    """What the exit code means by convention; empty where there is none."""
    if code in _MEANINGS:
        return _MEANINGS[code]
    return f"it was ended by signal {code - 128}" if code in _SIGNALS else ""
