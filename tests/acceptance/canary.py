"""Marker secrets, a service that is given them all, and everything that it leaves behind."""

import asyncio
import base64
import io
import json
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from aiohttp import ClientSession

from kubecfg_demo.certificates import Authority

START_SECONDS: Final = 50
_BETWEEN_LOOKS: Final = 0.002


class Markers:
    """A text of its own for every secret. No two are alike, and nothing else looks like one."""

    def __init__(self) -> None:
        certificate, key = Authority().client("canary")
        self.texts = {
            name: secrets.token_urlsafe(48)
            for name in (
                "cluster token", "refused token", "replacing token", "broken token", "command token", "forged token",
                "admin password", "wrong password", "new password", "jwt key", "llm key", "prometheus token",
                "broker password", "database password",
            )
        }  # fmt: skip
        self.texts["encryption key"] = base64.b64encode(secrets.token_bytes(32)).decode()
        self.texts["new encryption key"] = base64.b64encode(secrets.token_bytes(32)).decode()
        self.texts["client certificate"] = base64.b64encode(certificate).decode()
        self.texts["client key"] = base64.b64encode(key).decode()

    def __getitem__(self, name: str) -> str:
        return self.texts[name]

    def found_in(self, haystack: bytes) -> list[str]:
        """The names of those that are there, plain or in another spelling."""
        return [name for name, text in self.texts.items() if any(form in haystack for form in _spellings(text))]


def _spellings(text: str) -> list[bytes]:
    """As it is; quoted for a URL; in base64; without it, and then a line out of the middle of a PEM text."""
    forms = [text.encode(), quote(text, safe="").encode(), base64.b64encode(text.encode()).rstrip(b"=")]
    try:
        lines = base64.b64decode(text, validate=True).splitlines()
    except ValueError:
        return forms
    return [*forms, lines[len(lines) // 2]] if b"-----BEGIN" in lines[0] else forms


@dataclass
class Service:
    """`kubecfg serve`, as a process of its own that logs at DEBUG."""

    home: Path
    environment: dict[str, str]
    url: str = ""
    children: dict[tuple[bytes, bytes], None] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        return self.home / "log"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        process = self._start()
        try:
            with self._watched(process.pid):
                self.url = await self._listening(process)
                yield
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait, 30)

    def _start(self) -> subprocess.Popen[bytes]:
        arguments = [sys.executable, "-m", "kubecfg_cli", "serve", "--port", "0"]
        with self.log.open("ab") as log:
            return subprocess.Popen(arguments, stdout=log, stderr=log, env=self.environment, cwd=self.home)

    async def command(self, *arguments: str, stdin: str = "", **changed: str) -> str:
        """Run another command on the same data; what it prints is kept with the log."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "kubecfg_cli",
            *arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.home,
            env={**self.environment, **changed},
        )
        output, _ = await process.communicate(stdin.encode())
        with self.log.open("ab") as log:
            log.write(output)
        return output.decode()

    async def _listening(self, process: subprocess.Popen[bytes]) -> str:
        async with asyncio.timeout(START_SECONDS):
            while True:
                for line in self.log.read_text().splitlines():
                    if "Listening on " in line:
                        return line.partition("Listening on ")[2].partition(",")[0]
                if process.poll() is not None:
                    raise RuntimeError(self.log.read_text()[-2000:])
                await asyncio.sleep(0.05)

    @contextmanager
    def _watched(self, pid: int) -> Iterator[None]:
        """Look at every process that the service starts, as anybody on the machine can."""
        over = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(pid, over))
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()

    def _watch(self, pid: int, over: threading.Event) -> None:
        own = _read(f"/proc/{pid}/cmdline")
        while not over.wait(_BETWEEN_LOOKS):
            for child in _descendants(pid):
                seen = _read(f"/proc/{child}/cmdline"), _read(f"/proc/{child}/environ")
                if seen[0] not in (b"", own):  # between fork and exec it is the service itself that is seen
                    self.children[seen] = None


class Client:
    """Calls the service; keeps every answer that is no success, with its headers."""

    def __init__(self, session: ClientSession) -> None:
        self._session = session
        self.headers: dict[str, str] = {}
        self.errors: list[bytes] = []

    async def call(self, method: str, path: str, body: Any = None, *, status: int | set[int] = 200, **more: Any) -> Any:
        """The answer, where its status is an expected one. A body of bytes is sent as it is."""
        sent = {"data": io.BytesIO(body)} if isinstance(body, bytes) else {"json": body}
        headers = {"Content-Type": "application/json", **self.headers} if isinstance(body, bytes) else self.headers
        async with self._session.request(method, path, **sent, **{"headers": headers, **more}) as response:
            answer = await response.read()
            if response.status >= 400:
                self.errors.append(str(response.headers).encode() + answer)
            assert response.status in ({status} if isinstance(status, int) else status), (method, path, answer[:500])
            return json.loads(answer) if response.content_type == "application/json" else answer


def files_below(*folders: Path) -> bytes:
    """Every byte that was left in files."""
    return b"\n".join(path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file())


def minimal_environment(**settings: str) -> dict[str, str]:
    """What a process needs to run at all, and these."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return {**kept, **settings}


def _descendants(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").glob("*"):
        for child in _read(f"{task}/children").split():
            yield int(child)
            yield from _descendants(int(child))


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""  # it has ended meanwhile
