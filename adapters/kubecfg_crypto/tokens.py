"""Access tokens: JWTs, ours and those of one external identity service that signs with the same key."""

import re
import uuid
from datetime import timedelta
from typing import Any, Final

import jwt
import msgspec
from jwt.utils import base64url_decode, base64url_encode

from kubecfg_core.errors import SettingsError, Unauthenticated
from kubecfg_core.ports.clock import Clock
from kubecfg_core.ports.token_service import TokenService
from kubecfg_core.secret import Secret
from kubecfg_core.users import AccessToken, Claims, User

# RFC 7518, 3.2: a key at least as long as the hash.
_KEY_BYTES: Final = {"HS256": 32, "HS384": 48, "HS512": 64}
_LEEWAY: Final = 10.0
_LONGEST_TOKEN: Final = 8 * 1024
_LONGEST_EXTERNAL: Final = timedelta(days=1)
_NUMBER: Final = re.compile(r"[0-9]{1,18}")


class _Own(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    sub: str
    iss: str
    aud: str
    iat: int
    exp: int
    jti: str
    ver: int
    nbf: float | None = None


class _External(msgspec.Struct, frozen=True, kw_only=True):
    iss: str
    exp: float
    user_id: int | str | None = None
    sub: int | str | None = None
    iat: float | None = None
    nbf: float | None = None


class JwtTokens(TokenService):
    """Signs and reads tokens of one algorithm and one key, which no header of a token can change.

    `lifetime` is how long ours hold, and the longest that one may claim to. `external_issuer` names the identity
    service whose tokens are accepted too, where they end within `external_lifetime` from now; its users are numbered by
    `user_id`, or by `sub`. Raises `SettingsError` that names the variable.
    """

    def __init__(
        self,
        *,
        secret: Secret,
        clock: Clock,
        lifetime: timedelta,
        algorithm: str = "HS256",
        issuer: str = "kubecfg",
        audience: str = "kubecfg",
        external_issuer: str | None = None,
        external_lifetime: timedelta = _LONGEST_EXTERNAL,
    ) -> None:
        self._key = secret.reveal().encode("utf-8", "surrogateescape")
        _check(self._key, algorithm, issuer, external_issuer)
        self._clock = clock
        self._lifetime = lifetime.total_seconds()
        self._algorithm = algorithm
        self._issuer = issuer
        self._audience = audience
        self._external_issuer = external_issuer
        self._external_lifetime = external_lifetime.total_seconds()

    def issue(self, user: User) -> AccessToken:
        """A token for this user, with an id of its own."""
        now = int(self._clock.now().timestamp())
        own = _Own(
            sub=str(user.id),
            iss=self._issuer,
            aud=self._audience,
            iat=now,
            exp=now + int(self._lifetime),
            jti=uuid.uuid4().hex,
            ver=user.token_version,
        )
        token = jwt.encode(msgspec.to_builtins(own), self._key, algorithm=self._algorithm)
        return AccessToken(access_token=token, expires_in=int(self._lifetime))

    def read(self, token: str) -> Claims:
        """What the token says, once its signature and every claim hold."""
        payload = self._verified(token)
        try:
            if self._external_issuer is not None and payload.get("iss") == self._external_issuer:
                return self._read_external(msgspec.convert(payload, _External))
            return self._read_own(msgspec.convert(payload, _Own))
        except msgspec.ValidationError as error:
            raise Unauthenticated("The token is not valid: a claim is missing or malformed.") from error

    def _verified(self, token: str) -> dict[str, Any]:
        """The payload of a token with a right signature. The claims are checked here, since the time is the clock's."""
        if len(token) > _LONGEST_TOKEN:
            raise Unauthenticated("The token is not valid: it is too long.")
        unchecked = ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")
        options: Any = {"verify_signature": True, **{f"verify_{claim}": False for claim in unchecked}}
        try:
            payload: dict[str, Any] = jwt.decode(token, self._key, algorithms=[self._algorithm], options=options)
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            raise Unauthenticated("The token is not valid.") from error
        if not _spelt_as_signed(token):
            raise Unauthenticated("The token is not valid.")
        return payload

    def _read_own(self, own: _Own) -> Claims:
        if own.iss != self._issuer or own.aud != self._audience:
            raise Unauthenticated("The token is not valid: it was not made for this service.")
        if not 0 < own.exp - own.iat <= self._lifetime:
            raise Unauthenticated("The token is not valid: it claims too long a life.")
        if not _NUMBER.fullmatch(own.sub):
            raise Unauthenticated("The token is not valid: it names no user.")
        self._check_times(own.exp, own.iat, own.nbf)
        return Claims(subject=own.sub, issuer=own.iss, external=False, token_version=own.ver)

    def _read_external(self, external: _External) -> Claims:
        number = str(external.sub if external.user_id is None else external.user_id)
        if not _NUMBER.fullmatch(number):
            raise Unauthenticated("The token is not valid: it has no numeric user_id or sub.")
        if external.exp - self._now() > self._external_lifetime:
            raise Unauthenticated("The token is not valid: it claims too long a life.")
        self._check_times(external.exp, external.iat, external.nbf)
        return Claims(subject=str(int(number)), issuer=external.iss, external=True)

    def _check_times(self, exp: float, *not_before: float | None) -> None:
        """Raise unless now lies between. Written so that a number that is none (NaN) does not pass."""
        if not self._now() < exp + _LEEWAY:
            raise Unauthenticated("The token has expired; log in again.")
        if not all(time <= self._now() + _LEEWAY for time in not_before if time is not None):
            raise Unauthenticated("The token is not valid yet.")

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _spelt_as_signed(token: str) -> bool:
    """Whether the signature has the one spelling it is written in: base64 has spare bits, and what follows a `=`."""
    signature = token.rpartition(".")[2]
    return base64url_encode(base64url_decode(signature)).decode() == signature


def _check(key: bytes, algorithm: str, issuer: str, external_issuer: str | None) -> None:
    if algorithm not in _KEY_BYTES:
        raise SettingsError(
            f"JWT_ALGORITHM: it must be one of {', '.join(_KEY_BYTES)}, which sign with JWT_SECRET_KEY."
        )
    needed = _KEY_BYTES[algorithm]
    if len(key) < needed:
        raise SettingsError(f"JWT_SECRET_KEY: {algorithm} needs {needed} bytes or more; it has {len(key)}.")
    if external_issuer is not None and external_issuer in ("", issuer):
        raise SettingsError("KUBECFG_JWT_EXTERNAL_ISSUER: it must not be empty, nor our own issuer.")
    try:
        jwt.encode({}, key, algorithm=algorithm)
    except jwt.PyJWTError as error:  # a PEM or SSH key, which others may know the public half of
        raise SettingsError(f"JWT_SECRET_KEY: it cannot be a key of {algorithm}.") from error
