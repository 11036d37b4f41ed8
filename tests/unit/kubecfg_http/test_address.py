"""Where a request comes from."""

from ipaddress import ip_network

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from kubecfg_http.address import client_address

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
CLIENT = "203.0.113.7"


def told(peer: str, *forwarded: str) -> str:
    headers = CIMultiDict([("X-Forwarded-For", one) for one in forwarded])
    return client_address(make_mocked_request("GET", "/", headers=headers).clone(remote=peer), PROXIES)


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        (CLIENT, [], CLIENT),
        (CLIENT, ["198.51.100.9"], CLIENT),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", [CLIENT], CLIENT),
        ("10.0.0.1", ["198.51.100.9, " + CLIENT], CLIENT),
        ("10.0.0.1", ["198.51.100.9", CLIENT], CLIENT),
        ("10.0.0.1", [CLIENT + ", 10.0.0.2"], CLIENT),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", [CLIENT + ":4711"], CLIENT),
        ("fd00::1", ["[2001:db8::7]:4711"], "2001:db8::7"),
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", [CLIENT + ", <script>"], "10.0.0.1"),
        ("10.0.0.1", [", ".join(["10.0.0.2"] * 1000)], "10.0.0.2"),
        ("", [CLIENT], ""),
    ],
)
def test_the_rightmost_address_that_is_no_trusted_proxy(peer: str, forwarded: list[str], address: str) -> None:
    assert told(peer, *forwarded) == address
