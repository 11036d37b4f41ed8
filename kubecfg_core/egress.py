"""Where the service may connect: judged per address, at connect time, after the name was resolved."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from kubecfg_core.errors import AddressRefused

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Cloud metadata services that lie outside the link-local ranges.
_METADATA: Final = tuple(
    ip_network(text) for text in ("100.100.100.200/32", "168.63.129.16/32", "fd00:ec2::254/128", "192.0.0.192/32")
)
_THIS_NETWORK: Final = IPv4Network("0.0.0.0/8")
_LOOPBACK: Final = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
_NAT64: Final = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class EgressPolicy:
    """Which addresses may be connected to. `allow` wins over everything, then `deny`, then what is never safe.

    Loopback, link-local, multicast, unspecified, reserved and metadata addresses are refused by default, also in
    their IPv4-mapped, NAT64 and 6to4 forms. Private ranges are let through: API servers live there.
    """

    allow: tuple[Network, ...] = ()
    deny: tuple[Network, ...] = ()

    @classmethod
    def parse(cls, allow: Iterable[str] = (), deny: Iterable[str] = ()) -> "EgressPolicy":
        """From CIDR texts. Raises `ValueError` that names the one that is none."""
        return cls(tuple(ip_network(text) for text in allow), tuple(ip_network(text) for text in deny))

    def permits(self, address: str) -> bool:
        """Whether this IP address (text, a zone index is ignored) may be connected to."""
        ip = _unwrap(ip_address(address.partition("%")[0]))
        if _within(ip, self.allow):
            return True
        return not (_within(ip, self.deny) or _never_safe(ip))

    def check(self, address: str, *, host: str) -> None:
        """Raise `AddressRefused` unless the address is permitted. `host` is what the caller named.

        The message does not give the resolved address: it would map our network for whoever asks.
        """
        if not self.permits(address):
            raise AddressRefused(
                f"The service may not connect to {host!r}: the egress policy refuses its address "
                "(KUBECFG_EGRESS_ALLOW_CIDRS lets addresses in)."
            )

    def check_host(self, host: str) -> None:
        """Raise `AddressRefused` where the host is an address that is not permitted, or means loopback (RFC 6761).

        Also for the spellings that only the system's resolver understands: `127.1`, `2130706433`. What a name resolves
        to is judged when it is connected to, since it may be another address by then.
        """
        last = host.rstrip(".").rpartition(".")[2].lower()
        try:
            address = ip_address("127.0.0.1" if last == "localhost" else host.partition("%")[0])
        except ValueError as error:
            if last.isdigit() or last.startswith("0x"):
                raise AddressRefused(f"{host!r} is not a way to write an IP address that is accepted here.") from error
            return
        self.check(str(address), host=host)

    def check_literal(self, url: str) -> None:
        """Raise `AddressRefused` where the URL's host is one that `check_host` refuses."""
        self.check_host(urlsplit(url).hostname or "")

    def vetted(self, addresses: Iterable[str], *, host: str) -> list[str]:
        """Those of the host's addresses that are permitted. Raises `AddressRefused` where none of them is."""
        found = list(addresses)
        permitted = [address for address in found if self.permits(address)]
        if found and not permitted:
            self.check(found[0], host=host)
        return permitted

    def for_own(self, url: str) -> "EgressPolicy":
        """The policy for a service that the settings name: Prometheus, a language model.

        An address that the settings spell out is permitted, loopback too: whoever runs the service wrote it. What a
        name resolves to is judged, so that whoever holds the name cannot lead us to loopback or to metadata. `deny` is
        for what callers name, and does not count.
        """
        host = urlsplit(url).hostname or ""
        return EgressPolicy(allow=(*self.allow, *_spelt_out(host)), deny=())


def _spelt_out(host: str) -> tuple[Network, ...]:
    """The addresses that a host says without being resolved."""
    if host.rstrip(".").lower() == "localhost":
        return _LOOPBACK
    try:
        return (ip_network(_unwrap(ip_address(host.partition("%")[0]))),)
    except ValueError:
        return ()


def _within(ip: Address, networks: Iterable[Network]) -> bool:
    return any(ip.version == network.version and ip in network for network in networks)


def _never_safe(ip: Address) -> bool:
    # is_reserved covers 240/4 and IPv4's broadcast, but also all of NAT64, which _unwrap has taken care of.
    return (
        ip.is_loopback
        or ip.is_link_local
        or ip.is_multicast
        or ip.is_unspecified
        or ip.is_reserved
        or _within(ip, _METADATA)
        or _within(ip, (_THIS_NETWORK,))
    )


def _unwrap(ip: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, where it does: what will really be reached."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip.sixtofour is not None:
        return ip.sixtofour
    if ip in _NAT64 or (int(ip) >> 32 == 0 and int(ip) > 1):
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip
