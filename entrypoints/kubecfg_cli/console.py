"""Where the command writes: colour and width as the terminal has them, and text from clusters made harmless."""

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def out() -> "Console":
    """Standard output: what the command is for. No markup is read in what it prints."""
    from rich.console import Console

    return Console(markup=False, highlight=False, emoji=False, soft_wrap=False)


def err() -> "Console":
    """Standard error: progress and remarks."""
    from rich.console import Console

    return Console(stderr=True, markup=False, highlight=False, emoji=False)


def plain(text: str) -> str:
    """Text that was read from a cluster, without what could steer a terminal (escape sequences, bidi overrides)."""
    return "".join(char for char in text if char == "\n" or not unicodedata.category(char).startswith("C"))
