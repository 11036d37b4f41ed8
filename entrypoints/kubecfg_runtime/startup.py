"""What whoever runs the service should hear at its start, though it runs all the same."""

import asyncio
from pathlib import Path
from typing import Final

from kubecfg_core.usecases.health import Health

MOUNTED: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount")


async def warnings(health: Health, *, mounted: Path = MOUNTED) -> list[str]:
    """One sentence for each part that is not well, and one where the pod was given a token of its own cluster."""
    parts = (await health.check()).parts
    found = [f"{name}: {part.detail}" for name, part in parts.items() if not part.ok]
    if await asyncio.to_thread(mounted.exists):
        found.append(
            f"A service account's token is mounted at {mounted}. kubecfg needs none, and whoever breaks into it would "
            "have it: set automountServiceAccountToken: false."
        )
    return found
