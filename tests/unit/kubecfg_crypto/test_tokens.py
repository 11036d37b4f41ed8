import base64
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest

from kubecfg_core.errors import SettingsError, Unauthenticated
from kubecfg_core.secret import Secret
from kubecfg_core.testing.clock import FakeClock
from kubecfg_core.users import Claims, Role, User
from kubecfg_crypto import JwtTokens

KEY = "Zk3-9vQ1_hG7sL2pWx8RtY5uB0nMcE4aDfJiKoPqSvTzXyC6bN1mGhUe2rWd3t4y5u"
EXTERNAL = "https://login.example"
NOW = int(FakeClock().now().timestamp())
USER = User(id=7, username="ann", role=Role.ADMIN, token_version=3, created_at=FakeClock().now())


def make(**settings: Any) -> JwtTokens:
    return JwtTokens(**{"secret": Secret(KEY), "clock": FakeClock(), "lifetime": timedelta(minutes=30), **settings})


def signed(claims: dict[str, Any], *, key: str = KEY, algorithm: str = "HS256", without: str = "") -> str:
    kept = {name: value for name, value in claims.items() if name != without}
    # Not jwt.encode: it refuses to make some of what must be refused when read.
    return jwt.api_jws.encode(json.dumps(kept).encode(), key, algorithm=algorithm)


def own(**changes: Any) -> dict[str, Any]:
    claims = {"sub": "7", "iss": "kubecfg", "aud": "kubecfg", "iat": NOW, "exp": NOW + 1800, "jti": "a", "ver": 3}
    return {**claims, **changes}


def external(**changes: Any) -> dict[str, Any]:
    return {"iss": EXTERNAL, "exp": NOW + 1800, "user_id": 12, **changes}


def raw(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """A token that its writer did not sign."""
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims))
    return ".".join(parts) + "."


def test_a_token_made_by_hand_as_ours_are_is_taken() -> None:
    assert make().read(signed(own())).subject == "7"


def test_a_given_token_has_every_claim() -> None:
    claims = jwt.decode(make().issue(USER).access_token, options={"verify_signature": False})

    assert sorted(claims) == ["aud", "exp", "iat", "iss", "jti", "sub", "ver"]
    assert (claims["sub"], claims["exp"] - claims["iat"], claims["ver"]) == ("7", 1800, 3)


@pytest.mark.parametrize("claim", sorted(own()))
def test_a_token_without_one_of_the_claims_is_refused(claim: str) -> None:
    with pytest.raises(Unauthenticated):
        make().read(signed(own(), without=claim))


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "another"}, {"aud": ["kubecfg", "another"]}, {"aud": None}, {"iss": "another"}, {"iss": ["kubecfg"]},
        {"sub": 7}, {"sub": None}, {"ver": "3"}, {"ver": None}, {"jti": 1},
        {"exp": NOW - 60}, {"exp": NOW + 1801}, {"exp": 1e30}, {"exp": float("inf")}, {"exp": float("nan")},
        {"exp": str(NOW + 60)}, {"exp": True}, {"exp": -1}, {"exp": None},
        {"iat": NOW + 600, "exp": NOW + 1800}, {"iat": NOW + 1800, "exp": NOW + 60}, {"iat": 0}, {"iat": float("nan")},
    ],
    ids=str,
)  # fmt: skip
def test_a_token_with_a_wrong_claim_is_refused_though_well_signed(change: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        make().read(signed(own(**change)))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "HS256", "RS256", ""])
def test_an_unsigned_token_is_refused_whatever_it_calls_itself(algorithm: str) -> None:
    with pytest.raises(Unauthenticated):
        make(external_issuer=EXTERNAL).read(raw({"alg": algorithm, "typ": "JWT"}, own()))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_another_algorithm_of_the_same_key_is_refused(algorithm: str) -> None:
    with pytest.raises(Unauthenticated):
        make().read(signed(own(), algorithm=algorithm))


def test_no_other_spelling_of_a_signature_is_taken() -> None:
    token = signed(own())
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    for spelling in [token + "=", *(token[:-1] + letter for letter in letters if letter != token[-1])]:
        with pytest.raises(Unauthenticated):
            make().read(spelling)


def test_a_token_that_is_not_valid_yet_is_refused() -> None:
    assert make().read(signed(own(nbf=NOW))).subject == "7"
    with pytest.raises(Unauthenticated, match="not valid yet"):
        make().read(signed(own(nbf=NOW + 60)))


@pytest.mark.parametrize("subject", ["", " 7", "-7", "+7", "7.0", "\u0667", "0x7", "7" * 19, "ann"])
def test_a_subject_is_a_number_in_plain_digits(subject: str) -> None:
    with pytest.raises(Unauthenticated):
        make().read(signed(own(sub=subject)))


def test_another_key_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        make().read(signed(own(), key=KEY[::-1]))


def test_the_header_chooses_no_key() -> None:
    attackers = {"kty": "oct", "k": base64.urlsafe_b64encode(KEY[::-1].encode()).decode(), "alg": "HS256"}
    for header in ({"jwk": attackers}, {"kid": "../../dev/null"}, {"jku": "https://evil.example/keys"}):
        token = jwt.encode(own(), KEY[::-1], algorithm="HS256", headers=header)
        with pytest.raises(Unauthenticated):
            make().read(token)


@pytest.mark.parametrize("payload", [b"[]", b"1", b"null", b"\xff", b"{", b"[" * 3000, b'{"exp":' + b"9" * 5000 + b"}"])
def test_a_well_signed_payload_that_is_no_object_is_refused(payload: bytes) -> None:
    with pytest.raises(Unauthenticated):
        make().read(jwt.api_jws.encode(payload, KEY, algorithm="HS256"))


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_each_algorithm_reads_what_it_signs(algorithm: str) -> None:
    tokens = make(algorithm=algorithm)

    assert tokens.read(tokens.issue(USER).access_token).subject == "7"


@pytest.mark.parametrize(
    "claims",
    [
        {"user_id": 12}, {"user_id": "12"}, {"user_id": None, "sub": "12"}, {"user_id": None, "sub": 12},
        {"sub": "a name"}, {"user_id": "0012"}, {"aud": "anything"},
        {"iat": NOW - 5, "nbf": NOW - 5}, {"exp": NOW + 60.5},
    ],
    ids=str,
)  # fmt: skip
def test_an_external_token_is_taken_for_its_number(claims: dict[str, Any]) -> None:
    tokens = make(external_issuer=EXTERNAL)

    assert tokens.read(signed(external(**claims))) == Claims(subject="12", issuer=EXTERNAL, external=True)


@pytest.mark.parametrize(
    "claims",
    [
        {"user_id": None}, {"user_id": "ann"}, {"user_id": ""}, {"user_id": -1}, {"user_id": 1.5}, {"user_id": True},
        {"user_id": [12]}, {"user_id": "1" * 19}, {"user_id": "1" * 4999},
        {"user_id": "\u0661\u0662"}, {"user_id": "1\n"},
        {"iss": "another"}, {"iss": EXTERNAL + "/"}, {"iss": None},
        {"exp": NOW - 60}, {"exp": None}, {"exp": 1e30}, {"exp": float("nan")}, {"exp": float("inf")},
        {"exp": NOW + 86_400 * 2}, {"nbf": NOW + 600}, {"iat": NOW + 600}, {"nbf": float("nan")},
    ],
    ids=lambda claims: str(claims)[:50],
)  # fmt: skip
def test_an_external_token_with_a_wrong_claim_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        make(external_issuer=EXTERNAL).read(signed(external(**claims)))


def test_an_external_token_needs_an_end() -> None:
    with pytest.raises(Unauthenticated):
        make(external_issuer=EXTERNAL).read(signed(external(), without="exp"))


def test_without_the_setting_no_external_token_is_taken() -> None:
    with pytest.raises(Unauthenticated):
        make().read(signed(external()))


def test_an_external_token_never_passes_for_ours() -> None:
    claims = make(external_issuer=EXTERNAL).read(signed(own(iss=EXTERNAL)))

    assert (claims.external, claims.issuer, claims.token_version) == (True, EXTERNAL, 0)


@pytest.mark.parametrize(
    ("setting", "variable"),
    [
        ({"algorithm": "none"}, "JWT_ALGORITHM"),
        ({"algorithm": "RS256"}, "JWT_ALGORITHM"),
        ({"algorithm": "hs256"}, "JWT_ALGORITHM"),
        ({"secret": Secret(KEY[:31])}, "JWT_SECRET_KEY"),
        ({"secret": Secret(KEY[:63]), "algorithm": "HS512"}, "JWT_SECRET_KEY"),
        ({"secret": Secret("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")}, "JWT_SECRET_KEY"),
        ({"external_issuer": "kubecfg"}, "KUBECFG_JWT_EXTERNAL_ISSUER"),
        ({"external_issuer": ""}, "KUBECFG_JWT_EXTERNAL_ISSUER"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_name(setting: dict[str, Any], variable: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        make(**setting)


def test_the_service_does_not_show_its_key() -> None:
    assert KEY not in repr(make())
