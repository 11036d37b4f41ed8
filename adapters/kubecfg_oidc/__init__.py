"""Tokens of an OpenID Connect provider, verified with the keys that it publishes."""

from kubecfg_oidc.provider import OidcProvider
from kubecfg_oidc.roles import RoleMapping

__all__ = ["OidcProvider", "RoleMapping"]
