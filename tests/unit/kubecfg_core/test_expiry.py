import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.expiry import certificate_expiry, expiry_of, token_expiry
from kubecfg_core.secret import Secret

KEY = ec.generate_private_key(ec.SECP256R1())
END = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)


def jwt(claims: object) -> str:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"eyJhbGciOiJSUzI1NiJ9.{body}.c2ln"


def certificate(end: datetime) -> str:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "system:admin")])
    made = (
        x509.CertificateBuilder(name, name, KEY.public_key(), x509.random_serial_number())
        .not_valid_before(end - timedelta(days=1))
        .not_valid_after(end)
        .sign(KEY, hashes.SHA256())
    )
    return base64.b64encode(made.public_bytes(serialization.Encoding.PEM)).decode()


CERTIFICATE = certificate(END)


def test_a_service_accounts_token_ends_when_it_says() -> None:
    assert token_expiry(jwt({"exp": END.timestamp(), "sub": "system:serviceaccount:default:robot"})) == END


@pytest.mark.parametrize(
    "token",
    ["", "opaque", "a.b", "a.b.c", "..", jwt({}), jwt({"exp": "soon"}), jwt({"exp": -1}), jwt({"exp": 1e30}), jwt([])],
)
def test_a_token_without_a_readable_end_has_none(token: str) -> None:
    assert token_expiry(token) is None


@given(st.text())
def test_no_text_is_too_odd_for_a_token(text: str) -> None:
    token_expiry(text)
    token_expiry(f"a.{text}.c")


@given(st.datetimes(min_value=datetime(1951, 1, 1), max_value=datetime(9999, 12, 31)))  # noqa: DTZ001 - hypothesis wants them so
def test_a_certificate_ends_when_cryptography_says(end: datetime) -> None:
    whole = end.replace(microsecond=0, tzinfo=UTC)

    assert certificate_expiry(certificate(whole)) == whole


@given(st.binary())
def test_no_bytes_are_too_odd_for_a_certificate(body: bytes) -> None:
    pem = b"-----BEGIN CERTIFICATE-----\n" + base64.b64encode(body) + b"\n-----END CERTIFICATE-----\n"

    assert certificate_expiry(base64.b64encode(pem).decode()) is None


@given(st.data())
def test_a_damaged_certificate_raises_nothing(data: st.DataObject) -> None:
    pem = base64.b64decode(CERTIFICATE)
    der = bytearray(base64.b64decode(b"".join(pem.splitlines()[1:-1])))
    for _ in range(data.draw(st.integers(1, 4))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    damaged = b"-----BEGIN CERTIFICATE-----\n" + base64.b64encode(bytes(der)) + b"\n-----END CERTIFICATE-----\n"

    certificate_expiry(base64.b64encode(damaged).decode())


def test_a_credential_ends_with_the_first_of_its_parts() -> None:
    target = ClusterTarget(
        name="a",
        server_url="https://kube.example",
        token=Secret(jwt({"exp": (END + timedelta(days=1)).timestamp()})),
        tls_cert=CERTIFICATE,
    )

    assert expiry_of(target) == END


def test_a_credential_of_no_known_end_has_none() -> None:
    assert expiry_of(ClusterTarget(name="a", server_url="https://kube.example", token=Secret("opaque"))) is None
