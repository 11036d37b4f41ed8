"""One child process from start to end: its output read as it comes and no further than the caps, its group killed."""

import asyncio
import os
import resource
import signal
from collections.abc import Mapping
from contextlib import suppress
from typing import Final, cast

import msgspec

STDOUT: Final = 1
STDERR: Final = 2

# Seconds between asking a process to stop and killing it.
GRACE: Final = 2.0


class Child(msgspec.Struct, frozen=True, kw_only=True):
    """What to start: an absolute path and arguments, the whole environment, and the descriptors to hand on."""

    argv: tuple[str, ...]
    environment: Mapping[str, str]
    fds: tuple[int, ...] = ()
    caps: Mapping[int, int]
    limits: Mapping[int, int] = {}


class Captured(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it: bytes of both streams up to their caps, the exit status (negative: the signal that ended it)."""

    stdout: bytes
    stderr: bytes
    return_code: int
    truncated: bool


async def capture(child: Child, *, deadline: float) -> Captured:
    """Run a child to its end, or kill its whole group at a cap, at the deadline or when cancelled.

    Raises `TimeoutError` after `deadline` seconds, `OSError` where it cannot be started.
    """
    loop = asyncio.get_running_loop()
    protocol = _Output(loop, child.caps)
    transport, _ = await loop.subprocess_exec(
        lambda: protocol,
        *child.argv,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=dict(child.environment),
        cwd="/",
        start_new_session=True,
        pass_fds=child.fds,
    )
    try:
        _limit(transport.get_pid(), child.limits)
        async with asyncio.timeout(deadline):
            await asyncio.wait({protocol.closed, protocol.full}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _end(transport, protocol)
    return Captured(
        stdout=bytes(protocol.taken[STDOUT]),
        stderr=bytes(protocol.taken[STDERR]),
        return_code=cast("int", transport.get_returncode()),
        truncated=protocol.full.done(),
    )


class _Output(asyncio.SubprocessProtocol):
    """Keeps what the caps allow. `full` is done at a cap; `closed` when the process is gone and both pipes are."""

    def __init__(self, loop: asyncio.AbstractEventLoop, caps: Mapping[int, int]) -> None:
        self.taken = {fd: bytearray() for fd in caps}
        self.full: asyncio.Future[None] = loop.create_future()
        self.exited: asyncio.Future[None] = loop.create_future()
        self.closed: asyncio.Future[None] = loop.create_future()
        self._caps = caps

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        room = self._caps[fd] - len(self.taken[fd])
        self.taken[fd] += data[:room]
        if len(data) > room and not self.full.done():
            self.full.set_result(None)

    def process_exited(self) -> None:
        self.exited.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the base class names it
        self.closed.set_result(None)


async def _end(transport: asyncio.SubprocessTransport, protocol: _Output) -> None:
    """Leave nothing behind: no process of the group, no zombie, no pipe."""
    try:
        if not protocol.closed.done():
            _signal_group(transport, signal.SIGTERM)
            await asyncio.wait({protocol.exited}, timeout=GRACE)
    finally:
        if not protocol.closed.done():
            # The leader may be gone while something it started still holds the pipes.
            _signal_group(transport, signal.SIGKILL)
        # Closing before the exit is known would reap the child behind the event loop's back.
        await asyncio.wait({protocol.exited})
        transport.close()
        await asyncio.wait({protocol.closed})


def _signal_group(transport: asyncio.SubprocessTransport, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(transport.get_pid(), number)


def _limit(pid: int, limits: Mapping[int, int]) -> None:
    """Set limits on a process that runs already: nothing of ours runs between fork and exec in a threaded parent."""
    if not hasattr(resource, "prlimit"):
        return
    for kind, most in limits.items():
        with suppress(ProcessLookupError):
            resource.prlimit(pid, kind, (most, most))


def limits(*, seconds: int) -> dict[int, int]:
    """The limits of a kubectl: CPU seconds, no core dump, few files open and none written, and memory.

    Go reserves far more address space than it uses: under 600 MB it does not start, so 2 GiB is the least that is safe
    and still stops a template that doubles a text thirty times.
    """
    return {
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_AS: 2 * 1024**3,
    }
