"""What an endpoint is: one row of the table that the routes, the validation and the OpenAPI document are made from."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import NoneType
from typing import Any, Final, Generic, Literal, TypeVar

import msgspec
from aiohttp import web

from kubecfg_core.errors import Unauthenticated
from kubecfg_core.services import Services
from kubecfg_core.users import Role, User

P = TypeVar("P", bound=msgspec.Struct)
B = TypeVar("B", bound=msgspec.Struct | None)

JSON = "application/json"
BASE: Final = "/kubeconfig"
PUBLIC: Final = "public"


class NoParams(msgspec.Struct, frozen=True):
    """Of an endpoint that takes nothing from the path or the query."""


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Every answer that is not a success: `detail` says what is wrong, and what to do next where that is known."""

    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[P, B]):
    """One request, validated: what a handler is given. `path` is as it was asked for."""

    services: Services
    params: P
    body: B
    path: str
    caller: User | None

    @property
    def user(self) -> User:
        """Who calls. Raises `Unauthenticated` on a public endpoint, which knows nobody."""
        if self.caller is None:
            raise Unauthenticated
        return self.caller


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Generic[P, B]):
    """One endpoint.

    `path` has no trailing slash and names its variables in braces; each is a field of `params`, and the fields that
    are left are query parameters. `needs` is the role that the caller's account has to have, or `PUBLIC`: there is
    no default, so that nobody opens an endpoint by forgetting it. `action` is the type of the event that tells that
    it was done: an attempt without the role is recorded under it. A handler gives a struct of the type `answer`, or
    a whole response. `fails` lists the statuses that it may answer beside those of every endpoint; `also` gives the
    type of answers that are neither `answer` nor a `Failure`. `sensitive` answers hold credentials. A `slow` one
    gets the deadline of an analysis.
    """

    method: str
    path: str
    handler: Callable[[Call[P, B]], Awaitable[msgspec.Struct | web.Response]]
    summary: str
    tag: str
    needs: Role | Literal["public"]
    params: type[P]
    body: type[B] = field(default=NoneType)  # type: ignore[assignment]  # None is the B of an endpoint without a body
    answer: Any = None
    status: int = 200
    media_type: str = JSON
    fails: tuple[int, ...] = ()
    also: Mapping[int, Any] = field(default_factory=dict)
    action: str = ""
    sensitive: bool = False
    slow: bool = False
    max_body: int | None = None
    documented: bool = True

    @property
    def name(self) -> str:
        """The operation's id in the document: its handler's name."""
        return getattr(self.handler, "__name__", self.path)

    @property
    def public(self) -> bool:
        """Whether it is open to everybody."""
        return self.needs == PUBLIC

    @property
    def has_body(self) -> bool:
        """Whether it reads a body."""
        return self.body is not NoneType

    @property
    def statuses(self) -> tuple[int, ...]:
        """Every status but success that it may answer with."""
        return tuple(sorted({*self.fails, *self._common(), *self.also}))

    def _common(self) -> set[int]:
        common = {500} if self.path in LOCAL else {500, 502, 503, 504}
        if self.params is not NoParams or self.has_body:
            common.add(400)
        if self.has_body:
            common |= {413, 415}
        if self.needs not in (PUBLIC, Role.VIEWER):
            common.add(403)
        return common if self.public else common | {401}


# These ask nobody else, so nobody else can fail them.
LOCAL = frozenset({"/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"})
