"""The port to encryption at rest."""

from abc import ABC, abstractmethod


class Vault(ABC):
    """Seals bytes so that only this vault opens them, and only in the context that they were sealed for."""

    @abstractmethod
    def seal(self, plaintext: bytes, *, context: str) -> str:
        """Encrypt and authenticate. `context` (an owner, a row, an address) is bound in, not stored."""

    @abstractmethod
    def open(self, sealed: str, *, context: str) -> bytes:
        """The plaintext. Raises `NotConfigured` for an unknown key, a changed text or another context."""
