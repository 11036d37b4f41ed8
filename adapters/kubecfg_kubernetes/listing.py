"""Reading one kind in full: page by page where the server pages, and honest where it is not whole."""

import asyncio
import io
from datetime import datetime
from typing import Any

import msgspec

from kubecfg_core.errors import TooLarge, UpstreamError, UpstreamRefused
from kubecfg_core.ports.list_sink import ListSink, PageInfo
from kubecfg_core.resources import RawList, ReadState, Resource
from kubecfg_kubernetes.client import Answer, Client
from kubecfg_kubernetes.limits import Limits, Room
from kubecfg_kubernetes.translation import clean, not_kubernetes, refusal, status_of

_LONG, _HEAD_SIZE = 1024 * 1024, 4096
_NO_LIMIT = 2**63  # the room has one
_ITEMS, _ENDS = b',"items":[', (b"]}", b"]}\n")
_OK, _FORBIDDEN, _NOT_FOUND, _GONE, _UNAVAILABLE = 200, 403, 404, 410, 503


class _ListMeta(msgspec.Struct, frozen=True):
    next: str = msgspec.field(default="", name="continue")


class _Head(msgspec.Struct, frozen=True):
    kind: str = ""
    metadata: _ListMeta | None = None


class _Page(msgspec.Struct, frozen=True):
    kind: str = ""
    metadata: _ListMeta = _ListMeta()


def _head(body: bytes) -> _Page | None:
    """What a long page says before its items, where it says all there: to skip 80 MB of items stops the event loop."""
    start = body.find(_ITEMS, 0, _HEAD_SIZE) if len(body) > _LONG else -1
    if start < 0 or not body.endswith(_ENDS):
        return None
    head = msgspec.json.decode(body[:start] + b"}", type=_Head)
    return None if head.metadata is None else _Page(kind=head.kind, metadata=head.metadata)


class KeptPages(ListSink):
    """Keeps the pages as they came."""

    def __init__(self) -> None:
        self.pages: list[bytes] = []
        self.begin()

    def begin(self) -> None:
        """A page begins."""
        self._before = len(self.pages)
        self._page = io.BytesIO()  # gives away what it holds without a copy: a list may be 100 MB

    def take(self, chunk: bytes) -> None:
        """Part of a page."""
        self._page.write(chunk)

    def end(self) -> PageInfo | None:
        """The page is complete."""
        page = self._page.getvalue()
        try:
            said = _head(page) or msgspec.json.decode(page, type=_Page)
        except (msgspec.MsgspecError, RecursionError):
            return None
        self.pages.append(page)
        return PageInfo(kind=said.kind, token=said.metadata.next)

    def drop(self) -> None:
        """Forget what came since the page began."""
        del self.pages[self._before :]
        self.begin()

    def clear(self) -> None:
        """Forget everything."""
        self.pages.clear()
        self.begin()


class Lister:
    """One reading of one list, into a sink."""

    def __init__(
        self,
        client: Client,
        resource: Resource[Any],
        path: str,
        limits: Limits,
        sink: ListSink,
        *,
        room: Room | None = None,
    ) -> None:
        self._client = client
        self._resource = resource
        self._path = path
        self._limits = limits
        self._room = room or Room(limits.max_bytes)
        self._sink = sink
        self._ends = asyncio.get_running_loop().time() + limits.list_timeout
        self._pages = self._size = 0
        self._token = ""
        self._restarted = False
        self._served_at: datetime | None = None

    async def read(self) -> RawList:
        """All pages. A list that changes while it is paged (410) is begun anew once, then left as it is."""
        return msgspec.structs.replace(await self._read(), served_at=self._served_at)

    async def _read(self) -> RawList:
        while True:
            try:
                answer = await self._next()
                self._served_at = self._served_at or answer.at
                if answer.status == _OK and not self._took():
                    return RawList(state=ReadState.LISTED)
            except TooLarge as error:
                self._sink.drop()
                return self._partial(f"Not all was read: {error.message}.")
            except UpstreamError as error:
                self._sink.drop()
                return self._interrupted(error)
            if answer.status == _GONE and self._token and not self._restarted:
                self._begin_anew()
            elif answer.status != _OK:
                return self._refused(answer)

    async def _next(self) -> Answer:
        self._sink.begin()
        seconds = self._ends - asyncio.get_running_loop().time()
        return await self._client.ask(
            self._path, query=self._query(), limit=_NO_LIMIT, seconds=max(seconds, 0.0), take=self._take
        )

    def _take(self, chunk: bytes) -> None:
        self._size += len(chunk)
        self._room.take(len(chunk))
        self._sink.take(chunk)

    def _begin_anew(self) -> None:
        self._restarted, self._token = True, ""
        self._room.left += self._size
        self._pages = self._size = 0
        self._sink.clear()

    def _query(self) -> list[tuple[str, str]]:
        query = [("fieldSelector", self._resource.field_selector)] if self._resource.field_selector else []
        if self._limits.page_limit:
            query.append(("limit", str(self._limits.page_limit)))
        elif not self._token:
            # From the API server's memory: a second old at most, and ten times cheaper for the cluster.
            query.append(("resourceVersion", "0"))
        return [*query, ("continue", self._token)] if self._token else query

    def _took(self) -> bool:
        """A page is complete; whether there are more. Raises `UpstreamRefused` for what is no page of a list."""
        page = self._sink.end()
        repeated = page is not None and self._token and page.token == self._token
        if page is None or not page.kind.endswith("List") or repeated:  # a token twice would have us page for ever
            raise not_kubernetes(self._client.server)
        self._pages += 1
        self._token = page.token
        return bool(self._token)

    def _interrupted(self, error: UpstreamError) -> RawList:
        """A later page that fails costs what is missing; so does an API of an extension that is down.

        The API server answers 503 for an aggregated API (metrics.k8s.io) whose own server does not run.
        """
        if self._pages:
            return self._partial(f"Not all was read: {error.message}")
        if isinstance(error, UpstreamRefused) and error.status == _UNAVAILABLE and self._resource.group:
            return RawList(
                state=ReadState.UNREAD, reason=f"The API {self._resource.api_version} does not answer (503)."
            )
        raise error

    def _refused(self, answer: Answer) -> RawList:
        status = status_of(answer.body)
        if self._pages or self._token:
            return self._partial(f"Not all was read: a later page was refused ({answer.status}).")
        if answer.status == _FORBIDDEN and status is not None:
            return RawList(state=ReadState.FORBIDDEN, reason=clean(status.message) or "The token may not list it.")
        if answer.status == _NOT_FOUND and is_kubernetes_404(answer.body):
            return RawList(state=ReadState.ABSENT, reason=f"The cluster has no {self._resource.full_name}.")
        if status is None:
            raise not_kubernetes(self._client.server, answer.status)
        raise refusal(self._client.server, answer.status, answer.body)

    def _partial(self, reason: str) -> RawList:
        return RawList(state=ReadState.PARTIAL, reason=reason)


def is_kubernetes_404(body: bytes) -> bool:
    """Whether an API server said this: a Status object, or its plain text for an unknown API group."""
    return body.strip() == b"404 page not found" or status_of(body) is not None
