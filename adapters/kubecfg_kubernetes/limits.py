"""How long and how much: the bounds of talking to one cluster."""

import msgspec


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds and bytes.

    `timeout` bounds one small request, and every silence while a list is read; `list_timeout` bounds a whole list;
    `connect_timeout` the TCP and TLS handshakes. `max_bytes` is how much of one list is taken, decompressed.
    `page_limit` asks for pages of that many objects, from storage; without it a list is one answer of the watch cache.
    """

    timeout: float = 10.0
    connect_timeout: float = 3.0
    list_timeout: float = 60.0
    max_bytes: int = 512 * 1024 * 1024
    page_limit: int | None = None
