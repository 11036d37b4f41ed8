"""The port to access tokens."""

from abc import ABC, abstractmethod

from kubecfg_core.users import AccessToken, Claims, User


class TokenService(ABC):
    """Gives out signed tokens and reads them back."""

    @abstractmethod
    def issue(self, user: User) -> AccessToken:
        """A token for this user, with a limited life."""

    @abstractmethod
    def read(self, token: str) -> Claims:
        """What the token says. Raises `Unauthenticated` when it is forged, expired, or of no known issuer."""
