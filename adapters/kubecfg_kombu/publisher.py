"""What runs in the bus's thread: one connection to the broker, and one event at a time."""

import ssl
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import msgspec

from kubecfg_core.errors import SettingsError, UpstreamError, UpstreamRefused, UpstreamTimeout, UpstreamUnreachable
from kubecfg_core.events import Event
from kubecfg_core.secret import Secret

if TYPE_CHECKING:
    from kombu.connection import Connection
    from kombu.messaging import Producer

CONTENT_TYPE: Final = "application/cloudevents+json"
_SCHEMES: Final = ("amqp", "amqps", "pyamqp")
_ATTEMPTS: Final = 3
_PAUSE: Final = 0.2  # seconds before the second attempt, and twice as long before the third
_ROUTING_KEY: Final = 255  # bytes: a short string of the protocol


def check_url(url: str) -> Secret:
    """The broker's address, with the password in it. Raises `SettingsError` that does not quote it.

    Several, separated by `;`, are tried in turn.
    """
    for part in url.split(";"):
        try:
            pieces = urlsplit(part)
            sound = pieces.scheme in _SCHEMES and pieces.hostname and (pieces.port or True)
        except ValueError:
            sound = False
        if not sound:
            raise SettingsError("RABBITMQ_URL must be amqp(s)://[user:password@]host[:port]/[vhost].")
    return Secret(url)


class Publisher:
    """Connects when it has to, and again when the connection turns out to be dead. Not safe for several threads."""

    def __init__(self, url: Secret, exchange: str, *, timeout: float) -> None:
        self._url = url
        self._exchange = exchange
        self._timeout = timeout
        self._connection: Connection | None = None
        self._producer: Producer | None = None

    def publish(self, event: Event) -> None:
        """Return when the broker has confirmed the event. Raises `UpstreamError`."""
        if len(event.type.encode()) > _ROUTING_KEY:
            raise UpstreamRefused("The type of the event is too long for a routing key.")
        body = msgspec.json.encode(event)
        self._attempt(lambda deadline: self._send(event, body, deadline))

    def ping(self) -> None:
        """Return when the broker has answered. Raises `UpstreamError`."""
        # Declaring is a round trip, unlike asking the socket whether it is open.
        self._attempt(lambda deadline: self._open(deadline).declare())

    def close(self) -> None:
        """Drop the connection; a dead one at once."""
        connection, self._connection, self._producer = self._connection, None, None
        if connection is not None:
            connection.collect(socket_timeout=1.0)

    def _attempt(self, work: Callable[[float], object]) -> None:
        """Do the work, and again on a new connection where the old one turns out to be dead, until the deadline."""
        deadline = time.monotonic() + self._timeout
        for attempt in range(_ATTEMPTS):
            time.sleep(_PAUSE * attempt)
            try:
                work(deadline)
            except Exception as error:
                self.close()
                failure = _translate(error)
                last = attempt == _ATTEMPTS - 1 or time.monotonic() + _PAUSE * (attempt + 1) >= deadline
                if last or isinstance(failure, UpstreamRefused):
                    raise failure from error
            else:
                return

    def _send(self, event: Event, body: bytes, deadline: float) -> None:
        left = max(deadline - time.monotonic(), 0.1)
        self._open(deadline).publish(
            body,
            routing_key=event.type,
            delivery_mode=2,
            content_type=CONTENT_TYPE,
            content_encoding="utf-8",
            timeout=left,
            confirm_timeout=left,
            message_id=event.id,
            timestamp=int(event.time.timestamp()),
            type=event.type,
            app_id=event.source,
        )

    def _open(self, deadline: float) -> "Producer":
        """A producer on an open connection, whose socket waits no longer than until the deadline."""
        left = max(deadline - time.monotonic(), 0.1)
        if self._producer is None:
            from kombu.connection import Connection
            from kombu.entity import Exchange
            from kombu.messaging import Producer

            self._connection = Connection(
                self._url.reveal(),
                connect_timeout=left,
                ssl=self._tls(),
                transport_options={"confirm_publish": True},
            )
            self._connection.ensure_connection(
                max_retries=1, interval_start=0, interval_step=0, timeout=left, reraise_as_library_errors=False
            )
            self._connection.connection.sock.settimeout(left)
            exchange = Exchange(self._exchange, "topic", durable=True, delivery_mode="persistent")
            self._producer = Producer(self._connection.channel(), exchange, auto_declare=False)
            self._producer.declare()
        elif self._connection is not None:
            self._connection.connection.sock.settimeout(left)
        return self._producer

    def _tls(self) -> dict[str, Any] | None:
        """What makes py-amqp verify the broker's certificate and name: by itself it does neither."""
        if not self._url.reveal().startswith("amqps:"):
            return None
        return {"context": {"check_hostname": True, "purpose": ssl.Purpose.SERVER_AUTH}, "server_hostname": None}


def _translate(error: Exception) -> UpstreamError:
    from amqp import exceptions

    if isinstance(error, (exceptions.AccessRefused, exceptions.NotAllowed)):
        return UpstreamRefused("The event broker refused the user, the virtual host or the exchange of RABBITMQ_URL.")
    if isinstance(error, exceptions.PreconditionFailed):
        return UpstreamRefused("The event broker has another kind of exchange of that name.")
    if isinstance(error, exceptions.MessageNacked):
        return UpstreamRefused("The event broker did not take the event.")
    if isinstance(error, ssl.SSLError):
        return UpstreamUnreachable("The certificate of the event broker cannot be verified.")
    if isinstance(error, TimeoutError):
        return UpstreamTimeout("The event broker did not answer in time.")
    return UpstreamUnreachable("The event broker cannot be reached.")
