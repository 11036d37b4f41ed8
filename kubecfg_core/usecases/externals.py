"""The accounts of an identity service's users: made at first sight, and kept as the service tells."""

from kubecfg_core.errors import AlreadyExists
from kubecfg_core.ports.user_repo import UserRepo
from kubecfg_core.users import Claims, Role, User


class Externals:
    """Finds the account by issuer and subject, so that their names and ours never meet.

    `role` is what a new user may do where the service does not say.
    """

    def __init__(self, users: UserRepo, role: Role) -> None:
        self._users = users
        self._role = role

    async def account(self, claims: Claims) -> User:
        """The account, with the role and the name that the service gives its user now."""
        found = await self._users.find(claims.subject, issuer=claims.issuer) or await self._made(claims)
        role, name = claims.role or found.role, claims.display_name or found.display_name
        if (role, name) == (found.role, found.display_name):
            return found
        return await self._users.change(found.id, role=role, display_name=name)

    async def _made(self, claims: Claims) -> User:
        role = claims.role or claims.first_role or self._role
        try:
            return await self._users.add(
                claims.subject, "", role, issuer=claims.issuer, display_name=claims.display_name
            )
        except AlreadyExists:  # a request beside this one was first
            again = await self._users.find(claims.subject, issuer=claims.issuer)
            if again is None:
                raise
            return again
