"""The port to a language model."""

from abc import ABC, abstractmethod

import msgspec

from kubecfg_core.problems import Problem
from kubecfg_core.solutions import Solution


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """All that a model is told: the problem, and the playbook's answer to start from.

    Texts in it were read from a cluster, so they are data whoever wrote them, never instructions.
    """

    problem: Problem
    playbook: Solution


class LLM(ABC):
    """Answers a brief. It has no tools: what it says is checked by the caller before anybody sees it."""

    @abstractmethod
    async def solve(self, brief: Brief) -> Solution:
        """One solution. Raises `UpstreamError` (no answer in time, a refusal, an answer that is no solution)."""

    async def close(self) -> None:  # noqa: B027 - a model without a connection has nothing to close
        """Let go of the connections."""
