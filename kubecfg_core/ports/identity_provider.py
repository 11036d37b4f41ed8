"""The port to an identity service that signs its tokens with keys of its own (OpenID Connect)."""

from abc import ABC, abstractmethod

from kubecfg_core.users import Claims


class IdentityProvider(ABC):
    """Reads the tokens of one identity service."""

    @abstractmethod
    def claims_to_issue(self, token: str) -> bool:
        """Whether the token says that it comes from there. Nothing is verified; it decides who is to read it."""

    @abstractmethod
    async def read(self, token: str) -> Claims:
        """What the token says.

        Raises `Unauthenticated` when it is forged, expired or not meant for us, `PermissionDenied` where the service
        gives its user no role here, and `UpstreamError` where its keys cannot be had.
        """
