"""Encryption at rest, password hashes and access tokens, on cryptography, argon2-cffi and PyJWT."""

from kubecfg_crypto.keys import load_jwt_secret, load_keys
from kubecfg_crypto.passwords import Argon2Hasher
from kubecfg_crypto.secret_file import read_or_make
from kubecfg_crypto.tokens import JwtTokens
from kubecfg_crypto.vault import AesGcmVault

__all__ = ["AesGcmVault", "Argon2Hasher", "JwtTokens", "load_jwt_secret", "load_keys", "read_or_make"]
