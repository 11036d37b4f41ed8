"""`Simulator`: the state of a simulated cluster, and serving it."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import ipaddress
import json
import logging
import ssl
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from typing import Any

from aiohttp import web

from kubecfg_demo.access import EVERYTHING, Access, Rule
from kubecfg_demo.certificates import Authority
from kubecfg_demo.events import to_core, to_new
from kubecfg_demo.faults import Fault, Faults
from kubecfg_demo.logs import LogKey
from kubecfg_demo.recorded import items_of
from kubecfg_demo.resources import Catalog
from kubecfg_demo.server import Seen, Server
from kubecfg_demo.store import Clock, Entry, Store

Object = dict[str, Any]

REQUESTS_KEPT = 10_000
_ADMIN_TOKEN = "simulated-admin-token"  # noqa: S105 - opens nothing but a simulated cluster
_LOG = logging.getLogger("kubecfg_demo")


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Simulator:
    """A simulated Kubernetes API server: objects in memory, no controllers, no scheduler, no kubelet.

    `objects` are plain dicts with apiVersion and kind (Lists are unfolded); `logs` are texts by (namespace, pod,
    container, previous); `without_groups` leaves APIs out, so that a client meets their absence; `clock` says what
    time it is, for ages and timestamps. Set `encodes_anew` to have the objects of a list encoded for each request, as a
    real API server does, which costs time.
    """

    def __init__(
        self,
        objects: Iterable[Object] = (),
        *,
        logs: Mapping[LogKey, str] | None = None,
        without_groups: Sequence[str] = (),
        clock: Clock = _utc_now,
    ) -> None:
        self.now = clock
        self.encodes_anew = False
        self.catalog = Catalog(tuple(without_groups))
        self.store = Store(clock)
        self.access = Access()
        self.faults = Faults()
        self.logs: dict[LogKey, str] = dict(logs or {})
        self.requests: deque[Seen] = deque(maxlen=REQUESTS_KEPT)
        self.without_groups = frozenset(without_groups)
        self._mirror_events()
        self.load(objects)

    def load(self, objects: Iterable[Object]) -> int:
        """Put objects in as if they had always been there, and return how many; watchers are not told.

        A CustomResourceDefinition is served from then on. Objects of a group that is left out are skipped.
        """
        count = 0
        for item in items_of(self._noted(objects)):
            if item["apiVersion"].rpartition("/")[0] in self.without_groups:
                continue
            self._seed(item)
            count += 1
        return count

    def put(self, item: Object) -> Entry:
        """Add or replace one object as a controller would: a new resourceVersion, and watchers are told."""
        return self.store.put(self.catalog.of(item), item)

    def remove(self, api_version: str, kind: str, name: str, namespace: str = "") -> bool:
        """Remove one object and tell the watchers; False when there was none."""
        resource = self.catalog.find(api_version, kind)
        return resource is not None and self.store.remove(resource, namespace, name) is not None

    def compact(self) -> None:
        """Forget the past: older watches and continue tokens are answered with 410 from now on."""
        self.store.compact()

    def objects(self, api_version: str, kind: str) -> list[Object]:
        """All objects of a kind, decoded, in the order of a list."""
        resource = self.catalog.find(api_version, kind)
        return [entry.decoded() for entry in self.store.listed(resource)] if resource else []

    @contextlib.asynccontextmanager
    async def serve(self, host: str = "127.0.0.1", port: int = 0, *, tls: bool = True) -> AsyncIterator[Running]:
        """Serve until the context ends; port 0 takes a free one. Watches and held requests end with it."""
        authority = Authority()
        names = () if host in {"localhost", "127.0.0.1", "::1"} else (host,)
        context = authority.server_context(*names) if tls else None
        runner = web.AppRunner(
            Server(self).application(), access_log=None, shutdown_timeout=1.0, handler_cancellation=True
        )
        self.faults.begin()
        await runner.setup()
        site = web.TCPSite(runner, host, port, ssl_context=context)
        try:
            await site.start()
            running = Running(self, authority, _address(runner, context))
            _LOG.info("A SIMULATED Kubernetes API server listens at %s", running.url)
            yield running
        finally:
            self.faults.end()
            self.store.end_watches()
            await runner.cleanup()

    def _seed(self, item: Object) -> None:
        if item["kind"] == "CustomResourceDefinition":
            self.catalog.define(item)
        if (item["kind"], item["apiVersion"]) == ("Event", "events.k8s.io/v1"):
            # Both APIs list the same events; the core form, when it is there, is the one that was stored.
            item = to_core(item)
            known = self.store.get(
                self.catalog.of(item), item["metadata"].get("namespace", ""), item["metadata"]["name"]
            )
            if known is not None:
                return
        self.store.seed(self.catalog.of(item), item)

    def _noted(self, objects: Iterable[Object]) -> Iterator[Object]:
        """The same objects; a list's own resourceVersion is where the counter stood when it was read."""
        for found in objects:
            revision = str((found.get("metadata") or {}).get("resourceVersion", ""))
            if str(found.get("kind", "")).endswith("List") and revision.isdecimal():
                self.store.advance(int(revision))
            yield found

    def _mirror_events(self) -> None:
        core = self.catalog.at("", "v1", "events")
        new = self.catalog.at("events.k8s.io", "v1", "events")
        if core is not None and new is not None:
            self.store.mirror(core, new, to_new)


class Running:
    """A simulator that listens: where it is, and how to get in."""

    def __init__(self, simulator: Simulator, authority: Authority, url: str) -> None:
        self.simulator = simulator
        self.url = url
        self.ca_pem = authority.pem
        self.ca_data = base64.b64encode(authority.pem).decode()
        self.admin_token = _ADMIN_TOKEN
        self._authority = authority
        self.add_token(self.admin_token, user="admin", groups=("system:masters",), allow=(EVERYTHING,))

    @property
    def requests(self) -> deque[Seen]:
        """The latest requests, oldest first."""
        return self.simulator.requests

    def add_token(
        self, token: str, *, user: str, groups: Sequence[str] = (), allow: Sequence[Rule] = (EVERYTHING,)
    ) -> None:
        """Let a bearer token in; `allow=()` may do nothing but discovery and asking about itself."""
        self.simulator.access.add_token(token, user, groups, allow)

    def revoke_token(self, token: str) -> None:
        """Refuse a token from now on."""
        self.simulator.access.revoke_token(token)

    def client_certificate(
        self, user: str, *, groups: Sequence[str] = (), allow: Sequence[Rule] = (EVERYTHING,)
    ) -> tuple[bytes, bytes]:
        """A client certificate for a user and its key, both PEM."""
        self.simulator.access.add_certificate_user(user, allow)
        return self._authority.client(user, tuple(groups))

    def fail(self, fault: Fault) -> None:
        """Put a fault in force."""
        self.simulator.faults.add(fault)

    def recover(self) -> None:
        """End all faults."""
        self.simulator.faults.clear()

    def client_context(self) -> ssl.SSLContext:
        """A client-side context that trusts this server."""
        return ssl.create_default_context(cadata=self.ca_pem.decode())

    def kubeconfig(self, token: str | None = None, namespace: str = "default") -> str:
        """A kubeconfig (JSON, which is YAML) with the admin's token or another."""
        cluster = {"server": self.url}
        if self.url.startswith("https:"):
            cluster["certificate-authority-data"] = self.ca_data
        context = {"cluster": "simulated", "user": "simulated", "namespace": namespace}
        found = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "simulated",
            "clusters": [{"name": "simulated", "cluster": cluster}],
            "users": [{"name": "simulated", "user": {"token": token or self.admin_token}}],
            "contexts": [{"name": "simulated", "context": context}],
        }
        return json.dumps(found, indent=2)


def _address(runner: web.AppRunner, context: ssl.SSLContext | None) -> str:
    host, port = runner.addresses[0][:2]
    shown = f"[{host}]" if ipaddress.ip_address(host).version == 6 else host  # noqa: PLR2004 - IPv6
    return f"{'https' if context else 'http'}://{shown}:{port}"
