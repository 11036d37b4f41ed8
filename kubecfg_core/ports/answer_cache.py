"""The port to answers of a language model that are kept."""

from abc import ABC, abstractmethod
from datetime import datetime

from kubecfg_core.solutions import Solution


class AnswerCache(ABC):
    """Keeps each user's answers apart, by keys that tell everything an answer depends on. It outlives the process.

    What is kept is masked as it came from the model: without the key of the masks it names nobody's objects.
    """

    @abstractmethod
    async def get(self, user_id: int, key: str) -> Solution | None:
        """The user's answer under that key; nothing where there is none, or its time is over."""

    @abstractmethod
    async def put(self, user_id: int, key: str, answer: Solution, *, until: datetime) -> None:
        """Keep an answer until then (UTC), in place of the one before it."""
