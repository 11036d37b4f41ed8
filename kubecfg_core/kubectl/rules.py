"""What the owner of a service decides about kubectl, beside what the table fixes."""

from typing import Final

import msgspec

from kubecfg_core.kubectl.kinds import head


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """`run` lets admins start pods by `kubectl run`; `secret_names` lets Secrets be listed, by name and never more.

    Of the resources in `denied` (`RESOURCE` or `GROUP/RESOURCE`) no more is shown than of Secrets. kubectl takes a
    custom resource by short names too, which nobody can know beforehand: they belong into the list as well.
    """

    run: bool = False
    secret_names: bool = True
    denied: frozenset[str] = frozenset()

    def denies(self, types: frozenset[str]) -> bool:
        """Whether one of the types is in the list, in the plural or the singular, or may hold one that is."""
        names = {name for entry in self.denied for name in _names(head(entry.rpartition("/")[2]))}
        return bool(names & types) or bool(names and "all" in types)


DEFAULTS: Final = Rules()


def _names(plural: str) -> tuple[str, ...]:
    return (plural, plural.removesuffix("s"), plural.removesuffix("es"), f"{plural.removesuffix('ies')}y")
