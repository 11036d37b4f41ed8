"""The words in capitals that stand in a playbook's command for what only a person knows: `VALUE`, `TAG`."""

import json
import re
import shlex
from collections.abc import Mapping
from typing import Final

from kubecfg_core.kubectl.text import split

_WORDS: Final = ("HOST", "PASSWORD", "REGISTRY", "TAG", "USER", "VALUE")
# As a whole value: after an equals sign, a colon, a quote or a slash, and before nothing that would make it a name.
_PLACEHOLDER: Final = re.compile(rf"(?<=[=:\"/])({'|'.join(_WORDS)})(?![\w.=:/-])(?!\"\s*:)")


def placeholders(command: str) -> list[str]:
    """Those in a command, in their order. Raises what `split` raises."""
    return list(dict.fromkeys(found for word in split(command) for found in _PLACEHOLDER.findall(word)))


def filled(command: str, values: Mapping[str, str]) -> str:
    """The command with the values in their places, quoted for a shell, and inside of JSON for JSON."""
    return shlex.join(_filled(word, values) for word in split(command))


def _filled(word: str, values: Mapping[str, str]) -> str:
    in_json = word.removeprefix("--patch=").startswith(("{", "["))

    def value(found: re.Match[str]) -> str:
        text = values.get(found[1], found[1])
        return json.dumps(text)[1:-1] if in_json else text

    return _PLACEHOLDER.sub(value, word)
