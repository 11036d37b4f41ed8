"""Who may come in: logins, tokens, and the accounts behind them."""

import logging
import unicodedata
from typing import Final

from kubecfg_core.errors import AlreadyExists, InvalidInput, NotFound, PermissionDenied, Unauthenticated
from kubecfg_core.ports.passwords import PasswordHasher
from kubecfg_core.ports.token_service import TokenService
from kubecfg_core.ports.user_repo import UserRepo
from kubecfg_core.users import AccessToken, Claims, Role, User

_USERNAME_MAX: Final = 128
_PASSWORD_LENGTH: Final = (8, 128)
_log = logging.getLogger(__name__)


def require(user: User, role: Role) -> None:
    """Raise `PermissionDenied` unless the user's role covers the one that is needed."""
    if not user.role.covers(role):
        raise PermissionDenied(f"This needs the role {role}; yours is {user.role}.")


class Accounts:
    """Users and their tokens. `external_role` is what a user of an external identity service may do here."""

    def __init__(
        self, users: UserRepo, hasher: PasswordHasher, tokens: TokenService, *, external_role: Role = Role.OPERATOR
    ) -> None:
        self._users = users
        self._hasher = hasher
        self._tokens = tokens
        self._external_role = external_role

    async def login(self, username: str, password: str) -> AccessToken:
        """A token for the user. Raises `Unauthenticated`: the same, and as late, whichever of the two is wrong."""
        user = await self._users.find(username)
        stored = await self._users.password_hash(user.id) if user else ""
        right = await self._hasher.verify(password, stored)
        if user is None or not right or user.disabled:
            raise Unauthenticated("The user name or the password is wrong.")
        return self._tokens.issue(user)

    async def authenticate(self, token: str) -> User:
        """The user whose token it is. Raises `Unauthenticated`; a disabled user's token does not hold."""
        claims = self._tokens.read(token)
        user = await (self._external(claims) if claims.external else self._own(claims))
        if user.disabled:
            raise Unauthenticated("This account is disabled.")
        return user

    async def add(self, username: str, password: str, role: Role) -> User:
        """Make an account. Raises `InvalidInput` (name or password unfit) and `AlreadyExists`."""
        _check_username(username)
        _check_password(password)
        return await self._users.add(username, await self._hasher.hash(password), role)

    async def all(self) -> list[User]:
        """Every account."""
        return await self._users.list()

    async def set_password(self, username: str, password: str) -> User:
        """Replace the password and end every token given out before. Raises `InvalidInput`, `NotFound`."""
        _check_password(password)
        user = await self._named(username)
        return await self._users.set_password_hash(user.id, await self._hasher.hash(password))

    async def set_disabled(self, username: str, *, disabled: bool) -> User:
        """Disable or enable an account; its tokens end at once. Raises `NotFound`."""
        user = await self._named(username)
        return await self._users.set_disabled(user.id, disabled=disabled)

    async def ensure_admin(self, username: str | None, password: str | None) -> User | None:
        """Make the first user, an admin, where there is none yet: never again after that.

        Gives the user it made. Raises `InvalidInput` where only one of the two is given, or one is unfit.
        """
        if await self._users.count():
            return None
        if not username and not password:
            _log.warning("There is no user yet, so nobody can log in. `kubecfg user add NAME --role admin` makes one.")
            return None
        if not username or not password:
            raise InvalidInput("KUBECFG_ADMIN_USERNAME and KUBECFG_ADMIN_PASSWORD go together; only one is set.")
        try:
            return await self.add(username, password, Role.ADMIN)
        except AlreadyExists:
            return None  # another replica was first
        except InvalidInput as error:
            raise InvalidInput(f"KUBECFG_ADMIN_USERNAME, KUBECFG_ADMIN_PASSWORD: {error.message}") from error

    async def _named(self, username: str) -> User:
        user = await self._users.find(username)
        if user is None:
            raise NotFound(f"There is no user {username!r}.")
        return user

    async def _own(self, claims: Claims) -> User:
        try:
            user = await self._users.get(int(claims.subject))
        except (NotFound, ValueError) as error:
            raise Unauthenticated("The token's user no longer exists.") from error
        if user.token_version != claims.token_version:
            raise Unauthenticated("The token has been revoked; log in again.")
        return user

    async def _external(self, claims: Claims) -> User:
        """The account of an external user, made at first sight: their ids and ours never meet."""
        found = await self._users.find(claims.subject, issuer=claims.issuer)
        if found:
            return found
        try:
            return await self._users.add(claims.subject, "", self._external_role, issuer=claims.issuer)
        except AlreadyExists:  # a request beside this one was first
            again = await self._users.find(claims.subject, issuer=claims.issuer)
            if again is None:
                raise
            return again


def _check_username(username: str) -> None:
    printable = all(unicodedata.category(char)[0] not in "CZ" for char in username)
    if not username or len(username) > _USERNAME_MAX or not printable:
        raise InvalidInput(f"A user name has 1 to {_USERNAME_MAX} printable characters and no spaces.")


def _check_password(password: str) -> None:
    shortest, longest = _PASSWORD_LENGTH
    if not shortest <= len(password) <= longest:
        raise InvalidInput(f"A password has {shortest} to {longest} characters; this one has {len(password)}.")
