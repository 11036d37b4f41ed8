"""The keys that a provider publishes (JWKS): those that can sign with an algorithm we take, and no others."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

_MAX_KEYS: Final = 100
_RSA_BITS: Final = range(2048, 8193)
_KEY_ID: Final = re.compile(r"[\x21-\x7e]{1,256}")
_PRIVATE: Final = ("d", "p", "q", "k")


@dataclass(frozen=True, slots=True)
class Key:
    """A public key and the one algorithm that it verifies."""

    algorithm: str
    public: RSAPublicKey | EllipticCurvePublicKey


class _Jwks(msgspec.Struct, frozen=True):
    keys: list[dict[str, Any]]


def read_keys(body: bytes) -> dict[str, Key]:
    """The usable keys by their ids. A key without an id, or of another kind, is left out.

    Raises `ValueError` where it is no key set at all.
    """
    try:
        given = msgspec.json.decode(body, type=_Jwks).keys
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError("it is no JSON Web Key Set") from error
    found: dict[str, Key] = {}
    for entry in given[:_MAX_KEYS]:
        key = _key(entry)
        kid = entry.get("kid")
        if key is not None and isinstance(kid, str) and _KEY_ID.fullmatch(kid):
            found.setdefault(kid, key)
    return found


def _key(entry: Mapping[str, Any]) -> Key | None:
    """RS256 and ES256 alone: never a symmetric key, whatever the set says of it."""
    if entry.get("use", "sig") != "sig" or any(name in entry for name in _PRIVATE):
        return None
    algorithm = {"RSA": "RS256", "EC": "ES256"}.get(str(entry.get("kty")))
    if algorithm is None or entry.get("alg", algorithm) != algorithm:
        return None
    try:
        public = jwt.PyJWK({**entry, "alg": algorithm}).key
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    fits = (isinstance(public, RSAPublicKey) and public.key_size in _RSA_BITS) or (
        isinstance(public, EllipticCurvePublicKey) and isinstance(public.curve, SECP256R1)
    )
    return Key(algorithm, public) if fits else None
