"""Make docs/demo.svg, the picture in the README, from what `kubecfg demo --once` prints now."""

import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

_WIDTH: Final = 118
_FIRST: Final = "shop-frontend"
_MOST: Final = 44


def main() -> None:
    """Run the demo as in a terminal, and draw its beginning, a part of its middle, and its end."""
    environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(_WIDTH), "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "kubecfg_cli", "demo", "--once"]
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    lines = Text.from_ansi(printed).split("\n", allow_blank=True)
    console = Console(record=True, width=_WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text("$ kubecfg demo", style="bold"))
    for line in _chosen(list(lines)):
        line.rstrip()
        # Some viewers drop the spaces that a run of text begins with, but not a run that is nothing else.
        line.stylize("bold", 0, len(line.plain) - len(line.plain.lstrip()))
        console.print(line, soft_wrap=False, overflow="ellipsis", no_wrap=True)
    drawn = console.export_svg(title="kubecfg", unique_id="demo")
    # The page that shows it must ask nobody else for a font.
    drawn = re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)
    Path(__file__).with_name("demo.svg").write_text(drawn)


def _chosen(lines: list[Text]) -> list[Text]:
    plain = [line.plain.strip() for line in lines]
    end = next(number for number, text in enumerate(plain) if " problems (" in text)
    start = plain.index(_FIRST)
    nodes = next(number for number, text in enumerate(plain) if text.startswith("Go on with curl"))
    return [*lines[:4], *lines[start : start + _MOST], Text("  ..."), Text(""), *lines[end:nodes]]


if __name__ == "__main__":
    main()
