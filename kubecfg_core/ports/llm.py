"""The port to a language model."""

from abc import ABC, abstractmethod
from collections.abc import Callable

import msgspec

from kubecfg_core.problems import Problem
from kubecfg_core.solutions import Solution


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """All that a model is told: the problem, the playbook's answer to start from, and `logs`.

    These are the last lines of the container that crashes, oldest first; empty where there is none, or none was read.
    Texts in it were read from a cluster, so they are data whoever wrote them, never instructions.
    """

    problem: Problem
    playbook: Solution
    logs: tuple[str, ...] = ()


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """The tokens of one call: what was sent, and what came back."""

    tokens_in: int
    tokens_out: int


Meter = Callable[[Usage], None]


class LLM(ABC):
    """Answers a brief. It has no tools: what it says is checked by the caller before anybody sees it."""

    @property
    def version(self) -> str:
        """What an answer depends on beside the brief: the model and its instructions. Caches tell them apart by it."""
        return ""

    @abstractmethod
    async def solve(self, brief: Brief) -> Solution:
        """One solution. Raises `UpstreamError` (no answer in time, a refusal, an answer that is no solution)."""

    def most_tokens(self, brief: Brief) -> int:  # noqa: ARG002 - a model that costs nothing looks at nothing
        """How many tokens one call for the brief may take at most, both ways, estimated before it is made."""
        return 0

    def metered(self, meter: Meter) -> "LLM":  # noqa: ARG002 - nothing is told of a model that costs nothing
        """The same model, over the same connections, that tells the meter of each call, also of one that fails."""
        return self

    def of(self, user_id: int) -> "LLM":  # noqa: ARG002 - one that keeps nothing for a user is the same for all
        """The same model as this user may ask it: with their cache and their budget, where there are such."""
        return self

    async def close(self) -> None:  # noqa: B027 - a model without a connection has nothing to close
        """Let go of the connections."""
