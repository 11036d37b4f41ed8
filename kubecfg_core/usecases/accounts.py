"""Who may come in: logins, tokens, and the accounts behind them."""

import logging
import unicodedata
from typing import Final

from kubecfg_core.errors import AlreadyExists, InvalidInput, NotFound, PermissionDenied, Unauthenticated
from kubecfg_core.ports.cluster_repo import ClusterRepo
from kubecfg_core.ports.identity_provider import IdentityProvider
from kubecfg_core.ports.passwords import PasswordHasher
from kubecfg_core.ports.token_service import TokenService
from kubecfg_core.ports.user_repo import UserRepo
from kubecfg_core.usecases.announcing import Announcer
from kubecfg_core.usecases.doorkeeping import Doorkeeper
from kubecfg_core.users import AccessToken, Claims, Role, User

_USERNAME_MAX: Final = 128
_PASSWORD_LENGTH: Final = (12, 128)
_WRONG: Final = "The user name or the password is wrong."
_log = logging.getLogger(__name__)


def require(user: User, role: Role) -> None:
    """Raise `PermissionDenied` unless the user's role covers the one that is needed."""
    if not user.role.covers(role):
        raise PermissionDenied(f"This needs the role {role}; yours is {user.role}.")


class Accounts:
    """Users and their tokens.

    `external_role` is what a user of an external identity service may do here, where that service does not say.
    `identity` is one that signs with its own keys.
    """

    def __init__(
        self,
        users: UserRepo,
        hasher: PasswordHasher,
        tokens: TokenService,
        *,
        clusters: ClusterRepo,
        announcer: Announcer,
        door: Doorkeeper,
        identity: IdentityProvider | None = None,
        external_role: Role = Role.OPERATOR,
    ) -> None:
        self._users = users
        self._hasher = hasher
        self._tokens = tokens
        self._clusters = clusters
        self._announcer = announcer
        self._door = door
        self._identity = identity
        self._external_role = external_role

    async def login(self, username: str, password: str, *, address: str = "") -> AccessToken:
        """A token for the user, who comes from that address.

        Raises `Unauthenticated`, the same and as late, whichever of the two is wrong; `TooMany` after many failures.
        """
        async with self._door.attempt(username, address):
            user = await self._verified(username, password)
        return self._tokens.issue(user)

    async def authenticate(self, token: str) -> User:
        """The user whose token it is, as the database knows them now.

        Raises `Unauthenticated`; a disabled user's token does not hold. Of an identity service's token also what
        `IdentityProvider.read` raises.
        """
        if self._identity is not None and self._identity.claims_to_issue(token):
            claims = await self._identity.read(token)
        else:
            claims = self._tokens.read(token)
        user = await (self._external(claims) if claims.external else self._own(claims))
        if user.disabled:
            raise Unauthenticated("This account is disabled.")
        return user

    async def log_out(self, user: User) -> None:
        """End every token of the user. Raises `InvalidInput` for one whose tokens are another service's."""
        if user.issuer:
            raise InvalidInput("Your tokens are given out by an identity service: log out there.")
        await self._users.change(user.id)

    async def change_own_password(self, user: User, current: str, new: str, *, address: str = "") -> None:
        """Replace the user's password and end their tokens. Raises `PermissionDenied`, `InvalidInput`, `TooMany`."""
        _check_own(user)
        _check_password(new)
        try:
            async with self._door.attempt(user.username, address):
                await self._verified(user.username, current)
        except Unauthenticated as error:
            raise PermissionDenied("current_password: it is wrong.") from error
        await self._users.change(user.id, password_hash=await self._hasher.hash(new))

    async def add(self, username: str, password: str, role: Role) -> User:
        """Make an account. Raises `InvalidInput` (name or password unfit) and `AlreadyExists`."""
        _check_username(username)
        _check_password(password)
        return await self._users.add(username, await self._hasher.hash(password), role)

    async def all(self) -> list[User]:
        """Every account."""
        return await self._users.list()

    async def named(self, username: str) -> User:
        """Our own account of that name. Raises `NotFound`."""
        user = await self._users.find(username)
        if user is None:
            raise NotFound(f"There is no user {username!r}.")
        return user

    async def change(
        self, user_id: int, *, role: Role | None = None, disabled: bool | None = None, password: str | None = None
    ) -> User:
        """Change what is given, and end every token given out before.

        Raises `NotFound`, `InvalidInput` (the password), `Conflict` where no admin would be left.
        """
        hashed = None
        if password is not None:
            _check_own(await self._users.get(user_id))
            _check_password(password)
            hashed = await self._hasher.hash(password)
        return await self._users.change(user_id, role=role, disabled=disabled, password_hash=hashed)

    async def remove(self, user_id: int, *, by: User | None = None) -> User:
        """Forget an account with its clusters, their credentials and its grants. `by` is None on the command line.

        Disabled first, so that it gets no new clusters meanwhile. Raises `NotFound`, `Conflict` for the last admin.
        """
        await self._users.change(user_id, disabled=True)
        for cluster in await self._clusters.list(user_id):
            await self._clusters.remove(
                user_id, cluster.id, lambda gone: self._announcer.about("cluster.removed", by, gone)
            )
        return await self._users.remove(user_id)

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
        if found is None:
            found = await self._met(claims)
        role, name = claims.role or found.role, claims.display_name or found.display_name
        if (role, name) == (found.role, found.display_name):
            return found
        return await self._users.change(found.id, role=role, display_name=name)

    async def _met(self, claims: Claims) -> User:
        role = claims.role or claims.first_role or self._external_role
        try:
            return await self._users.add(
                claims.subject, "", role, issuer=claims.issuer, display_name=claims.display_name
            )
        except AlreadyExists:  # a request beside this one was first
            again = await self._users.find(claims.subject, issuer=claims.issuer)
            if again is None:
                raise
            return again

    async def _verified(self, username: str, password: str) -> User:
        """The user whose name and password these are. Raises `Unauthenticated`, after the same work in every case."""
        user, stored = await self._users.find_with_hash(username) or (None, "")
        right = await self._hasher.verify(password, stored)
        if user is None or not right or user.disabled:
            raise Unauthenticated(_WRONG)
        return user


def _check_own(user: User) -> None:
    if user.issuer:
        raise InvalidInput("This account has no password here: it is an identity service's.")


def _check_username(username: str) -> None:
    printable = all(unicodedata.category(char)[0] not in "CZ" for char in username)
    if not username or len(username) > _USERNAME_MAX or not printable:
        raise InvalidInput(f"A user name has 1 to {_USERNAME_MAX} printable characters and no spaces.")


def _check_password(password: str) -> None:
    shortest, longest = _PASSWORD_LENGTH
    if not shortest <= len(password) <= longest:
        raise InvalidInput(f"A password has {shortest} to {longest} characters; this one has {len(password)}.")
