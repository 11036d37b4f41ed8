"""A language model that says what it was told to."""

from collections import deque
from collections.abc import Iterable

from kubecfg_core.errors import UpstreamUnreachable
from kubecfg_core.ports.llm import LLM, Brief
from kubecfg_core.solutions import Solution


class ScriptedLLM(LLM):
    """Gives the scripted answers in their order, and raises those that are errors; the last one stays for good.

    Without a script it repeats the playbook's solution. `briefs` holds all that it was asked.
    """

    def __init__(self, answers: Iterable[Solution | Exception] = ()) -> None:
        self._answers = deque(answers)
        self._closed = False
        self.briefs: list[Brief] = []

    async def solve(self, brief: Brief) -> Solution:
        """The next answer of the script. Raises it where it is an error, and `UpstreamUnreachable` once closed."""
        if self._closed:
            raise UpstreamUnreachable("The LLM is closed.")
        self.briefs.append(brief)
        if not self._answers:
            return brief.playbook
        answer = self._answers.popleft() if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def close(self) -> None:
        """Answer no more."""
        self._closed = True
