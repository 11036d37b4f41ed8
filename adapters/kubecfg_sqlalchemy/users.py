"""The users, in a table."""

import builtins
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from kubecfg_core.errors import AlreadyExists, InvalidInput, NotFound
from kubecfg_core.ports.clock import Clock
from kubecfg_core.ports.user_repo import UserRepo
from kubecfg_core.users import Role, User
from kubecfg_sqlalchemy.connections import Connections
from kubecfg_sqlalchemy.failures import is_taken
from kubecfg_sqlalchemy.schema import fits_id, fits_text, users

_PUBLIC = [column for column in users.c if column.name != "password_hash"]


class SqlUsers(UserRepo):
    """One row each. The hash is read only where it is asked for."""

    def __init__(self, connections: Connections, *, clock: Clock) -> None:
        self._connections = connections
        self._clock = clock

    async def add(self, username: str, password_hash: str, role: Role, *, issuer: str = "") -> User:
        """Store a new user."""
        if not fits_text(username) or not fits_text(issuer):
            raise InvalidInput("A user name is text without control characters.")
        values = {
            "issuer": issuer,
            "username": username,
            "password_hash": password_hash,
            "role": role.value,
            "disabled": False,
            "token_version": 0,
            "created_at": self._clock.now(),
        }
        async with self._connections.writing() as connection:
            try:
                answer = await connection.execute(insert(users).values(values).returning(*_PUBLIC))
            except IntegrityError as error:
                if is_taken(error):
                    raise AlreadyExists(f"There is already a user named {username!r}.") from error
                raise
            return _user(answer.one())

    async def get(self, user_id: int) -> User:
        """One user."""
        return _user(await self._one(user_id, *_PUBLIC))

    async def find(self, username: str, *, issuer: str = "") -> User | None:
        """The user of that name."""
        if not fits_text(username) or not fits_text(issuer):
            return None
        query = select(*_PUBLIC).where(users.c.issuer == issuer, users.c.username == username)
        async with self._connections.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return _user(row) if row else None

    async def password_hash(self, user_id: int) -> str:
        """The user's password hash."""
        return str((await self._one(user_id, users.c.password_hash)).password_hash)

    async def list(self) -> builtins.list[User]:
        """All users."""
        async with self._connections.reading() as connection:
            return [_user(row) for row in await connection.execute(select(*_PUBLIC).order_by(users.c.id))]

    async def set_password_hash(self, user_id: int, password_hash: str) -> User:
        """Replace the hash and end the tokens."""
        return await self._change(user_id, {"password_hash": password_hash})

    async def set_disabled(self, user_id: int, *, disabled: bool) -> User:
        """Disable or enable, and end the tokens."""
        return await self._change(user_id, {"disabled": disabled})

    async def count(self) -> int:
        """How many users there are."""
        async with self._connections.reading() as connection:
            return await connection.scalar(select(func.count()).select_from(users)) or 0

    async def _one(self, user_id: int, *columns: Any) -> Row[Any]:
        if fits_id(user_id):
            async with self._connections.reading() as connection:
                row = (await connection.execute(select(*columns).where(users.c.id == user_id))).one_or_none()
            if row:
                return row
        raise NotFound("There is no such user.")

    async def _change(self, user_id: int, values: dict[str, Any]) -> User:
        if fits_id(user_id):
            # The version is raised by the database: two changes at once raise it twice.
            values = {**values, "token_version": users.c.token_version + 1}
            statement = update(users).where(users.c.id == user_id).values(values).returning(*_PUBLIC)
            async with self._connections.writing() as connection:
                row = (await connection.execute(statement)).one_or_none()
            if row:
                return _user(row)
        raise NotFound("There is no such user.")


def _user(row: Row[Any]) -> User:
    return User(
        id=row.id,
        username=row.username,
        role=Role(row.role),
        disabled=row.disabled,
        issuer=row.issuer,
        token_version=row.token_version,
        created_at=row.created_at,
    )
