"""The users, in a table."""

import builtins
from typing import Any, Final

from sqlalchemy import Delete, Row, Update, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from kubecfg_core.errors import AlreadyExists, Conflict, InvalidInput, NotFound
from kubecfg_core.ports.clock import Clock
from kubecfg_core.ports.user_repo import UserRepo
from kubecfg_core.users import Role, User
from kubecfg_sqlalchemy.connections import Connections
from kubecfg_sqlalchemy.failures import is_taken
from kubecfg_sqlalchemy.schema import fits_id, fits_text, users

_ABSENT: Final = "There is no such user."
_PUBLIC: Final = [column for column in users.c if column.name != "password_hash"]
# Who can always come in to manage users: an identity service may be away.
_MANAGES: Final = (users.c.role == Role.ADMIN.value, users.c.disabled.is_(False), users.c.issuer == "")


class SqlUsers(UserRepo):
    """One row each. The hash is read only where it is asked for."""

    def __init__(self, connections: Connections, *, clock: Clock) -> None:
        self._connections = connections
        self._clock = clock

    async def add(
        self, username: str, password_hash: str, role: Role, *, issuer: str = "", display_name: str = ""
    ) -> User:
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
            "display_name": display_name,
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
        if fits_id(user_id):
            async with self._connections.reading() as connection:
                row = (await connection.execute(select(*_PUBLIC).where(users.c.id == user_id))).one_or_none()
            if row:
                return _user(row)
        raise NotFound(_ABSENT)

    async def find(self, username: str, *, issuer: str = "") -> User | None:
        """The user of that name."""
        if not fits_text(username) or not fits_text(issuer):
            return None
        query = select(*_PUBLIC).where(users.c.issuer == issuer, users.c.username == username)
        async with self._connections.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return _user(row) if row else None

    async def find_with_hash(self, username: str) -> tuple[User, str] | None:
        """Our own user of that name, and their password hash."""
        if not fits_text(username):
            return None
        query = select(users).where(users.c.issuer == "", users.c.username == username)
        async with self._connections.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return (_user(row), row.password_hash) if row else None

    async def list(self) -> builtins.list[User]:
        """All users."""
        async with self._connections.reading() as connection:
            return [_user(row) for row in await connection.execute(select(*_PUBLIC).order_by(users.c.id))]

    async def change(
        self,
        user_id: int,
        *,
        role: Role | None = None,
        disabled: bool | None = None,
        password_hash: str | None = None,
        display_name: str | None = None,
    ) -> User:
        """Change what is given, and end the tokens."""
        given = {
            "role": None if role is None else role.value,
            "disabled": disabled,
            "password_hash": password_hash,
            "display_name": display_name,
        }
        values = {name: value for name, value in given.items() if value is not None}
        # The version is raised by the database: two changes at once raise it twice.
        statement = update(users).values(**values, token_version=users.c.token_version + 1)
        return await self._write(user_id, statement)

    async def rehash(self, user_id: int, before: str, after: str) -> None:
        """Another hash of the same password."""
        unchanged = users.c.id == user_id, users.c.password_hash == before
        async with self._connections.writing() as connection:
            await connection.execute(update(users).where(*unchanged).values(password_hash=after))

    async def remove(self, user_id: int) -> User:
        """Forget a user; the grants go with the row."""
        return await self._write(user_id, delete(users))

    async def count(self) -> int:
        """How many users there are."""
        async with self._connections.reading() as connection:
            return await connection.scalar(select(func.count()).select_from(users)) or 0

    async def _write(self, user_id: int, statement: Update | Delete) -> User:
        """Run it on one row, where that leaves an admin. Whoever changes admins takes turns at their rows."""
        if not fits_id(user_id):
            raise NotFound(_ABSENT)
        admins = select(users.c.id).where(*_MANAGES).order_by(users.c.id).with_for_update()
        async with self._connections.writing() as connection:
            before = (await connection.scalars(admins)).all()
            try:
                answer = await connection.execute(statement.where(users.c.id == user_id).returning(*_PUBLIC))
            except IntegrityError as error:
                raise Conflict("This user still has clusters; remove them first.") from error
            row = answer.one_or_none()
            if row is None:
                raise NotFound(_ABSENT)
            if user_id in before and not await connection.scalar(select(func.count()).where(*_MANAGES)):
                raise Conflict("This is the last admin; make another one first.")
        return _user(row)


def _user(row: Row[Any]) -> User:
    return User(
        id=row.id,
        username=row.username,
        role=Role(row.role),
        disabled=row.disabled,
        issuer=row.issuer,
        token_version=row.token_version,
        display_name=row.display_name,
        created_at=row.created_at,
    )
