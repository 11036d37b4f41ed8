"""The metrics source on Prometheus' HTTP API."""

import asyncio
from base64 import b64encode
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit, urlunsplit

from kubecfg_core.egress import EgressPolicy
from kubecfg_core.errors import AddressRefused, SettingsError, UpstreamRefused, UpstreamTimeout, UpstreamUnreachable
from kubecfg_core.metrics import Metric, Sample, UsageQuery, check_range
from kubecfg_core.ports.metrics_source import MetricsSource
from kubecfg_core.secret import Secret
from kubecfg_prometheus.answers import refusal, samples
from kubecfg_prometheus.promql import Matcher, Operator, rate, selector, total
from kubecfg_prometheus.selection import PodSelection

if TYPE_CHECKING:
    import aiohttp

_MAX_BYTES: Final = 8 * 1024 * 1024
_CHUNK: Final = 64 * 1024
_ANY_POD: Final = PodSelection()


class PrometheusMetrics(MetricsSource):
    """CPU and memory of a user's pods, from the series of the kubelet's cAdvisor.

    `base_url` is the server's address with any path prefix; a user and password in it are sent as basic
    authentication, and `token` as a bearer token. `timeout` is the deadline of a whole call, in seconds.
    `scrape_interval` is the server's, in seconds: CPU is a rate over four of them, or over the step if that is longer.
    `egress` is asked about every address that the server's name resolves to (`EgressPolicy.for_own`).
    """

    def __init__(
        self,
        base_url: str,
        *,
        token: Secret | None = None,
        timeout: float = 10.0,
        selection: PodSelection = _ANY_POD,
        scrape_interval: int = 30,
        egress: EgressPolicy | None = None,
    ) -> None:
        self._url, basic = _split(base_url)
        self._egress = (egress or EgressPolicy()).for_own(self._url)
        self._authorization = Secret(f"Bearer {token.reveal()}") if token else basic
        self._timeout = timeout
        self._selection = selection
        self._scrape_interval = scrape_interval
        self._session: aiohttp.ClientSession | None = None

    async def usage(self, query: UsageQuery) -> list[Sample]:
        """Cores or bytes, summed over the user's containers. Raises `InvalidInput` for a query out of bounds."""
        check_range(query)
        end = query.end.timestamp()
        body = await self._post(
            "/api/v1/query_range",
            {
                "query": self.promql(query),
                "start": f"{end - query.duration:.3f}",
                "end": f"{end:.3f}",
                "step": str(query.step),
                "timeout": f"{self._timeout:g}s",
                "limit": "1",  # a sum is one series; servers that do not know it ignore it
            },
        )
        return samples(body)

    async def ping(self) -> None:
        """Ask for a constant: unlike `/-/ready`, Thanos, Mimir and VictoriaMetrics answer that too."""
        await self._post("/api/v1/query", {"query": "1"})

    async def close(self) -> None:
        """Close the connections. A later call opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def promql(self, query: UsageQuery) -> str:
        """The expression that answers the query."""
        matchers = [
            Matcher("namespace", Operator.EQUAL, query.namespace),
            self._selection.matcher(query.username),
            # The pod's own cgroup and its sandbox count what the containers count once more.
            Matcher("container", Operator.NOT_EQUAL, ""),
            Matcher("container", Operator.NOT_EQUAL, "POD"),
        ]
        if query.metric is Metric.MEMORY:
            return total(selector("container_memory_working_set_bytes", matchers))
        window = max(query.step, 4 * self._scrape_interval)
        return total(rate(selector("container_cpu_usage_seconds_total", matchers), window))

    async def _post(self, path: str, form: dict[str, str]) -> bytes:
        import aiohttp

        try:
            async with (
                asyncio.timeout(self._timeout),
                self._open().post(f"{self._url}{path}", data=form, allow_redirects=False) as answer,
            ):
                body = await _read(answer)
        except TimeoutError as error:
            raise UpstreamTimeout("Prometheus did not answer in time.") from error
        except AddressRefused as error:
            raise UpstreamUnreachable(f"PROMETHEUS_URL: {error.message}") from error
        except aiohttp.ClientConnectorCertificateError as error:
            raise UpstreamUnreachable("The certificate of PROMETHEUS_URL cannot be verified.") from error
        except (aiohttp.ClientError, OSError) as error:
            raise UpstreamUnreachable("Prometheus cannot be reached.") from error
        if answer.status != HTTPStatus.OK:
            raise refusal(answer.status, body)
        return body

    def _open(self) -> "aiohttp.ClientSession":
        if self._session is None:
            import aiohttp

            from kubecfg_prometheus.resolver import GuardedResolver

            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(resolver=GuardedResolver(self._egress), use_dns_cache=False),
                headers={"Authorization": self._authorization.reveal()} if self._authorization else None,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=self._timeout, sock_connect=min(3.0, self._timeout)),
                trust_env=False,
            )
        return self._session


async def _read(answer: "aiohttp.ClientResponse") -> bytes:
    body = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        body += chunk  # already decompressed: a bomb meets the same bound
        if len(body) > _MAX_BYTES:
            raise UpstreamRefused("Prometheus answered more than is taken; ask for a longer step.")
    return bytes(body)


def _split(base_url: str) -> tuple[str, Secret | None]:
    """The URL without a user, and the header for the user. No message quotes the URL: it may hold a password."""
    try:
        parts = urlsplit(base_url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        raise SettingsError("PROMETHEUS_URL is not a URL.") from None  # the cause quotes a part of it
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise SettingsError("PROMETHEUS_URL must be http(s)://host[:port][/path].")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    url = urlunsplit((parts.scheme, host + port, parts.path.rstrip("/"), "", ""))
    if not parts.username:
        return url, None
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return url, Secret(f"Basic {b64encode(pair.encode()).decode()}")
