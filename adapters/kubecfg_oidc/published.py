"""A provider's keys, as they are published now: fetched when they are needed, and seldom."""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Final

import msgspec

from kubecfg_core.errors import Unauthenticated, UpstreamError, UpstreamRefused
from kubecfg_core.ports.clock import Clock
from kubecfg_oidc.fetching import Fetcher
from kubecfg_oidc.keyset import Key, read_keys

_FRESH: Final = timedelta(minutes=10)
_PAUSE: Final = timedelta(minutes=1)
# How long keys are used on while the provider cannot be asked for newer ones.
_STALE: Final = timedelta(hours=1)
_log = logging.getLogger(__name__)


class _Discovery(msgspec.Struct, frozen=True):
    issuer: str
    jwks_uri: str


class PublishedKeys:
    """The keys by their ids. Fetched anew when they are ten minutes old, and for an id that is not among them.

    Never more than once a minute, whatever ids are asked for: anybody can make one up. `jwks_url` None means that the
    provider's discovery document names it.
    """

    def __init__(self, issuer: str, jwks_url: str | None, *, fetcher: Fetcher, clock: Clock) -> None:
        self._issuer = issuer
        self._jwks_url = jwks_url
        self._fetcher = fetcher
        self._clock = clock
        self._keys: dict[str, Key] = {}
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._failure: UpstreamError | None = None
        self._turn = asyncio.Lock()

    async def get(self, kid: str) -> Key:
        """The key. Raises `Unauthenticated` where there is none of that id, `UpstreamError` where none can be had."""
        if kid not in self._keys or not self._younger_than(_FRESH):
            async with self._turn:  # those who come meanwhile use what the first one fetched
                if kid not in self._keys or not self._younger_than(_FRESH):
                    await self._refresh()
        if not self._younger_than(_STALE):
            raise self._failure or UpstreamRefused("The identity provider publishes no keys.")
        if kid not in self._keys:
            raise Unauthenticated("The token is not valid: its key is not among those of the identity provider.")
        return self._keys[kid]

    async def _refresh(self) -> None:
        now = self._clock.now()
        if self._tried_at is not None and now - self._tried_at < _PAUSE:
            return
        self._tried_at = now
        try:
            self._keys = await self._fetch()
            self._fetched_at, self._failure = now, None
        except UpstreamError as error:
            self._failure = error
            _log.warning("The keys of the identity provider cannot be fetched: %s", error.message)

    async def _fetch(self) -> dict[str, Key]:
        body = await self._fetcher.get(self._jwks_url or await self._discovered())
        try:
            return read_keys(body)
        except ValueError as error:
            raise UpstreamRefused("What the identity provider publishes as its keys cannot be read.") from error

    async def _discovered(self) -> str:
        body = await self._fetcher.get(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        try:
            found = msgspec.json.decode(body, type=_Discovery)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise UpstreamRefused("The identity provider's discovery document cannot be read.") from error
        if found.issuer != self._issuer:
            raise UpstreamRefused("The identity provider's discovery document is another issuer's.")
        return found.jwks_uri

    def _younger_than(self, age: timedelta) -> bool:
        return self._fetched_at is not None and self._clock.now() - self._fetched_at < age
