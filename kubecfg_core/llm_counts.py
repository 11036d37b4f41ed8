"""What a language model took since the process began, for metrics."""

from collections import Counter
from typing import Final

from kubecfg_core.breaker import LeftAlone
from kubecfg_core.errors import KubecfgError, TooMany, UpstreamRefused, UpstreamTimeout, UpstreamUnreachable
from kubecfg_core.ports.llm import Usage

FAILURES: Final = (
    "answer",
    "budget",
    "busy",
    "open",
    "other",
    "refused",
    "server_error",
    "timeout",
    "unreachable",
)
"""The words that `failure_class` gives."""

_BUSY: Final = 429
_SERVER_ERROR: Final = 500
_MILLION: Final = 1_000_000


class LlmCounts:
    """Numbers that only grow. `failures` counts questions by class: those of `failure_class`.

    `price_in` and `price_out` are those of a million tokens, in whatever currency; zero where nothing is charged.
    """

    def __init__(self, *, price_in: float = 0.0, price_out: float = 0.0) -> None:
        self.requests = 0
        self.tokens_in = 0
        self.tokens_out = 0
        self.cache_hits = 0
        self.failures: Counter[str] = Counter()
        self._prices = (price_in, price_out)

    @property
    def cost(self) -> float:
        """What the tokens cost."""
        price_in, price_out = self._prices
        return (self.tokens_in * price_in + self.tokens_out * price_out) / _MILLION

    def add(self, usage: Usage) -> None:
        """Count one call."""
        self.requests += 1
        self.tokens_in += usage.tokens_in
        self.tokens_out += usage.tokens_out

    def fail(self, error: KubecfgError) -> None:
        """Count one question that got no answer."""
        self.failures[failure_class(error)] += 1


def failure_class(error: KubecfgError) -> str:
    """One word: `budget`, `open` (the breaker), `timeout`, `unreachable`, `busy`, `server_error`, `refused`.

    `answer` is an answer that cannot be used, and `other` what is not the model's.
    """
    classes: tuple[tuple[type[KubecfgError], str], ...] = (
        (TooMany, "budget"),
        (LeftAlone, "open"),
        (UpstreamTimeout, "timeout"),
        (UpstreamUnreachable, "unreachable"),
    )
    if isinstance(error, UpstreamRefused):
        return _refusal(error.status)
    return next((word for kind, word in classes if isinstance(error, kind)), "other")


def _refusal(status: int | None) -> str:
    if status is None:
        return "answer"
    return "busy" if status == _BUSY else "server_error" if status >= _SERVER_ERROR else "refused"
