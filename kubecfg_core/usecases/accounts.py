"""Who may come in: logins, tokens, and the accounts behind them."""

import logging
from contextlib import suppress
from typing import Final

from kubecfg_core.errors import AlreadyExists, InvalidInput, NotFound, PermissionDenied, TooMany, Unauthenticated
from kubecfg_core.ports.cluster_repo import ClusterRepo
from kubecfg_core.ports.identity_provider import IdentityProvider
from kubecfg_core.ports.outbox import Outbox
from kubecfg_core.ports.passwords import PasswordHasher
from kubecfg_core.ports.token_service import TokenService
from kubecfg_core.ports.user_repo import UserRepo
from kubecfg_core.usecases.announcing import Announcer, Attempt, Fact
from kubecfg_core.usecases.doorkeeping import Doorkeeper
from kubecfg_core.usecases.externals import Externals
from kubecfg_core.users import AccessToken, Claims, Role, User
from kubecfg_core.validation import check_password, check_username

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
        outbox: Outbox,
        announcer: Announcer,
        door: Doorkeeper,
        identity: IdentityProvider | None = None,
        external_role: Role = Role.OPERATOR,
    ) -> None:
        self._users = users
        self._hasher = hasher
        self._tokens = tokens
        self._clusters = clusters
        self._outbox = outbox
        self._announcer = announcer
        self._door = door
        self._identity = identity
        self._externals = Externals(users, external_role)

    async def login(self, username: str, password: str) -> AccessToken:
        """A token for the user.

        Raises `Unauthenticated`, the same and as late, whichever of the two is wrong; `TooMany` after many failures.
        """
        # The door is outermost: whoever is made to wait cannot fill the audit log meanwhile.
        async with self._door.attempt(username), self._announcer.attempt("user.logged_in", None) as attempt:
            user = await self._verified(username, password, attempt)
            await self._outbox.add(self._announcer.about("user.logged_in", user, user))
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
        user = await (self._externals.account(claims) if claims.external else self._own(claims))
        if user.disabled:
            raise Unauthenticated("This account is disabled.")
        return user

    async def log_out(self, user: User) -> None:
        """End every token of the user. Raises `InvalidInput` for one whose tokens are another service's."""
        if user.issuer:
            raise InvalidInput("Your tokens are given out by an identity service: log out there.")
        await self._users.change(user.id)
        await self._outbox.add(self._announcer.about("user.logged_out", user, user))

    async def change_own_password(self, user: User, current: str, new: str) -> None:
        """Replace the user's password and end their tokens. Raises `PermissionDenied`, `InvalidInput`, `TooMany`."""
        async with self._announcer.attempt("user.changed", user, user, password_changed=True) as attempt:
            check_password(new)
            try:
                async with self._door.attempt(user.username):
                    await self._verified(user.username, current, attempt)
            except Unauthenticated as error:
                raise PermissionDenied("current_password: it is wrong.") from error
            await self._changed(user, user.id, password=new)

    async def permit(self, user: User, role: Role, *, action: str = "") -> None:
        """Raise `PermissionDenied` unless the user has the role; an `action` that is refused leaves a record."""
        if not user.role.covers(role) and action:
            async with self._announcer.attempt(action, user):
                require(user, role)
        require(user, role)

    async def add(self, username: str, password: str, role: Role, *, by: User | None = None) -> User:
        """Make an account. Raises `InvalidInput` (name or password unfit) and `AlreadyExists`.

        `by` is who does it: None on the command line, and at the first start.
        """
        async with self._announcer.attempt("user.added", by, new_role=role.value):
            check_username(username)
            check_password(password)
            user = await self._users.add(username, await self._hasher.hash(password), role)
            await self._outbox.add(self._announcer.about("user.added", by, user, new_role=role.value))
        return user

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
        self,
        user_id: int,
        *,
        role: Role | None = None,
        disabled: bool | None = None,
        password: str | None = None,
        by: User | None = None,
    ) -> User:
        """Change what is given, and end every token given out before.

        Raises `NotFound`, `InvalidInput` (the password), `Conflict` where no admin would be left.
        """
        async with self._announcer.attempt("user.changed", by) as attempt:
            attempt.knows(subject=await self._users.get(user_id))
            return await self._changed(by, user_id, role=role, disabled=disabled, password=password)

    async def remove(self, user_id: int, *, by: User | None = None) -> User:
        """Forget an account with its clusters, their credentials and its grants. `by` is None on the command line.

        Disabled first, so that it gets no new clusters meanwhile. Raises `NotFound`, `Conflict` for the last admin.
        """
        async with self._announcer.attempt("user.removed", by) as attempt:
            attempt.knows(subject=await self._users.get(user_id))
            await self._users.change(user_id, disabled=True)
            for cluster in await self._clusters.list(user_id):
                await self._clusters.remove(
                    user_id, cluster.id, lambda gone: self._announcer.about("cluster.removed", by, gone)
                )
            user = await self._users.remove(user_id)
            await self._outbox.add(self._announcer.about("user.removed", by, user))
        return user

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

    async def _changed(
        self,
        by: User | None,
        user_id: int,
        *,
        role: Role | None = None,
        disabled: bool | None = None,
        password: str | None = None,
    ) -> User:
        hashed = None
        if password is not None:
            check_password(password)
            if (await self._users.get(user_id)).issuer:
                raise InvalidInput("This account has no password here: it is an identity service's.")
            hashed = await self._hasher.hash(password)
        user = await self._users.change(user_id, role=role, disabled=disabled, password_hash=hashed)
        facts: dict[str, Fact] = {"new_role": role.value} if role else {}
        facts |= {} if disabled is None else {"disabled": disabled}
        facts |= {"password_changed": True} if hashed else {}
        await self._outbox.add(self._announcer.about("user.changed", by, user, **facts))
        return user

    async def _verified(self, username: str, password: str, attempt: Attempt) -> User:
        """The user whose name and password these are. Raises `Unauthenticated`, after the same work in every case."""
        user, stored = await self._users.find_with_hash(username) or (None, "")
        attempt.knows(subject=user)  # never the name that was typed: it may be a password
        right = await self._hasher.verify(password, stored)
        if user is None or not right or user.disabled:
            raise Unauthenticated(_WRONG)
        if self._hasher.outdated(stored):
            with suppress(TooMany):  # there will be another login
                await self._users.rehash(user.id, stored, await self._hasher.hash(password))
        return user
