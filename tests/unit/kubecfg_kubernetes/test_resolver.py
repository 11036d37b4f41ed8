import socket
from collections.abc import Sequence

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from kubecfg_core.egress import EgressPolicy
from kubecfg_core.errors import AddressRefused
from kubecfg_kubernetes.resolver import GuardedResolver


class Scripted(AbstractResolver):
    """Gives one answer after the other."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in self._answers.pop(0)
        ]

    async def close(self) -> None:
        return


def guarded(*answers: Sequence[str]) -> GuardedResolver:
    resolver = GuardedResolver(EgressPolicy())
    resolver._resolver = Scripted(*answers)  # type: ignore[assignment]  # what is behind it is not the point here
    return resolver


async def test_only_permitted_addresses_are_given() -> None:
    found = await guarded(["169.254.169.254", "203.0.113.7"]).resolve("api.example.com", 6443)
    assert [address["host"] for address in found] == ["203.0.113.7"]


async def test_a_name_that_alternates_is_judged_each_time() -> None:
    resolver = guarded(["203.0.113.7"], ["127.0.0.1"])
    await resolver.resolve("api.example.com", 6443)
    with pytest.raises(AddressRefused):
        await resolver.resolve("api.example.com", 6443)


async def test_a_refusal_names_the_host_and_not_its_address() -> None:
    with pytest.raises(AddressRefused) as caught:
        await guarded(["169.254.169.254"]).resolve("inside.example.com", 6443)
    assert "inside.example.com" in caught.value.message
    assert "169.254" not in caught.value.message


@pytest.mark.parametrize("host", ["api.example.com", "10.0.0.1", "0x-files.example", "2001:db8::1", "a1.b2"])
def test_a_host_that_is_permitted_or_still_to_be_resolved_passes(host: str) -> None:
    EgressPolicy().check_host(host)


@pytest.mark.parametrize(
    "host", ["127.1", "0x7f.1", "2130706433", "0177.0.0.1", "1.2.3.4.", "localhost", "a.LOCALHOST."]
)
def test_an_unusual_way_to_write_an_address_is_refused(host: str) -> None:
    with pytest.raises(AddressRefused):
        EgressPolicy().check_host(host)


def test_loopback_passes_where_it_is_allowed() -> None:
    EgressPolicy.parse(allow=["127.0.0.0/8"]).check_host("localhost")
