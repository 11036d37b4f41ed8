"""The one table: whatever is not in it does not run."""

from typing import Final

from kubecfg_core.kubectl.changing import CHANGING
from kubecfg_core.kubectl.creating import CREATING
from kubecfg_core.kubectl.grammar import Verb, by_path
from kubecfg_core.kubectl.reading import READING

VERBS: Final[tuple[Verb, ...]] = (*READING, *CHANGING, *CREATING)
"""Every command, once."""

_SPELT: Final = by_path(VERBS)

TABLE: Final = _SPELT | {
    ("create", "svc", path[2]): verb for path, verb in _SPELT.items() if path[:2] == ("create", "service")
}
"""Every command under every spelling of its words."""
