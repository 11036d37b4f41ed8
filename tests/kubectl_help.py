"""What the installed kubectl says of itself: every command, its aliases, and its flags with their letter and type.

`python -m tests.kubectl_help` prints it; tests/data/kubectl_help.json holds what was printed for the pinned kubectl.
"""

import json
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from kubecfg_kubectl import binary

_SECTION: Final = re.compile(r"^[A-Z][\w ]*Commands(?: \([\w ]+\))?:\n((?:  .*\n)+)", re.MULTILINE)
_WORD: Final = re.compile(r"^  ([a-z][\w-]*) ", re.MULTILINE)
_ALIASES: Final = re.compile(r"^Aliases:\n(.+)$", re.MULTILINE)
_OPTION: Final = re.compile(r"^ {4}(?:-(\w), )?--([\w-]+)=(.*):$", re.MULTILINE)
_ENVIRONMENT: Final = {"KUBECONFIG": "/dev/null", "KUBECACHEDIR": "/dev/null/none", "HOME": "/nonexistent"}

Flags = dict[str, list[str]]
Entry = dict[str, list[str] | Flags]
Help = dict[str, Entry]


def walk(path: tuple[str, ...] = ()) -> Help:
    """Every command below a path, by its words."""
    text = _ask(*path, "--help")
    words = [word for section in _SECTION.findall(text) for word in _WORD.findall(section)]
    found: Help = {" ".join(path): _entry(text, path)}
    if not path:
        found[""] = {"aliases": [], "flags": _flags(_ask("options"))}
    with ThreadPoolExecutor(2) as pool:
        for below in pool.map(lambda word: walk((*path, word)), words):
            found |= below
    return found


def _entry(text: str, path: tuple[str, ...]) -> Entry:
    aliases = _ALIASES.search(text)
    names = aliases[1].split(", ") if aliases else []
    return {"aliases": [name for name in names if name not in path], "flags": _flags(text)}


def _flags(text: str) -> Flags:
    return {
        name: [short, "switch" if default in {"true", "false"} else "value"]
        for short, name, default in _OPTION.findall(text)
    }


def _ask(*arguments: str) -> str:
    answer = subprocess.run(  # the kubectl of our own wheel, with its own words
        [binary.locate(None), *arguments], env=_ENVIRONMENT, capture_output=True, text=True, timeout=20, check=True
    )
    return answer.stdout


if __name__ == "__main__":
    rows = (f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in sorted(walk().items()))
    print("{" + ",\n".join(rows) + "}")  # noqa: T201 - it is what the program is for
