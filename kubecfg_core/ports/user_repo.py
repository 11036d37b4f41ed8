"""The port to the stored users."""

from abc import ABC, abstractmethod

from kubecfg_core.users import Role, User


class UserRepo(ABC):
    """The accounts. A password is known by its hash alone; an external user has none (an empty hash)."""

    @abstractmethod
    async def add(self, username: str, password_hash: str, role: Role, *, issuer: str = "") -> User:
        """Store a new user. Raises `AlreadyExists` where (issuer, username) is taken."""

    @abstractmethod
    async def get(self, user_id: int) -> User:
        """One user. Raises `NotFound`."""

    @abstractmethod
    async def find(self, username: str, *, issuer: str = "") -> User | None:
        """The user of that name, as that issuer names them."""

    @abstractmethod
    async def password_hash(self, user_id: int) -> str:
        """The user's password hash. Raises `NotFound`."""

    @abstractmethod
    async def list(self) -> list[User]:
        """All users, in the order of their ids."""

    @abstractmethod
    async def set_password_hash(self, user_id: int, password_hash: str) -> User:
        """Replace the hash and raise the token version: tokens given out before are void. Raises `NotFound`."""

    @abstractmethod
    async def set_disabled(self, user_id: int, *, disabled: bool) -> User:
        """Disable or enable, and raise the token version. Raises `NotFound`."""

    @abstractmethod
    async def count(self) -> int:
        """How many users there are."""
