"""A RabbitMQ for the tests: the one that is named, the one that runs here, or one that is started."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from uuid import uuid4

import pytest
from kombu.connection import Connection
from kombu.entity import Exchange
from kombu.entity import Queue as BrokerQueue
from kombu.exceptions import OperationalError

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCAL = "amqp://guest:guest@127.0.0.1:{}/"
_SERVERS = ("/usr/lib/rabbitmq/bin/rabbitmq-server", "rabbitmq-server")


@contextmanager
def rabbitmq(folder: Path) -> Iterator[str]:
    """The URL of a broker. Skips where there is none and none can be started; fails then in CI."""
    named = os.environ.get("KUBECFG_TEST_RABBITMQ_URL")
    if named or _answers(_LOCAL.format(5672)):
        yield named or _LOCAL.format(5672)
        return
    server = next((found for name in _SERVERS if (found := shutil.which(name))), None)
    if server is not None:
        with _started(server, folder) as url:
            yield url
        return
    reason = "no RabbitMQ: set KUBECFG_TEST_RABBITMQ_URL, or apt-get install rabbitmq-server"
    pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)


@contextmanager
def _started(server: str, folder: Path) -> Iterator[str]:
    port, distribution = _free_port(), _free_port()
    (folder / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\n")
    (folder / "plugins").write_text("[].\n")
    environment = {
        "HOME": str(folder),
        "PATH": os.environ["PATH"],
        "RABBITMQ_NODENAME": f"kubecfg{port}@localhost",
        "RABBITMQ_DIST_PORT": str(distribution),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "logs"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
    }
    with subprocess.Popen([server], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            url = _LOCAL.format(port)
            deadline = time.monotonic() + 50
            while not _answers(url):
                if process.poll() is not None or time.monotonic() > deadline:
                    pytest.fail(f"{server} did not start")
                time.sleep(0.2)
            yield url
        finally:
            process.terminate()


class Queue:
    """A queue bound for the events of one exchange, and what came into it."""

    def __init__(self, url: str, exchange: str, routing_key: str = "#") -> None:
        self._connection = Connection(url)
        source = Exchange(exchange, "topic", durable=True)
        name = f"kubecfg-test-{uuid4()}"
        queue = BrokerQueue(name, source, routing_key, durable=False, exclusive=True, auto_delete=True)
        self._bound: Any = queue(self._connection.channel())
        self._bound.declare()

    def take(self, count: int) -> list[Any]:
        """The messages in the queue, at most `count`, each acknowledged."""
        messages: list[Any] = []
        deadline = time.monotonic() + 5
        while len(messages) < count and time.monotonic() < deadline:
            message = self._bound.get(accept=["application/cloudevents+json"])
            if message is None:
                time.sleep(0.01)
            else:
                message.ack()
                messages.append(message)
        return messages

    def leave(self) -> None:
        """Remove the queue, and leave the exchange to others."""
        self._connection.release()

    def close(self) -> None:
        """Remove the queue and its exchange."""
        self._bound.exchange.delete()
        self._connection.release()


class Proxy:
    """Stands between a client and the broker: cuts its connections, or lets nothing through."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._writers: list[asyncio.StreamWriter] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.connections = 0
        self.url = ""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = _LOCAL.format(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def freeze(self) -> None:
        self._flowing.clear()

    def thaw(self) -> None:
        self._flowing.set()

    def cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers += [writer, far_writer]
        for pair in ((reader, far_writer), (far_reader, writer)):
            task = asyncio.create_task(self._pump(*pair))
            self._tasks.add(task)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()
        writer.close()


def _answers(url: str) -> bool:
    try:
        with Connection(url, connect_timeout=1) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0)
    except OperationalError:
        return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
