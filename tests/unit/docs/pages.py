"""The documents, taken apart for comparison with what they speak of."""

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[3]
DOCS: Final = ROOT / "docs"

_BLOCK: Final = re.compile(r"^```([a-z]*)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[tuple[str, str]]:
    """The fenced blocks of one language: title (the word after the language, or empty) and text."""
    return [(title, text) for found, title, text in _BLOCK.findall(page) if found == language]


def rows(page: str) -> list[list[str]]:
    """The cells of every table row whose first cell is code, without the backticks around whole cells."""
    found = [line.strip().strip("|").split(" | ") for line in page.splitlines() if line.startswith("| `")]
    return [[cell.strip().strip("`") for cell in row] for row in found]
