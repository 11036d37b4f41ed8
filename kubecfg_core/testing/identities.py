"""An identity service whose tokens mean something to one process."""

import secrets

from kubecfg_core.errors import Unauthenticated
from kubecfg_core.ports.identity_provider import IdentityProvider
from kubecfg_core.users import Claims, Role

_PREFIX = "identity-"


class FakeIdentities(IdentityProvider):
    """Remembers what each token says: nothing is signed."""

    def __init__(self, issuer: str = "https://login.example.com") -> None:
        self._issuer = issuer
        self._known: dict[str, Claims] = {}

    def accept(self, subject: str, *, role: Role | None = None, display_name: str = "") -> str:
        """A token of this user, to whom the service gives this role."""
        token = f"{_PREFIX}{secrets.token_hex(12)}"
        self._known[token] = Claims(
            subject=subject,
            issuer=self._issuer,
            external=True,
            role=role,
            first_role=Role.VIEWER,
            display_name=display_name,
        )
        return token

    def claims_to_issue(self, token: str) -> bool:
        """Whether it looks like one of these."""
        return token.startswith(_PREFIX)

    async def read(self, token: str) -> Claims:
        """What the token says."""
        if token not in self._known:
            raise Unauthenticated("The token is not valid.")
        return self._known[token]
