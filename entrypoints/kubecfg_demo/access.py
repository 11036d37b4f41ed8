"""Who asks, and what they may do: bearer tokens, client certificates, and rules like RBAC's."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from typing import cast

import msgspec
from aiohttp import web

from kubecfg_demo.status import unauthorized

_PUBLIC_PATHS = ("/version", "/healthz", "/livez", "/readyz")
_DISCOVERY_PATHS = ("/api", "/apis", "/openapi", "/.well-known")
_SELF_REVIEWS = ("selfsubjectreviews", "selfsubjectaccessreviews", "selfsubjectrulesreviews")


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Verbs allowed on resources of groups, in some namespaces; `*` is any. An empty namespace is the whole cluster.

    A subresource is written `pods/log`. Without `*` in `namespaces`, lists over all namespaces are refused.
    """

    verbs: tuple[str, ...] = ("*",)
    groups: tuple[str, ...] = ("*",)
    resources: tuple[str, ...] = ("*",)
    namespaces: tuple[str, ...] = ("*",)

    def allows(self, verb: str, group: str, resource: str, namespace: str) -> bool:
        """Whether this rule covers the attributes."""
        return (
            _covers(self.verbs, verb)
            and _covers(self.groups, group)
            and _covers(self.resources, resource)
            and _covers(self.namespaces, namespace)
        )


EVERYTHING = Rule()
READ_ONLY = Rule(verbs=("get", "list", "watch"))


class User(msgspec.Struct, frozen=True, kw_only=True):
    """An authenticated (or the anonymous) user."""

    name: str
    groups: tuple[str, ...] = ()
    uid: str = ""
    rules: tuple[Rule, ...] = ()

    @property
    def anonymous(self) -> bool:
        """Whether no credential was shown."""
        return "system:unauthenticated" in self.groups

    def may(self, verb: str, group: str, resource: str, namespace: str) -> bool:
        """Whether any rule allows it. Asking about oneself is always allowed to the authenticated."""
        if verb == "create" and resource in _SELF_REVIEWS and not self.anonymous:
            return True
        return any(rule.allows(verb, group, resource, namespace) for rule in self.rules)

    def may_read(self, path: str) -> bool:
        """Whether a path that is no resource may be read: health by all, discovery by the authenticated."""
        known = _PUBLIC_PATHS if self.anonymous else _PUBLIC_PATHS + _DISCOVERY_PATHS
        return EVERYTHING in self.rules or any(path == start or path.startswith(start + "/") for start in known)


ANONYMOUS = User(name="system:anonymous", groups=("system:unauthenticated",))


class Access:
    """The known tokens and certificate users."""

    def __init__(self) -> None:
        self._tokens: dict[str, User] = {}
        self._certificates: dict[str, tuple[Rule, ...]] = {}

    def add_token(self, token: str, user: str, groups: Sequence[str], allow: Sequence[Rule]) -> None:
        """Let a bearer token in as a user."""
        self._tokens[token] = self._user(user, groups, allow)

    def revoke_token(self, token: str) -> None:
        """Refuse a token from now on (401)."""
        self._tokens.pop(token, None)

    def add_certificate_user(self, user: str, allow: Sequence[Rule]) -> None:
        """What a client certificate of this common name may do."""
        self._certificates[user] = tuple(allow)

    def identify(self, request: web.Request) -> User:
        """Who asks. 401: a token that is not known; no credential at all is the anonymous user."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            if token.strip() not in self._tokens:
                raise unauthorized()
            return self._tokens[token.strip()]
        if scheme:
            raise unauthorized()
        return self._certified(request) or ANONYMOUS

    def _certified(self, request: web.Request) -> User | None:
        connection = request.transport.get_extra_info("ssl_object") if request.transport else None
        certificate = connection.getpeercert() if isinstance(connection, ssl.SSLObject) else None
        if not certificate:
            return None
        # Typed loosely by the ssl module: a tuple of relative names, each a tuple of (type, value) pairs.
        relative_names = cast("tuple[tuple[tuple[str, str], ...], ...]", certificate.get("subject", ()))
        subject = [pair for relative in relative_names for pair in relative]
        names = [value for kind, value in subject if kind == "commonName"]
        groups = [value for kind, value in subject if kind == "organizationName"]
        return self._user(names[0], groups, self._certificates.get(names[0], ()))

    def _user(self, name: str, groups: Sequence[str], allow: Sequence[Rule]) -> User:
        return User(name=name, groups=(*groups, "system:authenticated"), uid=name, rules=tuple(allow))


def _covers(allowed: tuple[str, ...], value: str) -> bool:
    return "*" in allowed or value in allowed
