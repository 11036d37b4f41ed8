"""Discovery caches: one folder for each target, never shared, and not too many of them."""

import shutil
from pathlib import Path
from typing import Final

MOST: Final = 256

# Under a file there can be no folder, so kubectl keeps nothing, and goes on without.
NOWHERE: Final = "/dev/null/none"


def folder(root: Path | None, key: str) -> str:
    """Where a kubectl for the target of this key may keep what the server can do.

    kubectl itself tells clusters apart by host and port alone: two owners' clusters behind one address would share
    what one of them says. Made with mode 0700; the folders that were used the longest time ago go first.
    """
    if root is None:
        return NOWHERE
    mine = root / key
    if not mine.is_dir():
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_room(root)
        mine.mkdir(mode=0o700, exist_ok=True)
    return str(mine)


def _make_room(root: Path) -> None:
    by_age = sorted((path for path in root.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)
    for path in by_age[: max(0, len(by_age) - MOST + 1)]:
        shutil.rmtree(path, ignore_errors=True)
