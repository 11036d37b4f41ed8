"""The port to password hashing."""

from abc import ABC, abstractmethod


class PasswordHasher(ABC):
    """Slow on purpose, so hashing and verifying run beside the event loop and only a few at a time."""

    @abstractmethod
    async def hash(self, password: str) -> str:
        """A salted hash to store. Raises `TooMany` when too many wait."""

    @abstractmethod
    async def verify(self, password: str, password_hash: str) -> bool:
        """Whether the password made the hash; an empty hash costs the same time and is never right."""

    @abstractmethod
    def outdated(self, password_hash: str) -> bool:
        """Whether the hash costs an attacker something else than one that is made today."""
