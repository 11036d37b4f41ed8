"""The users in memory."""

import builtins

import msgspec

from kubecfg_core.errors import AlreadyExists, NotFound
from kubecfg_core.ports.clock import Clock
from kubecfg_core.ports.user_repo import UserRepo
from kubecfg_core.users import Role, User


class InMemoryUsers(UserRepo):
    """Keeps the users and their hashes in dictionaries. Ids start at 1."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._users: dict[int, User] = {}
        self._hashes: dict[int, str] = {}

    async def add(self, username: str, password_hash: str, role: Role, *, issuer: str = "") -> User:
        """Store a new user."""
        if await self.find(username, issuer=issuer):
            raise AlreadyExists(f"There is already a user named {username!r}.")
        user_id = len(self._users) + 1
        user = User(id=user_id, username=username, role=role, issuer=issuer, created_at=self._clock.now())
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

    async def password_hash(self, user_id: int) -> str:
        """The user's password hash."""
        await self.get(user_id)
        return self._hashes[user_id]

    async def list(self) -> builtins.list[User]:
        """All users."""
        return [*self._users.values()]

    async def set_password_hash(self, user_id: int, password_hash: str) -> User:
        """Replace the hash and end the tokens."""
        user = await self.get(user_id)
        self._hashes[user_id] = password_hash
        return self._renewed(user, disabled=user.disabled)

    async def set_disabled(self, user_id: int, *, disabled: bool) -> User:
        """Disable or enable, and end the tokens."""
        return self._renewed(await self.get(user_id), disabled=disabled)

    async def count(self) -> int:
        """How many users there are."""
        return len(self._users)

    def _renewed(self, user: User, *, disabled: bool) -> User:
        changed = msgspec.structs.replace(user, disabled=disabled, token_version=user.token_version + 1)
        self._users[user.id] = changed
        return changed
