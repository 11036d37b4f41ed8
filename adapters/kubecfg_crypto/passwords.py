"""Passwords: argon2id, a few at a time."""

import asyncio
import base64
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from kubecfg_core.errors import TooMany
from kubecfg_core.ports.passwords import PasswordHasher

_SALT_BYTES: Final = 16
_HASH_BYTES: Final = 32

T = TypeVar("T")


class Argon2Hasher(PasswordHasher):
    """Hashes in `workers` threads of its own; at most `waiting` more calls wait, the next one raises `TooMany`.

    `memory_cost` is in KiB; the defaults are argon2-cffi's, RFC 9106's second choice: 64 MiB for each worker.
    """

    def __init__(
        self,
        *,
        time_cost: int = 3,
        memory_cost: int = 64 * 1024,
        parallelism: int = 4,
        workers: int = 2,
        waiting: int = 32,
    ) -> None:
        self._hasher = argon2.PasswordHasher(
            time_cost, memory_cost, parallelism, hash_len=_HASH_BYTES, salt_len=_SALT_BYTES
        )
        self._nobodys = _nobodys_hash(time_cost, memory_cost, parallelism)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="kubecfg-argon2")
        self._places = threading.BoundedSemaphore(workers + waiting)

    async def hash(self, password: str) -> str:
        """A salted hash, with its parameters in it."""
        return await self._run(lambda: self._hasher.hash(_bytes(password)))

    async def verify(self, password: str, password_hash: str) -> bool:
        """Whether the password made the hash."""
        return await self._run(lambda: self._verify(password, password_hash or self._nobodys))

    def outdated(self, password_hash: str) -> bool:
        """Whether it was made with other parameters; no for what is no hash."""
        try:
            return self._hasher.check_needs_rehash(password_hash)
        except (VerificationError, InvalidHashError):
            return False

    def close(self) -> None:
        """End the threads; what waits is dropped."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    async def _run(self, work: Callable[[], T]) -> T:
        if not self._places.acquire(blocking=False):
            raise TooMany("Too many logins at once; try again in a moment.", retry_after=1.0)
        future = self._pool.submit(work)
        # The place is free when the thread is, which is later than when a cancelled caller stops waiting.
        future.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(future)

    def _verify(self, password: str, password_hash: str) -> bool:
        try:
            return self._hasher.verify(password_hash, _bytes(password))
        except (VerificationError, ValueError):  # ValueError: the stored text is no hash
            return False


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")


def _nobodys_hash(time_cost: int, memory_cost: int, parallelism: int) -> str:
    """A hash that no password made, as dear to verify as a real one."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (_SALT_BYTES, _HASH_BYTES)
    )
    return f"$argon2id$v=19$m={memory_cost},t={time_cost},p={parallelism}${salt}${digest}"
