"""An OpenID Connect provider: signs tokens, and publishes its keys on a server of its own."""

import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import jwt
import trustme
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from tests.fakes.tls_server import serving

AUDIENCE = "kubecfg"


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def jwk(key: Any, kid: str | None, **more: Any) -> dict[str, Any]:
    """The public half of a private key, as it is published."""
    algorithm = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    published: dict[str, Any] = json.loads(algorithm.to_jwk(key.public_key()))
    return {**published, **({} if kid is None else {"kid": kid}), "use": "sig", **more}


@dataclass
class Issuer:
    """What it publishes can be changed between requests; `asked` has the paths that were asked for."""

    key: rsa.RSAPrivateKey = field(default_factory=rsa_key)
    url: str = ""
    keys: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    discovery: dict[str, Any] = field(default_factory=dict)
    answer: web.StreamResponse | None = None
    ca_pem: bytes = b""
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def __post_init__(self) -> None:
        self.keys.append(jwk(self.key, "one"))

    def claims(self, now: datetime, **changes: Any) -> dict[str, Any]:
        """Those of a token that holds; a change to None leaves a claim out."""
        moment = int(now.timestamp())
        claims = {"iss": self.url, "sub": "248289761001", "aud": AUDIENCE, "iat": moment, "exp": moment + 600}
        return {name: value for name, value in {**claims, **changes}.items() if value is not None}

    def token(self, now: datetime, headers: dict[str, Any] | None = None, **changes: Any) -> str:
        """A signed token."""
        return jwt.encode(self.claims(now, **changes), self.key, "RS256", headers={"kid": "one", **(headers or {})})

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        if self.answer is not None:
            return self.answer
        if request.path == "/.well-known/openid-configuration":
            return web.json_response({"issuer": self.url, "jwks_uri": f"{self.url}/keys", **self.discovery})
        return web.json_response({"keys": self.keys})


@asynccontextmanager
async def issuing() -> AsyncIterator[Issuer]:
    """A provider that listens, and whose CA is in its `tls`."""
    authority, issuer = trustme.CA(), Issuer()
    authority.configure_trust(issuer.tls)
    issuer.ca_pem = authority.cert_pem.bytes()
    async with serving(issuer.handle, authority) as url:
        issuer.url = url
        yield issuer


def ec_key(curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(curve or ec.SECP256R1())
