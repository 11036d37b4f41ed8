"""Whether the service can do its work: each part asked, side by side, within a deadline."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from kubecfg_core.errors import KubecfgError

_DEADLINE: Final = 3.0


@dataclass(frozen=True, slots=True)
class Part:
    """One thing to ask. `ask` gives a word about it, or raises. Without an `essential` one the service is not ready."""

    ask: Callable[[], Awaitable[str]]
    essential: bool = True


class PartHealth(msgspec.Struct, frozen=True, kw_only=True):
    """How one part is: `detail` is its word, or why it is not well."""

    ok: bool
    essential: bool
    detail: str


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """How all parts are: `ready` when every essential one is well."""

    ready: bool
    parts: dict[str, PartHealth]


class Health:
    """Asks the parts."""

    def __init__(self, parts: Mapping[str, Part]) -> None:
        self._parts = dict(parts)

    async def check(self) -> Readiness:
        """Ask every part now."""
        answers = await asyncio.gather(*(_ask(part) for part in self._parts.values()))
        parts = dict(zip(self._parts, answers, strict=True))
        return Readiness(ready=all(part.ok or not part.essential for part in answers), parts=parts)


async def _ask(part: Part) -> PartHealth:
    try:
        async with asyncio.timeout(_DEADLINE):
            return PartHealth(ok=True, essential=part.essential, detail=await part.ask())
    except TimeoutError:
        return PartHealth(ok=False, essential=part.essential, detail=f"It did not answer within {_DEADLINE:.0f} s.")
    except KubecfgError as error:
        return PartHealth(ok=False, essential=part.essential, detail=error.message)
