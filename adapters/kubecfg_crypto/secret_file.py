"""A file that holds a generated secret: made once, mode 0600, whole or not at all."""

import logging
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

from kubecfg_core.errors import SettingsError

_MAX_BYTES: Final = 64 * 1024
_PERMISSIONS: Final = stat.S_IRWXG | stat.S_IRWXO
_log = logging.getLogger(__name__)


def read_or_make(path: Path, make: Callable[[], str], *, variable: str) -> str:
    """The text in the file; where there is none, `make` gives it, and the file keeps it.

    Of several processes that start at once one wins, and all get its text. A missing folder is made with mode 0700.
    Raises `SettingsError` that names the `variable` which could be set instead: the file is readable by others, no
    plain file, empty, or cannot be read or written.
    """
    try:
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _make(path, make())
            _log.info("%s is not set: what is in %s is used. Keep a copy of it with your backups.", variable, path)
        text = _read(path, variable)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SettingsError(f"{variable}: it is not set, and {path} cannot be used in its place: {reason}.") from error
    if not text:
        raise SettingsError(f"{variable}: it is not set, and {path} is empty.")
    return text


def _make(path: Path, text: str) -> None:
    """Write a file beside it, then link it into place: nobody sees it half written, and the first one there wins."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 - it is a descriptor
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            return  # a process beside this one was first; its text is the one that counts
        _sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make the new name survive a power cut: a key that vanishes takes everything it sealed with it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path, variable: str) -> str:
    # O_NONBLOCK: a fifo in the file's place must not hold the start up.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, encoding="utf-8") as file:  # noqa: PTH123 - it is a descriptor
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise SettingsError(f"{variable}: it is not set, and {path} is not a plain file.")
        if mode & _PERMISSIONS:
            raise SettingsError(f"{variable}: it is not set, and others may read {path}; chmod 600 it.")
        return file.read(_MAX_BYTES).strip()
