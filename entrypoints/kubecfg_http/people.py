"""Users and grants: what clients send, what they get, and the way to the use cases."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from kubecfg_core.grants import Grant
from kubecfg_core.users import Role, User
from kubecfg_http.answers import Message, utc
from kubecfg_http.operations import Call, NoParams
from kubecfg_http.requests import ByCluster, ClusterId, Namespace

_Name = Annotated[str, Meta(min_length=1, max_length=253, description="User name.")]
_Password = Annotated[str, Meta(min_length=12, max_length=128)]
_Issuer = Annotated[str, Meta(max_length=2048, description="Issuer of the account; empty for one of our own.")]
_UserId = Annotated[int, Meta(ge=1, le=2**63 - 1, description="ID of the user.")]


class ByUser(msgspec.Struct, frozen=True, kw_only=True):
    """The user that the path names by their id."""

    user_id: _UserId


class ByGrant(msgspec.Struct, frozen=True, kw_only=True):
    """The grant on a cluster to a user."""

    cluster_id: ClusterId
    username: _Name
    issuer: _Issuer = ""


class NewUser(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account to make."""

    username: Annotated[str, Meta(min_length=1, max_length=128)]
    password: _Password
    role: Role = Role.OPERATOR

    def __repr__(self) -> str:
        return f"NewUser(username={self.username!r})"


class UserChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change of an account; what is left out stays."""

    role: Role | None = None
    disabled: bool | None = None
    password: _Password | None = None

    def __repr__(self) -> str:
        return f"UserChange(role={self.role!r}, disabled={self.disabled!r})"


class PasswordChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The caller's password, and the one that takes its place."""

    current_password: Annotated[str, Meta(min_length=1, max_length=1024)]
    new_password: _Password

    def __repr__(self) -> str:
        return "PasswordChange()"


class NewGrant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a user may do with a cluster: `namespaces` null means all of them."""

    role: Role
    namespaces: Annotated[list[Namespace], Meta(min_length=1, max_length=100)] | None = None


class UserAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An account. `display_name` is what an identity service calls its user, whose `username` is the `sub` there."""

    id: int
    username: str
    role: Role
    disabled: bool
    issuer: str
    display_name: str
    created_at: datetime

    @classmethod
    def of(cls, user: User) -> "UserAnswer":
        """What is shown of this account."""
        return cls(
            id=user.id,
            username=user.username,
            role=user.role,
            disabled=user.disabled,
            issuer=user.issuer,
            display_name=user.display_name,
            created_at=utc(user.created_at),
        )


class UserList(msgspec.Struct, frozen=True, kw_only=True):
    """Every account."""

    users: list[UserAnswer]


class GrantAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One grant; `namespaces` null means all of them."""

    username: str
    issuer: str
    role: Role
    namespaces: list[str] | None
    created_at: datetime

    @classmethod
    def of(cls, grant: Grant) -> "GrantAnswer":
        """What is shown of this grant."""
        return cls(
            username=grant.username,
            issuer=grant.issuer,
            role=grant.role,
            namespaces=None if grant.namespaces is None else list(grant.namespaces),
            created_at=utc(grant.created_at),
        )


class GrantList(msgspec.Struct, frozen=True, kw_only=True):
    """The grants on a cluster."""

    grants: list[GrantAnswer]


async def log_out(call: Call[NoParams, None]) -> Message:
    """The end of every token of the caller."""
    await call.services.accounts.log_out(call.user)
    return Message(message="Logged out; every token of this account has ended")


async def change_password(call: Call[NoParams, PasswordChange]) -> Message:
    """Another password for the caller."""
    await call.services.accounts.change_own_password(call.user, call.body.current_password, call.body.new_password)
    return Message(message="Password changed; log in again")


async def list_users(call: Call[NoParams, None]) -> UserList:
    """Every account."""
    return UserList(users=[UserAnswer.of(user) for user in await call.services.accounts.all()])


async def add_user(call: Call[NoParams, NewUser]) -> UserAnswer:
    """A new account."""
    body = call.body
    return UserAnswer.of(await call.services.accounts.add(body.username, body.password, body.role, by=call.user))


async def change_user(call: Call[ByUser, UserChange]) -> UserAnswer:
    """An account, changed."""
    body = call.body
    return UserAnswer.of(
        await call.services.accounts.change(
            call.params.user_id, role=body.role, disabled=body.disabled, password=body.password, by=call.user
        )
    )


async def remove_user(call: Call[ByUser, None]) -> Message:
    """An account, forgotten."""
    user = await call.services.accounts.remove(call.params.user_id, by=call.user)
    return Message(message=f"User '{user.username}' successfully removed")


async def list_grants(call: Call[ByCluster, None]) -> GrantList:
    """Who may use a cluster beside its owner."""
    grants = await call.services.grants.all(call.user, call.params.cluster_id)
    return GrantList(grants=[GrantAnswer.of(grant) for grant in grants])


async def put_grant(call: Call[ByGrant, NewGrant]) -> GrantAnswer:
    """A grant, made or changed."""
    params, namespaces = call.params, call.body.namespaces
    grant = await call.services.grants.put(
        call.user,
        params.cluster_id,
        params.username,
        issuer=params.issuer,
        role=call.body.role,
        namespaces=None if namespaces is None else tuple(namespaces),
    )
    return GrantAnswer.of(grant)


async def remove_grant(call: Call[ByGrant, None]) -> Message:
    """A grant, taken back."""
    params = call.params
    cluster, grant = await call.services.grants.revoke(
        call.user, params.cluster_id, params.username, issuer=params.issuer
    )
    return Message(message=f"Cluster '{cluster.cluster_name}' is no longer shared with '{grant.username}'")
