"""Which tokens of an identity provider are taken, and which are not."""

import base64
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kubecfg_core.egress import EgressPolicy
from kubecfg_core.errors import PermissionDenied, Unauthenticated, UpstreamError, UpstreamUnreachable
from kubecfg_core.testing.clock import FakeClock
from kubecfg_core.users import Claims, Role
from kubecfg_oidc import OidcProvider, RoleMapping
from tests.fakes.identity_provider import AUDIENCE, Issuer, ec_key, issuing, jwk, rsa_key

HERE = EgressPolicy.parse(["127.0.0.0/8"])


@dataclass
class Place:
    issuer: Issuer
    clock: FakeClock = field(default_factory=FakeClock)

    def provider(self, *, egress: EgressPolicy = HERE, **options: Any) -> OidcProvider:
        return OidcProvider(self.issuer.url, AUDIENCE, clock=self.clock, egress=egress, tls=self.issuer.tls, **options)

    def token(self, **changes: Any) -> str:
        return self.issuer.token(self.clock.now(), **changes)

    def signed(self, key: Any, algorithm: str, headers: dict[str, Any]) -> str:
        return jwt.encode(self.issuer.claims(self.clock.now()), key, algorithm, headers=headers)


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with issuing() as issuer:
        yield Place(issuer)


async def test_a_token_says_who_it_is(place: Place) -> None:
    claims = await place.provider().read(place.token(preferred_username="bob@example.com"))

    assert claims == Claims(
        subject="248289761001",
        issuer=place.issuer.url,
        external=True,
        first_role=Role.VIEWER,
        display_name="bob@example.com",
    )


async def test_a_token_for_several_audiences_is_for_us_too(place: Place) -> None:
    assert (await place.provider().read(place.token(aud=["other", AUDIENCE]))).external


async def test_an_elliptic_key_is_taken(place: Place) -> None:
    key = ec_key()
    place.issuer.keys.append(jwk(key, "two", alg="ES256"))

    assert (await place.provider().read(place.signed(key, "ES256", {"kid": "two"}))).external


async def test_its_own_tokens_are_known_by_their_issuer(place: Place) -> None:
    provider = place.provider()

    assert provider.claims_to_issue(place.token())
    for other in (place.token(iss="https://other.example"), place.token(iss=None), "", "a.b.c", "x" * 10_000):
        assert not provider.claims_to_issue(other)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://other.example"},
        {"aud": "other"},
        {"aud": []},
        {"aud": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"sub": "a\nb"},
        {"exp": None},
        {"iat": None},
        {"exp": 1e30},
        {"exp": float("nan")},
        {"iat": float("nan")},
        {"exp": "tomorrow"},
    ],
    ids=str,
)
async def test_a_token_with_an_unfit_claim_is_refused(place: Place, changes: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        await place.provider().read(place.token(**changes))


@pytest.mark.parametrize(
    "shifts",
    [
        {"exp": -60, "iat": -120},
        {"iat": 60, "exp": 120},
        {"nbf": 60},
        {"iat": 0, "exp": 86_401},
        {"iat": 100, "exp": 50},
    ],
    ids=["expired", "issued in the future", "not yet", "overlong", "backwards"],
)
async def test_a_token_of_another_time_is_refused(place: Place, shifts: dict[str, int]) -> None:
    now = int(place.clock.now().timestamp())

    with pytest.raises(Unauthenticated):
        await place.provider().read(place.token(**{name: now + shift for name, shift in shifts.items()}))


def unsigned(place: Place) -> str:
    parts = [{"alg": "none", "kid": "one"}, place.issuer.claims(place.clock.now())]
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


def by_hmac(place: Place, encoding: Encoding) -> str:
    """Signed as HS256, with the text of the public key as the secret."""
    import hashlib
    import hmac

    secret = place.issuer.key.public_key().public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
    header = {"alg": "HS256", "typ": "JWT", "kid": "one"}
    parts = [header, place.issuer.claims(place.clock.now())]
    text = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    mac = hmac.new(secret, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def respelt(token: str) -> str:
    """The same signature in base64 whose spare bits are not zero."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + letters[letters.index(token[-1]) + 1]


FORGED: dict[str, Callable[[Place], str]] = {
    "unsigned": unsigned,
    "the public key as an HMAC secret (PEM)": lambda place: by_hmac(place, Encoding.PEM),
    "the public key as an HMAC secret (DER)": lambda place: by_hmac(place, Encoding.DER),
    "another key under a known id": lambda place: place.signed(rsa_key(), "RS256", {"kid": "one"}),
    "another algorithm of the right key": lambda place: place.signed(place.issuer.key, "RS512", {"kid": "one"}),
    "a padding that is not the key's": lambda place: place.signed(place.issuer.key, "PS256", {"kid": "one"}),
    "an id that is not published": lambda place: place.signed(place.issuer.key, "RS256", {"kid": "two"}),
    "no id": lambda place: place.signed(place.issuer.key, "RS256", {}),
    "a path as an id": lambda place: place.signed(b"x" * 32, "HS256", {"kid": "../../../../dev/null"}),
    "SQL as an id": lambda place: place.signed(rsa_key(), "RS256", {"kid": "one' OR '1'='1"}),
    "a critical header": lambda place: place.signed(place.issuer.key, "RS256", {"kid": "one", "crit": ["exp"]}),
    "a cut off signature": lambda place: place.token()[:-20],
    "a signature in another spelling": lambda place: respelt(place.token()),
    "no token": lambda place: "a.b.c",
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
async def test_a_forged_token_is_refused(place: Place, forge: Callable[[Place], str]) -> None:
    with pytest.raises(Unauthenticated):
        await place.provider().read(forge(place))


@pytest.mark.parametrize("name", ["jku", "x5u", "jwk", "x5c"])
async def test_a_key_that_the_token_brings_along_is_not_looked_at(place: Place, name: str) -> None:
    forger, asked = Issuer(), len(place.issuer.asked)
    brought: dict[str, Any] = {
        "jku": f"{place.issuer.url}/forged",
        "x5u": f"{place.issuer.url}/forged",
        "jwk": jwk(forger.key, "forged"),
        "x5c": ["MIIB"],
    }
    token = place.signed(forger.key, "RS256", {"kid": "forged", name: brought[name]})

    with pytest.raises(Unauthenticated):
        await place.provider().read(token)
    assert place.issuer.asked[asked:] == ["/.well-known/openid-configuration", "/keys"]


@pytest.mark.filterwarnings("ignore:The RSA key is 1024 bits")
@pytest.mark.parametrize(
    ("key", "algorithm", "more"),
    [
        (rsa_key(1024), "RS256", {}),
        (ec_key(ec.SECP384R1()), "ES384", {}),
        (rsa_key(), "RS256", {"use": "enc"}),
        (rsa_key(), "RS256", {"alg": "RS512"}),
    ],
    ids=["short", "other curve", "for encryption", "for another algorithm"],
)
async def test_an_unfit_key_is_not_used(place: Place, key: Any, algorithm: str, more: dict[str, Any]) -> None:
    place.issuer.keys = [jwk(key, "two", **more)]

    with pytest.raises(Unauthenticated):
        await place.provider().read(place.signed(key, algorithm, {"kid": "two"}))


async def test_a_symmetric_key_that_is_published_is_not_used(place: Place) -> None:
    secret = b"x" * 32
    place.issuer.keys = [{"kty": "oct", "kid": "two", "k": base64.urlsafe_b64encode(secret).decode().rstrip("=")}]

    with pytest.raises(Unauthenticated):
        await place.provider().read(place.signed(secret, "HS256", {"kid": "two"}))


async def test_keys_are_fetched_once_and_again_when_they_are_old(place: Place) -> None:
    provider = place.provider(jwks_url=f"{place.issuer.url}/keys")
    for _ in range(3):
        await provider.read(place.token())
    assert place.issuer.asked == ["/keys"]

    place.clock.advance(601)
    await provider.read(place.token())
    assert place.issuer.asked == ["/keys", "/keys"]


async def test_a_new_key_is_noticed_and_made_up_ids_cause_one_fetch_a_minute(place: Place) -> None:
    provider = place.provider(jwks_url=f"{place.issuer.url}/keys")
    await provider.read(place.token())
    new = rsa_key()
    place.issuer.keys = [jwk(new, "two")]
    place.clock.advance(61)

    assert (await provider.read(place.signed(new, "RS256", {"kid": "two"}))).external
    for number in range(20):
        with pytest.raises(Unauthenticated):
            await provider.read(place.signed(new, "RS256", {"kid": f"made-up-{number}"}))
    assert place.issuer.asked == ["/keys", "/keys"]


async def test_a_key_that_is_no_longer_published_ends_with_the_next_fetch(place: Place) -> None:
    provider = place.provider()
    await provider.read(place.token())
    place.issuer.keys = [jwk(rsa_key(), "two")]
    place.clock.advance(601)

    with pytest.raises(Unauthenticated):
        await provider.read(place.token())


async def test_known_keys_outlast_a_short_absence_and_not_a_long_one(place: Place) -> None:
    provider = place.provider()
    await provider.read(place.token())
    place.issuer.answer = web.Response(status=503)

    place.clock.advance(1800)
    assert (await provider.read(place.token())).external
    place.clock.advance(1801)
    with pytest.raises(UpstreamError):
        await provider.read(place.token())


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(status=302, headers={"Location": "https://169.254.169.254/keys"}),
        lambda: web.Response(status=404),
        lambda: web.Response(text="<html>"),
        lambda: web.json_response({"keys": "none"}),
        lambda: web.json_response([]),
        lambda: web.Response(body=b'{"keys": [' + b" " * 600_000 + b"]}"),
    ],
    ids=["redirect", "absent", "a page", "no list", "no object", "large"],
)
async def test_an_odd_answer_is_an_error_of_the_provider(place: Place, answer: Callable[[], web.Response]) -> None:
    place.issuer.answer = answer()

    with pytest.raises(UpstreamError):
        await place.provider().read(place.token())
    assert len(place.issuer.asked) == 1


async def test_a_discovery_document_of_another_issuer_is_refused(place: Place) -> None:
    place.issuer.discovery = {"issuer": "https://other.example"}

    with pytest.raises(UpstreamError, match="another issuer"):
        await place.provider().read(place.token())


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/keys", "file:///etc/passwd", "https://169.254.169.254/keys"])
async def test_keys_are_fetched_over_https_from_permitted_addresses_alone(place: Place, url: str) -> None:
    place.issuer.discovery = {"jwks_uri": url}

    with pytest.raises(UpstreamUnreachable):
        await place.provider().read(place.token())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"])
async def test_loopback_is_refused_unless_it_is_let_in(place: Place, host: str) -> None:
    url = place.issuer.url.replace("127.0.0.1", host)

    with pytest.raises(UpstreamUnreachable):
        await place.provider(egress=EgressPolicy(), jwks_url=url).read(place.token())
    assert place.issuer.asked == []


async def test_a_certificate_of_nobody_is_refused(place: Place) -> None:
    provider = OidcProvider(place.issuer.url, AUDIENCE, clock=place.clock, egress=HERE)

    with pytest.raises(UpstreamUnreachable):
        await provider.read(place.token())


async def test_a_proxy_in_the_environment_is_not_used(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    assert (await place.provider().read(place.token())).external


async def test_the_role_is_the_highest_that_is_mapped(place: Place) -> None:
    roles = RoleMapping.parse("realm_access.roles", ["devs=operator", "all=viewer", "a=b=admin"])
    provider = place.provider(roles=roles)

    for given, role in ((["all", "devs"], Role.OPERATOR), (["all"], Role.VIEWER), ("a=b", Role.ADMIN)):
        assert (await provider.read(place.token(realm_access={"roles": given}))).role is role


@pytest.mark.parametrize("given", [[], ["admin"], "ADMINS", None, {"admins": True}, ["admins "], [["admins"]]])
async def test_nobody_is_an_admin_unless_it_is_mapped(place: Place, given: Any) -> None:
    provider = place.provider(roles=RoleMapping.parse("groups", ["admins=admin"]))

    with pytest.raises(PermissionDenied):
        await provider.read(place.token(groups=given, roles=["admin"], role="admin"))


@pytest.mark.parametrize("pair", ["admins", "admins=", "=admin", "admins=root", "a=viewer,a=admin"])
def test_an_unfit_mapping_is_refused(pair: str) -> None:
    with pytest.raises(ValueError, match="a"):
        RoleMapping.parse("groups", pair.split(","))
