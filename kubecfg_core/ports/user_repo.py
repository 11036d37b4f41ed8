"""The port to the stored users."""

from abc import ABC, abstractmethod

from kubecfg_core.users import Role, User


class UserRepo(ABC):
    """The accounts. A password is known by its hash alone; an external user has none (an empty hash).

    There is always an active admin with a password, once there was one: what would leave none raises `Conflict`.
    """

    @abstractmethod
    async def add(
        self, username: str, password_hash: str, role: Role, *, issuer: str = "", display_name: str = ""
    ) -> User:
        """Store a new user. Raises `AlreadyExists` where (issuer, username) is taken."""

    @abstractmethod
    async def get(self, user_id: int) -> User:
        """One user. Raises `NotFound`."""

    @abstractmethod
    async def find(self, username: str, *, issuer: str = "") -> User | None:
        """The user of that name, as that issuer names them."""

    @abstractmethod
    async def find_with_hash(self, username: str) -> tuple[User, str] | None:
        """Our own user of that name, and their password hash: one question, whether there is one or not."""

    @abstractmethod
    async def list(self) -> list[User]:
        """All users, in the order of their ids."""

    @abstractmethod
    async def change(
        self,
        user_id: int,
        *,
        role: Role | None = None,
        disabled: bool | None = None,
        password_hash: str | None = None,
        display_name: str | None = None,
    ) -> User:
        """Change what is given, and raise the token version: tokens given out before are void.

        Raises `NotFound`, and `Conflict` for the last admin.
        """

    @abstractmethod
    async def rehash(self, user_id: int, before: str, after: str) -> None:
        """Put another hash of the same password in the place of one, where that is still the user's: tokens go on."""

    @abstractmethod
    async def remove(self, user_id: int) -> User:
        """Forget a user, with the grants to them. Raises `NotFound`, `Conflict` (the last admin; one with clusters)."""

    @abstractmethod
    async def count(self) -> int:
        """How many users there are."""
