"""YAML within bounds: data alone, and never more of it than was sent."""

import re
from typing import Any, Final

from kubecfg_core.errors import InvalidInput, TooLarge

LARGEST: Final = 512 * 1024
_DEEPEST: Final = 32
_BYTES_A_NODE: Final = 16  # fewer on average is no kubeconfig, whose credentials are long
_HALF: Final = re.compile("[\ud800-\udfff]")


def read_document(text: str, *, largest: int = LARGEST, aliases: bool = False) -> Any:
    """The one document in a YAML (or JSON) text: dicts, lists, texts, numbers, truths and nulls.

    No `aliases`, so that a few lines cannot stand for gigabytes, unless the text is known to be harmless; no tags, so
    that nothing but data is made. Raises `TooLarge` above `largest` bytes, `InvalidInput` for what is no such document;
    the messages quote none of it.
    """
    import yaml  # late: who connects to onboarded clusters has no use for it

    if len(text) > largest or len(text.encode("utf-8", "surrogatepass")) > largest:
        raise TooLarge(f"It is larger than the {largest} bytes that a kubeconfig may have.")
    try:
        loader = _loader(largest // _BYTES_A_NODE, aliases=aliases)(text)
        try:
            return loader.get_single_data()
        finally:
            loader.dispose()
    except _Bound as error:
        raise InvalidInput(str(error)) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # Not the parser's words: they quote the line, which may be a token.
        raise InvalidInput(f"It is not YAML that can be read ({type(error).__name__}).") from None


class _Bound(Exception):
    """More than is taken."""


def _loader(most_nodes: int, *, aliases: bool) -> Any:
    import yaml

    class Bounded(yaml.SafeLoader):
        """PyYAML's safe loader, which counts what it composes and knows no aliases."""

        depth = 0
        nodes = 0

        def compose_node(self, parent: Any, index: Any) -> Any:
            if not aliases and self.check_event(yaml.events.AliasEvent):
                raise _Bound("It has YAML aliases (*name), which are not followed.")
            self.nodes += 1
            self.depth += 1
            if self.nodes > most_nodes or self.depth > _DEEPEST:
                raise _Bound("It has more in it, or is nested deeper, than a kubeconfig.")
            node = super().compose_node(parent, index)
            self.depth -= 1
            if isinstance(node, yaml.ScalarNode) and _HALF.search(node.value):
                # An escape can say it ("\ud800"), and no answer can: it has no UTF-8.
                raise _Bound("It has half of a character in it (a lone surrogate).")
            return node

    return Bounded
