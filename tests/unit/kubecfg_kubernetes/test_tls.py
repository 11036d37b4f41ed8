import base64
import ssl
from typing import Any

import pytest
import trustme

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.errors import InvalidInput
from kubecfg_core.secret import Secret
from kubecfg_core.tls import ssl_context

NOT_PEM = base64.b64encode(b"-----BEGIN NONSENSE-----").decode()


def encoded(text: bytes) -> str:
    return base64.b64encode(text).decode()


def target(**fields: Any) -> ClusterTarget:
    return ClusterTarget(name="test", server_url="https://api.example.com", **fields)


def test_the_certificate_is_verified_with_tls_1_2_or_later() -> None:
    context = ssl_context(target())
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2


def test_the_clusters_own_authority_is_the_only_one_trusted() -> None:
    context = ssl_context(target(ca_data=encoded(trustme.CA().cert_pem.bytes())))
    assert len(context.get_ca_certs()) == 1


def test_nothing_is_verified_where_that_is_asked_for() -> None:
    context = ssl_context(target(verify_tls=False))
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_NONE, False)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"ca_data": "***"}, "ca_data"),
        ({"ca_data": NOT_PEM}, "ca_data"),
        ({"ca_data": encoded(b"\xff\xfe")}, "ca_data"),
        ({"tls_cert": "***", "tls_key": Secret(NOT_PEM)}, "tls_cert"),
        ({"tls_cert": NOT_PEM, "tls_key": Secret("***")}, "tls_key"),
        ({"tls_cert": NOT_PEM, "tls_key": Secret(NOT_PEM)}, "tls_cert, tls_key"),
    ],
)
def test_what_cannot_be_used_is_named(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidInput, match=f"^{named}: "):
        ssl_context(target(**fields))


def test_a_key_of_another_certificate_is_refused() -> None:
    authority = trustme.CA()
    one, other = authority.issue_cert("one"), authority.issue_cert("other")
    certificate = encoded(one.cert_chain_pems[0].bytes())
    key = Secret(encoded(other.private_key_pem.bytes()))
    with pytest.raises(InvalidInput, match="tls_key"):
        ssl_context(target(tls_cert=certificate, tls_key=key))
