"""Tokens that mean something to one process."""

import secrets
from datetime import datetime, timedelta

from kubecfg_core.errors import Unauthenticated
from kubecfg_core.ports.clock import Clock
from kubecfg_core.ports.token_service import TokenService
from kubecfg_core.users import AccessToken, Claims, User


class FakeTokens(TokenService):
    """Remembers what each token says: nothing is signed, and a token means nothing to another instance."""

    def __init__(self, *, clock: Clock, lifetime: timedelta = timedelta(minutes=30)) -> None:
        self._clock = clock
        self._lifetime = lifetime
        self._known: dict[str, tuple[Claims, datetime]] = {}

    def issue(self, user: User) -> AccessToken:
        """A token for this user."""
        claims = Claims(subject=str(user.id), issuer="kubecfg", external=False, token_version=user.token_version)
        return AccessToken(access_token=self.accept(claims), expires_in=int(self._lifetime.total_seconds()))

    def accept(self, claims: Claims) -> str:
        """A token that says this: what an identity service would have given out."""
        token = f"fake-{secrets.token_hex(12)}"
        self._known[token] = (claims, self._clock.now() + self._lifetime)
        return token

    def read(self, token: str) -> Claims:
        """What the token says."""
        if token not in self._known:
            raise Unauthenticated("The token is not valid.")
        claims, expires_at = self._known[token]
        if self._clock.now() >= expires_at:
            raise Unauthenticated("The token has expired.")
        return claims
