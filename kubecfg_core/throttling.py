"""How long a login has to wait after those that failed before it: a delay that doubles, never a lock."""

from ipaddress import IPv6Address, ip_address
from typing import Final

import msgspec

# Seconds without an attempt after which the failures before it count no more.
FORGOTTEN_AFTER: Final = 3600.0


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """`free` attempts may fail without a delay; the next waits a second, and each one after it twice as long.

    `longest` is the longest delay, in seconds.
    """

    free: int
    longest: float

    def delay(self, failures: int) -> float:
        """Seconds to wait after so many failures."""
        over = failures - self.free
        return 0.0 if over <= 0 else min(self.longest, 2.0 ** min(over - 1, 32))


# A stranger can make an account wait, so its delay stays short: a person can still come in between.
ACCOUNT: Final = Limit(free=10, longest=60.0)
ADDRESS: Final = Limit(free=50, longest=900.0)


def network_of(address: str) -> str:
    """What counts as one address: of IPv6 the /64, since whoever has one address there has them all."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, IPv6Address):
        return str(ip.ipv4_mapped or IPv6Address(int(ip) >> 64 << 64))
    return str(ip)
