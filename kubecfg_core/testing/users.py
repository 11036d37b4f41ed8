"""The users in memory."""

import builtins
from itertools import count

import msgspec

from kubecfg_core.errors import AlreadyExists, Conflict, NotFound
from kubecfg_core.ports.clock import Clock
from kubecfg_core.ports.user_repo import UserRepo
from kubecfg_core.users import Role, User


class InMemoryUsers(UserRepo):
    """Keeps the users and their hashes in dictionaries. Ids start at 1. It does not ask who has clusters."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._users: dict[int, User] = {}
        self._hashes: dict[int, str] = {}
        self._ids = count(1)

    async def add(
        self, username: str, password_hash: str, role: Role, *, issuer: str = "", display_name: str = ""
    ) -> User:
        """Store a new user."""
        if await self.find(username, issuer=issuer):
            raise AlreadyExists(f"There is already a user named {username!r}.")
        user_id = next(self._ids)
        user = User(
            id=user_id,
            username=username,
            role=role,
            issuer=issuer,
            display_name=display_name,
            created_at=self._clock.now(),
        )
        self._users[user_id] = user
        self._hashes[user_id] = password_hash
        return user

    async def get(self, user_id: int) -> User:
        """One user."""
        if user_id not in self._users:
            raise NotFound("There is no such user.")
        return self._users[user_id]

    async def find(self, username: str, *, issuer: str = "") -> User | None:
        """The user of that name."""
        for user in self._users.values():
            if (user.issuer, user.username) == (issuer, username):
                return user
        return None

    async def find_with_hash(self, username: str) -> tuple[User, str] | None:
        """Our own user of that name, and their password hash."""
        user = await self.find(username)
        return (user, self._hashes[user.id]) if user else None

    async def list(self) -> builtins.list[User]:
        """All users."""
        return [*self._users.values()]

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
        user = await self.get(user_id)
        changed = msgspec.structs.replace(
            user,
            role=user.role if role is None else role,
            disabled=user.disabled if disabled is None else disabled,
            display_name=user.display_name if display_name is None else display_name,
            token_version=user.token_version + 1,
        )
        self._must_leave_an_admin(user, changed)
        self._users[user_id] = changed
        if password_hash is not None:
            self._hashes[user_id] = password_hash
        return changed

    async def rehash(self, user_id: int, before: str, after: str) -> None:
        """Another hash of the same password."""
        if self._hashes.get(user_id) == before:
            self._hashes[user_id] = after

    async def remove(self, user_id: int) -> User:
        """Forget a user."""
        user = await self.get(user_id)
        self._must_leave_an_admin(user, None)
        del self._users[user_id], self._hashes[user_id]
        return user

    async def count(self) -> int:
        """How many users there are."""
        return len(self._users)

    def _must_leave_an_admin(self, user: User, changed: User | None) -> None:
        others = [one for one in self._users.values() if one.id != user.id and _manages(one)]
        if _manages(user) and not others and not (changed and _manages(changed)):
            raise Conflict("This is the last admin; make another one first.")


def _manages(user: User) -> bool:
    return user.role is Role.ADMIN and not user.disabled and not user.issuer
