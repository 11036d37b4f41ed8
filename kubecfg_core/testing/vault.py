"""A vault of glass."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

from kubecfg_core.errors import NotConfigured
from kubecfg_core.ports.vault import Vault
from kubecfg_core.secret import Secret


class PlainVault(Vault):
    """No encryption: anybody reads what it seals. It is as strict as a real one about key, context and changed text."""

    def __init__(self, key: str = "plain") -> None:
        self._key = key

    @property
    def key_id(self) -> str:
        """Always `plain`."""
        return "plain"

    @property
    def key_ids(self) -> frozenset[str]:
        """That one."""
        return frozenset({self.key_id})

    def seal(self, plaintext: bytes, *, context: str) -> str:
        """The text in base64, with a digest of all that a real vault would bind."""
        digest = hmac.new(self._key.encode(), context.encode() + b"\0" + plaintext, hashlib.sha256).hexdigest()
        return f"plain.{urlsafe_b64encode(plaintext).decode()}.{digest}"

    def open(self, sealed: str, *, context: str) -> bytes:
        """The text again. Raises `NotConfigured` where a real vault would."""
        try:
            plaintext = urlsafe_b64decode(sealed.split(".")[1])
        except (IndexError, ValueError) as error:
            raise NotConfigured("A stored credential cannot be opened: it is damaged.") from error
        if sealed != self.seal(plaintext, context=context):
            raise NotConfigured("A stored credential cannot be opened: it was changed, or sealed for something else.")
        return plaintext

    def key_of(self, sealed: str) -> str:
        """What stands before the first dot."""
        return sealed.partition(".")[0]

    def fingerprint(self, secret: Secret) -> str:
        """A digest with the key."""
        return hmac.new(self._key.encode(), secret.reveal().encode(), hashlib.sha256).hexdigest()[:16]
