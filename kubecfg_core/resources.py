"""Which Kubernetes API to read, into which struct, and what came of reading it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)
T_co = TypeVar("T_co", bound=msgspec.Struct, covariant=True)


@dataclass(frozen=True, slots=True)
class Resource(Generic[T_co]):
    """A kind of object as one API server serves it, and the struct to decode each of its objects into.

    `group` is empty for the core API. `struct` holds only the fields that are read, under their JSON names, and has a
    `metadata` field of type `ObjectMeta`. `field_selector` narrows the list at the server (`type=Warning`).
    Two analyzers that read the same list into different structs cost one request.
    """

    group: str
    version: str
    plural: str
    kind: str
    struct: type[T_co]
    namespaced: bool = True
    field_selector: str = ""

    def __hash__(self) -> int:
        """That of one field: views look kinds up by the hundred thousand."""
        return hash(self.plural)

    @property
    def api_version(self) -> str:
        """`v1`, or `apps/v1`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def full_name(self) -> str:
        """`pods`, or `deployments.apps`: how kubectl and RBAC messages call it."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What identifies the list to fetch: everything but the struct."""
        return (self.group, self.version, self.plural, self.field_selector)

    def path(self, namespace: str | None = None) -> str:
        """The URL path of the list, in one namespace or in all."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        if namespace is not None and self.namespaced:
            return f"{root}/namespaces/{namespace}/{self.plural}"
        return f"{root}/{self.plural}"


class ReadState(StrEnum):
    """What came of reading a kind. Only `listed` and `absent` allow to say that something does not exist."""

    LISTED = "listed"
    PARTIAL = "partial"
    FORBIDDEN = "forbidden"
    ABSENT = "absent"
    UNREAD = "unread"


class RawList(msgspec.Struct, frozen=True, kw_only=True):
    """A list as it came: JSON documents (one a page, each with `items`), not decoded.

    `absent`: the server has no such API. `forbidden`: the token may not list it. `partial`: a page is missing.
    `unread`: the source has no answer (a dump without that kind). `reason` says why, for people. `served_at` is when
    the cluster answered first, by its own clock, where it tells.
    """

    state: ReadState
    pages: tuple[bytes, ...] = ()
    reason: str = ""
    served_at: datetime | None = None


class Unreadable(msgspec.Struct, frozen=True, kw_only=True):
    """A kind that could not be read in full, as an answer says it: `resource` is its plural with its group."""

    resource: str
    state: ReadState
    reason: str


class KindState(msgspec.Struct, frozen=True, kw_only=True):
    """A kind and how it was read, for an answer: `resource` is its plural with its group."""

    resource: str
    state: ReadState
    objects: int
    reason: str = ""
