"""A password hasher that costs nothing."""

import hashlib
import secrets

from kubecfg_core.ports.passwords import PasswordHasher


class FastHasher(PasswordHasher):
    """One round of salted SHA-256: for tests alone, since anybody can try millions of passwords against it.

    A hash with `old$` before it is as good, and outdated.
    """

    async def hash(self, password: str) -> str:
        """A salted hash."""
        return self._hashed(password, secrets.token_hex(8))

    async def verify(self, password: str, password_hash: str) -> bool:
        """Whether the password made the hash."""
        kind, _, rest = password_hash.removeprefix("old$").partition("$")
        salt = rest.partition("$")[0]
        password_hash = password_hash.removeprefix("old$")
        return kind == "fast" and secrets.compare_digest(self._hashed(password, salt).encode(), password_hash.encode())

    def outdated(self, password_hash: str) -> bool:
        """Whether it was made in the `old` way."""
        return password_hash.startswith("old$")

    def _hashed(self, password: str, salt: str) -> str:
        digest = hashlib.sha256(f"{salt}${password}".encode("utf-8", "surrogatepass")).hexdigest()
        return f"fast${salt}${digest}"
