"""Who uses kubecfg, and what a role may do."""

from datetime import datetime
from enum import StrEnum

import msgspec


class Role(StrEnum):
    """What a user may do: look (viewer), also change (operator), also manage users (admin)."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    def covers(self, needed: "Role") -> bool:
        """Whether this role may do what `needed` may."""
        order = list(Role)
        return order.index(self) >= order.index(needed)

    def at_most(self, other: "Role") -> "Role":
        """The lower of the two."""
        return other if self.covers(other) else self


class User(msgspec.Struct, frozen=True, kw_only=True):
    """One person or program. `issuer` is empty for our own accounts, else it names the identity service.

    `username` is unique at its issuer: an identity service's `sub`, which is why `display_name` says what that calls
    them. `token_version` is raised to end every token given out before; `created_at` is UTC.
    """

    id: int
    username: str
    role: Role
    disabled: bool = False
    issuer: str = ""
    token_version: int = 0
    display_name: str = ""
    created_at: datetime


class AccessToken(msgspec.Struct, frozen=True, kw_only=True):
    """What a login gives. `expires_in` is in seconds."""

    access_token: str
    token_type: str = "bearer"  # noqa: S105 - OAuth's word for the kind of token
    expires_in: int


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """What a token that held says: whose it is, by which issuer, and of which token version.

    `role` is the one that an identity service gives them; None where it has no say in that, and then `first_role` is
    that of an account which is made now.
    """

    subject: str
    issuer: str
    external: bool
    token_version: int = 0
    role: Role | None = None
    first_role: Role | None = None
    display_name: str = ""
