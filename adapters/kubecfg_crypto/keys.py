"""The secrets of the service: from a setting, or made at the first start and kept in the data folder."""

import base64
import binascii
import re
import secrets
from itertools import pairwise
from pathlib import Path
from typing import Final

from kubecfg_core.errors import SettingsError
from kubecfg_core.secret import Secret
from kubecfg_crypto.secret_file import read_or_make

_KEYS: Final = "KUBECFG_ENCRYPTION_KEYS"
_KEYS_FILE: Final = "encryption-keys"
_KEY_BYTES: Final = 32
_KEY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
_JWT: Final = "JWT_SECRET_KEY"
_JWT_FILE: Final = "jwt-secret"
_JWT_BYTES: Final = 32
_FEWEST_SYMBOLS: Final = 8
_PLACEHOLDERS: Final = (
    "changeme", "changethis", "yoursecret", "yoursupersecret", "yourjwtsecret", "your256bitsecret", "secretkey",
    "supersecret", "astringsecret", "mysecret", "jwtsecret", "thisisasecret", "placeholder", "example",
)  # fmt: skip
# The key in FastAPI's tutorial, which is in as many services as tutorials are.
_PUBLISHED: Final = ("09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",)


def load_keys(setting: Secret | None, data_dir: Path) -> list[tuple[str, bytes]]:
    """The encryption keys with their ids; the first one seals, all of them open.

    The setting is `id:key,id:key`, each key 32 bytes in base64. Without it a key is made once and kept in
    `encryption-keys` in the data folder. Raises `SettingsError`.
    """
    if setting is not None:
        return _parse_keys(setting.reveal(), _KEYS)
    # A random id: a ring that is set later never has another key under the same name.
    text = read_or_make(
        data_dir / _KEYS_FILE,
        lambda: f"k{secrets.token_hex(4)}:{base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()}",
        variable=_KEYS,
    )
    return _parse_keys(text, f"{_KEYS}: it is not set, and {data_dir / _KEYS_FILE}")


def _parse_keys(text: str, where: str) -> list[tuple[str, bytes]]:
    keys: dict[str, bytes] = {}
    for position, part in enumerate(text.split(","), start=1):
        key_id, colon, encoded = part.strip().partition(":")
        if not colon or not _KEY_ID.fullmatch(key_id):
            raise SettingsError(f"{where}: key {position} is not id:key, with an id of 1 to 32 of A-Z a-z 0-9 _ -.")
        if key_id in keys:
            raise SettingsError(f"{where}: the id {key_id} is there twice.")
        keys[key_id] = _parse_key(encoded, f"{where}: key {key_id}")
    return list(keys.items())


def _parse_key(encoded: str, where: str) -> bytes:
    try:
        key = base64.b64decode(encoded.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise SettingsError(f"{where} is not base64.") from None  # its context would hold the key
    if len(key) != _KEY_BYTES:
        raise SettingsError(f"{where} has {len(key)} bytes; {_KEY_BYTES} are needed (openssl rand -base64 32).")
    if _is_guessable(key):
        raise SettingsError(f"{where} is not random; make one with: openssl rand -base64 32.")
    return key


def load_jwt_secret(setting: Secret | None, data_dir: Path) -> Secret:
    """The key that signs tokens: the setting, or one that is made once and kept in `jwt-secret` in the data folder.

    Raises `SettingsError` for one that is short, well known, or plainly not random.
    """
    if setting is None:
        made = read_or_make(data_dir / _JWT_FILE, lambda: secrets.token_urlsafe(64), variable=_JWT)
        return _checked(made, f"{_JWT}: it is not set, and {data_dir / _JWT_FILE}")
    return _checked(setting.reveal(), f"{_JWT}: it")


def _checked(text: str, where: str) -> Secret:
    advice = "make one with: openssl rand -base64 48."
    plain = re.sub(r"[^a-z0-9]", "", text.lower())
    if plain in _PUBLISHED or any(word in plain for word in _PLACEHOLDERS):
        raise SettingsError(f"{where} is a well-known example; {advice}")
    key = text.encode("utf-8", "surrogateescape")
    if len(key) < _JWT_BYTES:
        raise SettingsError(f"{where} has {len(key)} bytes; at least {_JWT_BYTES} are needed; {advice}")
    if _is_guessable(key):
        raise SettingsError(f"{where} is not random; {advice}")
    return Secret(text)


def _is_guessable(key: bytes) -> bool:
    """Whether it is of few symbols, a repetition or a sequence: 32 random hex digits fail this once in 10 million."""
    steps = {after - before for before, after in pairwise(key)}
    return len(set(key)) < _FEWEST_SYMBOLS or len(steps) < _FEWEST_SYMBOLS
