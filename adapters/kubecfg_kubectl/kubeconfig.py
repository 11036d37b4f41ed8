"""The one file kubectl reads: it names the proxy and holds no credential; kept in memory, gone with the process."""

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

_NAME: Final = "target"


class Lent(msgspec.Struct, frozen=True, kw_only=True):
    """A kubeconfig that a child may read at `path`; `fds` must be passed on to it."""

    path: str
    fds: tuple[int, ...] = ()


def render(server: str) -> bytes:
    """The kubeconfig as JSON, which is YAML without surprises. `server` is the URL of the proxy.

    The namespace is always named: left out, kubectl takes the one of the pod that the service runs in.
    """
    context = {"cluster": _NAME, "user": _NAME, "namespace": "default"}
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": _NAME, "cluster": {"server": server}}],
        "users": [{"name": _NAME, "user": {}}],
        "contexts": [{"name": _NAME, "context": context}],
        "current-context": _NAME,
    }
    return json.dumps(document).encode()


@contextmanager
def lend(content: bytes) -> Iterator[Lent]:
    """Keep the content where a child alone can read it, in memory where the system can, until the block ends."""
    with _in_memory(content) if hasattr(os, "memfd_create") else _in_a_file(content) as lent:
        yield lent


@contextmanager
def _in_memory(content: bytes) -> Iterator[Lent]:
    fd = os.memfd_create("kubeconfig", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        os.write(fd, content)
        seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, seals)
        yield Lent(path=f"/proc/self/fd/{fd}", fds=(fd,))
    finally:
        os.close(fd)


@contextmanager
def _in_a_file(content: bytes) -> Iterator[Lent]:
    # mkdtemp gives 0700 and O_EXCL gives 0600: nobody else ever sees the file, not even for a moment.
    with tempfile.TemporaryDirectory(prefix="kubecfg-") as folder:
        path = Path(folder) / "config"
        fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            os.write(fd, content)
        finally:
            os.close(fd)
        yield Lent(path=str(path))
