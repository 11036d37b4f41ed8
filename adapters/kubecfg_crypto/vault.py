"""Credentials at rest: AES-256-GCM with a ring of keys."""

import base64
import binascii
import hmac
import secrets
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kubecfg_core.errors import NotConfigured, SettingsError
from kubecfg_core.ports.vault import Vault
from kubecfg_core.secret import Secret

_VERSION: Final = "v1"
_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32
_FINGERPRINT_BYTES: Final = 8


class AesGcmVault(Vault):
    """Seals as `v1.<key id>.<base64url of nonce, ciphertext and tag>`, bound to version, key id and context.

    `keys` are ids with 32 bytes each, as `load_keys` gives them: the first one seals, all of them open. Raises
    `SettingsError` where there is none, or one has another length.
    """

    def __init__(self, keys: Sequence[tuple[str, bytes]]) -> None:
        if not keys or any(len(key) != _KEY_BYTES for _, key in keys):
            raise SettingsError(f"KUBECFG_ENCRYPTION_KEYS: at least one key, and {_KEY_BYTES} bytes each, are needed.")
        self._current = keys[0][0]
        self._ring = {key_id: AESGCM(key) for key_id, key in keys}
        # A key of its own, so that what is shown of it says nothing about the one that seals.
        self._marking = HKDF(SHA256(), _KEY_BYTES, salt=None, info=b"kubecfg fingerprint").derive(keys[0][1])

    @property
    def key_id(self) -> str:
        """The first key's id."""
        return self._current

    @property
    def key_ids(self) -> frozenset[str]:
        """The ids of the ring."""
        return frozenset(self._ring)

    def seal(self, plaintext: bytes, *, context: str) -> str:
        """Encrypt with the first key."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        ciphertext = self._ring[self._current].encrypt(nonce, plaintext, _bound(self._current, context))
        return f"{_VERSION}.{self._current}.{_encode(nonce + ciphertext)}"

    def open(self, sealed: str, *, context: str) -> bytes:
        """Decrypt with the key that is named in it."""
        version, _, rest = sealed.partition(".")
        key_id, _, encoded = rest.partition(".")
        if version != _VERSION:
            raise NotConfigured("A stored credential cannot be opened: its format is unknown.")
        if key_id not in self._ring:
            raise NotConfigured(
                "A stored credential cannot be opened: its key is neither in KUBECFG_ENCRYPTION_KEYS nor kept."
            )
        try:
            body = _decode(encoded)
            return self._ring[key_id].decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], _bound(key_id, context))
        except (InvalidTag, ValueError) as error:
            raise NotConfigured(
                "A stored credential cannot be opened: it was changed, or sealed for another owner, cluster or address."
            ) from error

    def key_of(self, sealed: str) -> str:
        """The id that is named in it."""
        version, _, rest = sealed.partition(".")
        return rest.partition(".")[0] if version == _VERSION else ""

    def fingerprint(self, secret: Secret) -> str:
        """A part of its HMAC; another key in front of the ring gives another."""
        return hmac.digest(self._marking, secret.reveal().encode("utf-8", "surrogateescape"), "sha256")[
            :_FINGERPRINT_BYTES
        ].hex()


def _bound(key_id: str, context: str) -> bytes:
    return f"{_VERSION}|{key_id}|{context}".encode()


def _encode(body: bytes) -> str:
    return base64.urlsafe_b64encode(body).rstrip(b"=").decode()


def _decode(encoded: str) -> bytes:
    """The bytes. Raises `ValueError` unless the text is the one way to write them: no stray or spare bits."""
    try:
        body = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    except binascii.Error as error:
        raise ValueError("no base64") from error
    if _encode(body) != encoded:
        raise ValueError("not the canonical base64")
    return body
