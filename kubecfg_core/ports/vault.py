"""The port to encryption at rest."""

from abc import ABC, abstractmethod

from kubecfg_core.secret import Secret


class Vault(ABC):
    """Seals bytes so that only this vault opens them, and only in the context that they were sealed for."""

    @property
    @abstractmethod
    def key_id(self) -> str:
        """The id of the key that seals."""

    @property
    @abstractmethod
    def key_ids(self) -> frozenset[str]:
        """The ids of all keys that open."""

    @abstractmethod
    def seal(self, plaintext: bytes, *, context: str) -> str:
        """Encrypt and authenticate. `context` (an owner, a row, an address) is bound in, not stored."""

    @abstractmethod
    def open(self, sealed: str, *, context: str) -> bytes:
        """The plaintext. Raises `NotConfigured` for an unknown key, a changed text or another context."""

    @abstractmethod
    def key_of(self, sealed: str) -> str:
        """The id of the key that sealed it, whether the vault has it or not; empty where that cannot be told."""

    @abstractmethod
    def fingerprint(self, secret: Secret) -> str:
        """Sixteen hex digits that tell one secret from another, and that nobody without the key can try out."""
