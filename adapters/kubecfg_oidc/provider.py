"""The identity service: a token in, its user and their role out."""

import ssl
from datetime import timedelta
from typing import Any, Final

import jwt
import msgspec
from jwt.utils import base64url_decode, base64url_encode

from kubecfg_core.egress import EgressPolicy
from kubecfg_core.errors import Unauthenticated
from kubecfg_core.ports.clock import Clock
from kubecfg_core.ports.identity_provider import IdentityProvider
from kubecfg_core.users import Claims, Role
from kubecfg_oidc.fetching import Fetcher
from kubecfg_oidc.keyset import Key
from kubecfg_oidc.published import PublishedKeys
from kubecfg_oidc.roles import RoleMapping, claim_at

_LEEWAY: Final = 10.0
_LONGEST_TOKEN: Final = 8 * 1024
_LONGEST_LIFE: Final = timedelta(days=1)
_LONGEST_NAME: Final = 255
_UNCHECKED: Final = ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")
_NO_ROLES: Final = RoleMapping("roles", {})


class _Payload(msgspec.Struct, frozen=True):
    iss: str
    sub: str
    aud: str | list[str]
    exp: float
    iat: float
    nbf: float | None = None


class OidcProvider(IdentityProvider):
    """Takes tokens of this issuer for this audience, signed by RS256 or ES256 with a key that it publishes.

    Of a token's header only `kid` is looked at, and `alg` has to be that of the key. `username_claim` is what a user is
    called; who they are is told by `sub`. A new account is a viewer where no roles are mapped.
    """

    def __init__(
        self,
        issuer: str,
        audience: str,
        *,
        clock: Clock,
        egress: EgressPolicy,
        jwks_url: str | None = None,
        username_claim: str = "preferred_username",
        roles: RoleMapping = _NO_ROLES,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._clock = clock
        self._username_claim = username_claim
        self._roles = roles
        self._keys = PublishedKeys(issuer, jwks_url, fetcher=Fetcher(egress, tls=tls), clock=clock)

    def claims_to_issue(self, token: str) -> bool:
        """Whether the token, unverified, names this issuer."""
        if len(token) > _LONGEST_TOKEN:
            return False
        try:
            payload = jwt.decode(token, options={"verify_signature": False})
        except (jwt.PyJWTError, ValueError, RecursionError):
            return False
        return payload.get("iss") == self._issuer

    async def read(self, token: str) -> Claims:
        """What the token says, once its signature and every claim hold."""
        header = _header(token)
        kid = header.get("kid")
        if not isinstance(kid, str) or "crit" in header:
            raise Unauthenticated("The token is not valid: its header names no key.")
        claims = _verified(token, await self._keys.get(kid))
        try:
            payload = msgspec.convert(claims, _Payload)
        except msgspec.ValidationError as error:
            raise Unauthenticated("The token is not valid: a claim is missing or malformed.") from error
        self._check(payload)
        name = claim_at(claims, self._username_claim)
        return Claims(
            subject=payload.sub,
            issuer=self._issuer,
            external=True,
            role=self._roles.role_of(claims),
            first_role=Role.VIEWER,
            display_name=name if isinstance(name, str) and _is_name(name) else "",
        )

    def _check(self, payload: _Payload) -> None:
        """Raise unless it is meant for us, and now. Written so that a number that is none (NaN) does not pass."""
        audiences = payload.aud if isinstance(payload.aud, list) else [payload.aud]
        if payload.iss != self._issuer or self._audience not in audiences:
            raise Unauthenticated("The token is not valid: it was not made for this service.")
        if not _is_name(payload.sub):
            raise Unauthenticated("The token is not valid: it names no user.")
        now = self._clock.now().timestamp()
        if not 0 < payload.exp - payload.iat <= _LONGEST_LIFE.total_seconds():
            raise Unauthenticated("The token is not valid: it claims too long a life.")
        if not now < payload.exp + _LEEWAY:
            raise Unauthenticated("The token has expired; log in again.")
        if not all(moment <= now + _LEEWAY for moment in (payload.iat, payload.nbf) if moment is not None):
            raise Unauthenticated("The token is not valid yet.")


def _header(token: str) -> dict[str, Any]:
    try:
        return jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise Unauthenticated("The token is not valid.") from error


def _verified(token: str, key: Key) -> dict[str, Any]:
    """The payload of a token that the key signed. The claims are checked by the clock that we are given."""
    options: Any = {"verify_signature": True, **{f"verify_{claim}": False for claim in _UNCHECKED}}
    try:
        payload: dict[str, Any] = jwt.decode(token, key.public, algorithms=[key.algorithm], options=options)
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise Unauthenticated("The token is not valid.") from error
    signature = token.rpartition(".")[2]
    if base64url_encode(base64url_decode(signature)).decode() != signature:
        # base64 has spare bits, and what was changed in these alone would still pass for the signed token.
        raise Unauthenticated("The token is not valid.")
    return payload


def _is_name(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_NAME and text.isprintable() and not text.isspace()
