from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
import sys
import threading
import time
import traceback
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import trustme

from kubecfg_core.errors import (
    SettingsError,
    TooMany,
    UpstreamError,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnreachable,
)
from kubecfg_kombu import KombuBus
from tests.contract.test_event_bus import bound, broker
from tests.fakes.events import event
from tests.fakes.rabbitmq import Proxy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

__all__ = ["broker"]  # a fixture that is shared


@asynccontextmanager
async def opened(url: str, **kwargs: Any) -> AsyncIterator[KombuBus]:
    bus = KombuBus(url, **{"exchange": f"kubecfg-test-{uuid4()}", "timeout": 5.0, **kwargs})
    try:
        yield bus
    finally:
        with suppress(UpstreamError):
            await bus.close()


async def test_a_message_says_what_it_is_and_outlives_the_broker(broker: str) -> None:
    exchange = f"kubecfg-test-{uuid4()}"
    async with opened(broker, exchange=exchange) as bus:
        await bus.ping()
        with bound(broker, exchange) as queue:
            await bus.publish(event(7))
            [message] = await asyncio.to_thread(queue.take, 1)

    assert message.content_type == "application/cloudevents+json"
    assert message.properties["message_id"] == "event-7"
    assert message.properties["delivery_mode"] == 2
    assert message.delivery_info["routing_key"] == "cluster.onboarded"


async def test_an_event_that_nobody_is_bound_for_is_no_error(broker: str) -> None:
    async with opened(broker) as bus:
        await bus.publish(event(1))


async def test_a_connection_that_was_cut_is_made_anew(broker: str) -> None:
    async with Proxy(urlsplit(broker).port or 5672) as proxy, opened(proxy.url) as bus:
        await bus.publish(event(1))
        proxy.cut()
        await bus.publish(event(2))

        assert proxy.connections == 2


async def test_a_broker_that_freezes_costs_the_deadline_and_is_used_again(broker: str) -> None:
    async with Proxy(urlsplit(broker).port or 5672) as proxy, opened(proxy.url, timeout=0.5) as bus:
        await bus.publish(event(1))
        proxy.freeze()
        start = time.monotonic()
        with pytest.raises(UpstreamTimeout):
            await bus.publish(event(2))
        took = time.monotonic() - start
        proxy.thaw()
        await asyncio.sleep(0.1)  # the thread lets go of the dead connection a moment later
        await bus.publish(event(3))

    assert took < 1.5


async def test_a_server_that_accepts_and_is_silent_times_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        async with opened(f"amqp://guest:canary@127.0.0.1:{server.getsockname()[1]}/", timeout=0.5) as bus:
            with pytest.raises(UpstreamTimeout):
                await bus.ping()


@pytest.mark.parametrize("url", ["amqp://guest:canary@127.0.0.1:9/", "amqp://guest:canary@host.invalid/"])
async def test_a_broker_that_is_not_there_is_unreachable_soon(url: str) -> None:
    async with opened(url) as bus:
        start = time.monotonic()
        with pytest.raises(UpstreamUnreachable) as caught:
            await bus.publish(event(1))

    assert time.monotonic() - start < 3
    assert "canary" not in "".join(traceback.format_exception(caught.value)) + repr(vars(bus))


@pytest.mark.parametrize(("old", "new"), [("guest:guest@", "guest:canary@"), ("5672/", "5672/no-such-vhost")])
async def test_a_refused_login_is_not_tried_again(broker: str, old: str, new: str) -> None:
    if old not in broker:
        pytest.skip(f"the broker's address has no {old!r} to replace")
    async with opened(broker.replace(old, new)) as bus:
        with pytest.raises(UpstreamRefused, match="RABBITMQ_URL") as caught:
            await bus.ping()

    assert "canary" not in "".join(traceback.format_exception(caught.value))


async def test_an_exchange_of_another_kind_is_refused(broker: str) -> None:
    exchange = f"kubecfg-test-{uuid4()}"
    with bound(broker, exchange) as queue:
        other = queue._bound.exchange
        other.delete()
        other.type = "direct"
        other.declare()
        async with opened(broker, exchange=exchange) as bus:
            with pytest.raises(UpstreamRefused, match="another kind"):
                await bus.ping()


@pytest.fixture
def tls_server() -> Iterator[int]:
    """A TLS listener whose certificate nobody vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1", "localhost").configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    plain, _ = listener.accept()
                    with plain, suppress(OSError):
                        context.wrap_socket(plain, server_side=True).close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(2)


async def test_a_certificate_that_nobody_vouches_for_is_refused(tls_server: int) -> None:
    async with opened(f"amqps://guest:guest@localhost:{tls_server}/") as bus:
        with pytest.raises(UpstreamUnreachable, match="certificate"):
            await bus.ping()


async def test_a_full_queue_of_callers_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"amqp://guest:guest@127.0.0.1:{server.getsockname()[1]}/"
        async with opened(url, timeout=0.3) as bus:
            answers = await asyncio.gather(*(bus.publish(event(n)) for n in range(120)), return_exceptions=True)

    assert sum(isinstance(answer, TooMany) for answer in answers) == 20
    assert sum(isinstance(answer, UpstreamTimeout) for answer in answers) == 100


@pytest.mark.parametrize(
    "url",
    ["", "localhost:5672", "redis://h/", "memory://", "amqp://", "amqp://g:canary@h:port/", "amqp://a/;http://b/"],
)
def test_an_address_that_is_none_is_a_setting_error_that_does_not_quote_it(url: str) -> None:
    with pytest.raises(SettingsError, match="RABBITMQ_URL") as caught:
        KombuBus(url)

    assert "canary" not in str(caught.value)


def test_importing_the_package_does_not_import_kombu() -> None:
    code = "import kubecfg_kombu, sys; sys.exit('kombu' in sys.modules or 'amqp' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
