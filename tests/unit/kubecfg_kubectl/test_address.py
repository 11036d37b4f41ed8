import asyncio
import socket
from typing import Any

import pytest

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.egress import EgressPolicy
from kubecfg_core.errors import AddressRefused, InvalidInput, UpstreamTimeout, UpstreamUnreachable
from kubecfg_kubectl import address
from kubecfg_kubectl.address import Route, find

NONE = EgressPolicy()


def at(url: str, **given: Any) -> ClusterTarget:
    return ClusterTarget(name="x", server_url=url, **given)


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let every name resolve to these addresses, as a name server would."""

    async def answer(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, port)) for found in addresses]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", answer)


async def test_a_name_keeps_its_host_port_and_path_and_gets_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "192.0.2.7", "192.0.2.8", "192.0.2.7")

    route = await find(at("https://api.example:6443/k8s/c1/"), NONE)

    assert route == Route(host="api.example", port=6443, path="/k8s/c1", addresses=("192.0.2.7", "192.0.2.8"))


async def test_an_address_is_its_own_address() -> None:
    assert (await find(at("https://192.0.2.7"), NONE)).addresses == ("192.0.2.7",)


async def test_an_ipv6_address_is_bracketed(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "2001:db8::1")

    assert (await find(at("https://[2001:db8::1]:6443"), NONE)).netloc == "[2001:db8::1]:6443"


async def test_one_refused_address_among_good_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, "192.0.2.7", "169.254.169.254")

    with pytest.raises(AddressRefused):
        await find(at("https://api.example"), NONE)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "0"])
async def test_loopback_is_refused_in_every_spelling(host: str) -> None:
    with pytest.raises((AddressRefused, UpstreamUnreachable)):
        await find(at(f"https://{host}:6443"), NONE)


@pytest.mark.parametrize(
    "url",
    [
        *("http://api.example", "ftp://api.example", "api.example", "https://", "https://user:pw@api.example"),
        *("https://api.example?x=1", "https://api.example#x", "https://api.example:99999", "https://[::1", ""),
    ],
)
async def test_what_is_no_https_url_is_invalid(url: str) -> None:
    with pytest.raises(InvalidInput):
        await find(at(url), NONE)


async def test_a_name_that_does_not_resolve_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: Any, **__: Any) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", fail)

    with pytest.raises(UpstreamUnreachable, match=r"api\.example"):
        await find(at("https://api.example"), NONE)


async def test_a_name_server_that_does_not_answer_is_a_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(*_: Any, **__: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", hang)
    monkeypatch.setattr(address, "RESOLVE_SECONDS", 0.01)

    with pytest.raises(UpstreamTimeout):
        await find(at("https://api.example"), NONE)
