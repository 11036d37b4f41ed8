"""How long and how much: the bounds of talking to one cluster."""

import msgspec

from kubecfg_core.errors import TooLarge


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds and bytes.

    `timeout` bounds one small request, and every silence while a list is read; `list_timeout` bounds a whole list;
    `connect_timeout` the TCP and TLS handshakes. `max_bytes` is how much of all lists of one gateway is taken together,
    decompressed.
    `page_limit` asks for pages of that many objects, from storage; without it a list is one answer of the watch cache.
    """

    timeout: float = 10.0
    connect_timeout: float = 3.0
    list_timeout: float = 60.0
    max_bytes: int = 512 * 1024 * 1024
    page_limit: int | None = None


class Room:
    """How many bytes of lists a gateway may still take: lists are read side by side, and the process has one memory."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.left = most

    def take(self, size: int) -> None:
        """Count bytes that came. Raises `TooLarge` beyond the most."""
        self.left -= size
        if self.left < 0:
            raise TooLarge(f"what is read of the cluster is more than {self.most / 2**20:,.0f} MiB")
