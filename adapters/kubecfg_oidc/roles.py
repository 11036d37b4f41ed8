"""From a claim to a role: exactly as it is mapped, and never by a guess."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from kubecfg_core.errors import PermissionDenied
from kubecfg_core.users import Role


@dataclass(frozen=True, slots=True)
class RoleMapping:
    """Which values of the claim mean which role. `claim` may lead into objects by dots: `realm_access.roles`."""

    claim: str
    roles: Mapping[str, Role]

    @classmethod
    def parse(cls, claim: str, pairs: Iterable[str]) -> Self:
        """From `value=role` texts. Raises `ValueError` that names the one that is none."""
        roles: dict[str, Role] = {}
        for pair in pairs:
            value, _, role = pair.rpartition("=")
            if not value or role not in list(Role):
                raise ValueError(f"{pair!r} is not value=role, with viewer, operator or admin as the role")
            if value in roles:
                raise ValueError(f"{value!r} is there twice")
            roles[value] = Role(role)
        return cls(claim, roles)

    def role_of(self, claims: Mapping[str, Any]) -> Role | None:
        """The highest role that the claim's values are mapped to; None where nothing is mapped at all.

        Raises `PermissionDenied` where something is mapped, and none of it is among the values.
        """
        if not self.roles:
            return None
        found = claim_at(claims, self.claim)
        values = found if isinstance(found, list) else [found]
        given = [self.roles[value] for value in values if isinstance(value, str) and value in self.roles]
        if not given:
            raise PermissionDenied("Your account at the identity provider has no role here.")
        return max(given, key=list(Role).index)


def claim_at(claims: Mapping[str, Any], name: str) -> Any:
    """The claim of that name; else the one that its dots lead to. None where there is none."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
