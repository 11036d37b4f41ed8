"""The files of a dump: of a folder, of an archive, or the one file there is. Nothing is unpacked to a disk."""

import gzip
import os
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Final, NamedTuple, Protocol

from kubecfg_core.errors import InvalidInput, TooLarge

TOTAL_MAX: Final = 1024 * 1024 * 1024
FILES_MAX: Final = 50_000
_BLOCK: Final = 1024 * 1024
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_STRUCTURED: Final = frozenset({".json", ".yaml", ".yml", ".jsonl", ".ndjson"})
_STARTS: Final = (b"{", b"[", b"apiVersion:", b"kind:", b"---", b"items:")


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class Member(NamedTuple):
    """One file: its path within the dump, and its bytes. `note` says why there are none."""

    path: PurePosixPath
    content: bytes
    note: str = ""


def members(path: Path, *, total: int = TOTAL_MAX) -> Iterator[Member]:
    """The files that may hold objects, at most `total` bytes in all (decompressed) and 50,000 in number.

    Raises `InvalidInput` for a path that is not there or an archive that is broken, `TooLarge` beyond the bounds.
    """
    budget = _Budget(total)
    try:
        if path.is_dir():
            yield from _of_folder(path, budget)
            return
        with path.open("rb") as stream:
            magic = stream.read(4)
        if magic.startswith(_ZIP):
            yield from _of_zip(path, budget)
        elif magic.startswith(_GZIP) or tarfile.is_tarfile(path):
            yield from _of_tar(path, budget, compressed=magic.startswith(_GZIP))
        else:
            with path.open("rb") as stream:
                yield Member(PurePosixPath(path.name), budget.read(stream))
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror or type(error).__name__}.") from error
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, ValueError) as error:
        raise InvalidInput(f"{path} is not an archive that can be read (.tar, .tar.gz, .zip).") from error


class _Budget:
    """What may still be read."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._bytes = total
        self._files = FILES_MAX

    def read(self, stream: IO[bytes]) -> bytes:
        """All of a stream. What it says of its own size is not believed: that is how archives explode."""
        self.count()
        blocks: list[bytes] = []
        while block := stream.read(_BLOCK):
            self.spend(len(block))
            blocks.append(block)
        return b"".join(blocks)

    def count(self) -> None:
        """Count a file."""
        self._files -= 1
        if self._files < 0:
            raise TooLarge(f"The dump has more than {FILES_MAX:,} files.")

    def spend(self, size: int) -> None:
        """Count bytes."""
        self._bytes -= size
        if self._bytes < 0:
            raise TooLarge(f"The dump is larger than {self._total / 2**20:,.0f} MiB.")


class _Metered:
    """A decompressed stream that stops at the budget, whatever a tar's headers ask to read."""

    def __init__(self, stream: _Readable, budget: _Budget) -> None:
        self._stream = stream
        self._budget = budget

    def read(self, size: int = -1) -> bytes:
        block = self._stream.read(min(size, _BLOCK) if size >= 0 else _BLOCK)
        self._budget.spend(len(block))
        return block


def _of_folder(folder: Path, budget: _Budget) -> Iterator[Member]:
    for parent, folders, names in os.walk(folder):  # follows no links to folders
        folders.sort()
        for name in sorted(names):
            file = Path(parent, name)
            if file.is_symlink() or not file.is_file():
                continue
            relative = PurePosixPath(file.relative_to(folder).as_posix())
            try:
                with file.open("rb") as stream:
                    if not _promising(relative, stream.read(64)):
                        continue
                    stream.seek(0)
                    content = budget.read(stream)
            except OSError as error:
                yield Member(relative, b"", note=error.strerror or "it cannot be read")
            else:
                yield Member(relative, content)


def _of_tar(path: Path, budget: _Budget, *, compressed: bool) -> Iterator[Member]:
    with gzip.open(path) if compressed else path.open("rb") as stream:
        metered = _Metered(stream, budget)
        with tarfile.open(fileobj=metered, mode="r|") as archive:  # type: ignore[call-overload]  # asks for read() alone
            for entry in archive:
                budget.count()
                content = archive.extractfile(entry) if entry.isreg() else None
                if content is None:
                    continue
                body = content.read()  # the budget was spent where it was decompressed
                name = PurePosixPath(entry.name)
                if _promising(name, body[:64]):
                    yield Member(name, body)


def _of_zip(path: Path, budget: _Budget) -> Iterator[Member]:
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if entry.is_dir():
                continue
            name = PurePosixPath(entry.filename)
            try:
                with archive.open(entry) as stream:
                    content = budget.read(stream)
            except (RuntimeError, NotImplementedError):
                yield Member(name, b"", note="it is encrypted, or compressed in an unknown way")
            else:
                if _promising(name, content[:64]):
                    yield Member(name, content)


def _promising(path: PurePosixPath, start: bytes) -> bool:
    """Whether a file may hold objects, by its name or its first bytes: the logs of a dump are passed over."""
    if path.name.startswith("._"):
        return False
    return path.suffix.lower() in _STRUCTURED or start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(_STARTS)
