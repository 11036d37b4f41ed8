"""The composition root: the one place that knows both the ports and the adapters, and imports each adapter late."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from kubecfg_core.errors import SettingsError
from kubecfg_core.inprocess import InProcessBus
from kubecfg_core.kubectl.rules import Rules
from kubecfg_core.llm_counts import LlmCounts
from kubecfg_core.plugins import Plugins
from kubecfg_core.ports.event_bus import EventBus
from kubecfg_core.ports.identity_provider import IdentityProvider
from kubecfg_core.ports.kube_gateway import KubeConnector
from kubecfg_core.ports.kubectl_runner import KubectlRunner
from kubecfg_core.ports.llm import LLM, Brief
from kubecfg_core.ports.metrics_source import MetricsSource
from kubecfg_core.ports.vault import Vault
from kubecfg_core.secret import Secret
from kubecfg_core.services import Services
from kubecfg_core.usecases.accounts import Accounts
from kubecfg_core.usecases.announcing import Announcer
from kubecfg_core.usecases.auditing import Audit
from kubecfg_core.usecases.clusters import Clusters, Onboarding
from kubecfg_core.usecases.commands import Commands
from kubecfg_core.usecases.diagnosis import ClusterDiagnosis, Diagnosis
from kubecfg_core.usecases.doorkeeping import Doorkeeper
from kubecfg_core.usecases.expiring import ExpiryWatch
from kubecfg_core.usecases.frugality import FrugalLLM, Thrift
from kubecfg_core.usecases.grants import Grants
from kubecfg_core.usecases.health import Health, Part
from kubecfg_core.usecases.importing import Importing
from kubecfg_core.usecases.proving import Prover
from kubecfg_core.usecases.reading import CredentialReads
from kubecfg_core.usecases.relay import Relay
from kubecfg_core.usecases.solving import Solver
from kubecfg_core.usecases.updating import Updates
from kubecfg_core.usecases.usage import Usage
from kubecfg_core.usecases.verifying import ClusterProofs
from kubecfg_runtime.clock import SystemClock
from kubecfg_runtime.settings import Settings

if TYPE_CHECKING:
    from kubecfg_crypto import JwtTokens
    from kubecfg_sqlalchemy import Database

_LONGEST_SOLVING: Final = 60.0


def make_plugins(settings: Settings) -> Plugins:
    """Every installed plugin but the blocked ones."""
    return Plugins.load(blocked=settings.kubecfg_plugins_blocked)


def make_connector(settings: Settings) -> KubeConnector:
    """The way to real clusters, within the egress policy."""
    from kubecfg_kubernetes import KubernetesConnector

    return KubernetesConnector(egress=settings.egress, timeout=settings.kubecfg_cluster_timeout)


def make_llm(settings: Settings, *, counts: LlmCounts | None = None, thrift: Thrift | None = None) -> LLM | None:
    """The language model, where one is configured, behind a circuit breaker; with `thrift` within its bounds."""
    if not settings.uses_llm or settings.llm_api_url is None:
        return None
    from kubecfg_openai import OpenAILLM

    model = OpenAILLM(
        base_url=settings.llm_api_url,
        api_key=settings.llm_api_key,
        model=settings.llm_model,
        timeout=settings.llm_timeout,
        max_tokens=settings.llm_max_tokens_per_call,
        egress=settings.egress,
    )
    return FrugalLLM(model, clock=SystemClock(), counts=counts, thrift=thrift)


def make_llm_counts(settings: Settings) -> LlmCounts:
    """What the model takes, at the prices of the settings."""
    return LlmCounts(price_in=settings.kubecfg_llm_price_in, price_out=settings.kubecfg_llm_price_out)


def make_thrift(settings: Settings, database: "Database") -> Thrift:
    """Answers kept in that database, and the tokens that each user may spend a day."""
    return Thrift(
        answers=database.answers,
        tokens=database.tokens,
        keep=timedelta(hours=settings.kubecfg_llm_cache_hours),
        daily_tokens=settings.kubecfg_llm_daily_tokens or None,
    )


def solving_time(settings: Settings) -> float:
    """The seconds that an analysis waits for the model: some have to be left for the cluster before it."""
    return min(_LONGEST_SOLVING, settings.kubecfg_analysis_timeout / 2)


def make_prompt(brief: Brief) -> str:
    """The brief as a model gets it, but for the marks around it, which are other ones each time."""
    from kubecfg_openai import prompt

    return prompt.user_message(brief)


def make_metrics(settings: Settings) -> MetricsSource | None:
    """Prometheus, where one is configured."""
    if settings.prometheus_url is None:
        return None
    from kubecfg_prometheus import PodSelection, PrometheusMetrics

    return PrometheusMetrics(
        settings.prometheus_url,
        token=settings.kubecfg_prometheus_token,
        selection=PodSelection.parse(
            pattern=settings.kubecfg_metrics_pod_pattern, label=settings.kubecfg_metrics_user_label
        ),
        egress=settings.egress,
    )


def make_bus(settings: Settings) -> EventBus:
    """RabbitMQ, where one is configured; else a bus in this process."""
    if settings.rabbitmq_url is None:
        return InProcessBus()
    from kubecfg_kombu import KombuBus

    return KombuBus(settings.rabbitmq_url.reveal())


def make_kubectl_rules(settings: Settings) -> Rules:
    """What the settings decide about kubectl commands."""
    return Rules(
        run=settings.kubecfg_kubectl_run,
        secret_names=settings.kubecfg_kubectl_secret_names,
        denied=frozenset(settings.kubecfg_kubectl_denied_resources),
    )


def make_kubectl(settings: Settings) -> KubectlRunner:
    """The kubectl of `KUBECFG_KUBECTL`, of the `kubectl` extra, or of the PATH."""
    from kubecfg_kubectl import KubectlProcess

    return KubectlProcess(
        path=settings.kubecfg_kubectl, egress=settings.egress, timeout=settings.kubecfg_kubectl_timeout
    )


def make_tokens(settings: Settings) -> "JwtTokens":
    """Access tokens, signed with the key of `JWT_SECRET_KEY` or the one kept in the data folder."""
    from kubecfg_crypto import JwtTokens, load_jwt_secret

    return JwtTokens(
        secret=load_jwt_secret(settings.jwt_secret_key, settings.data_dir),
        algorithm=settings.jwt_algorithm,
        lifetime=timedelta(minutes=settings.jwt_access_token_expire_minutes),
        issuer=settings.kubecfg_jwt_issuer,
        audience=settings.kubecfg_jwt_audience,
        external_issuer=settings.kubecfg_jwt_external_issuer,
        clock=SystemClock(),
    )


def make_identity(settings: Settings) -> IdentityProvider | None:
    """The OpenID Connect provider, where one is configured."""
    if settings.kubecfg_oidc_issuer is None or settings.kubecfg_oidc_audience is None:
        return None
    from kubecfg_oidc import OidcProvider, RoleMapping

    try:
        roles = RoleMapping.parse(settings.kubecfg_oidc_role_claim, settings.kubecfg_oidc_roles)
    except ValueError as error:
        raise SettingsError(f"KUBECFG_OIDC_ROLES: {error}.") from error
    return OidcProvider(
        settings.kubecfg_oidc_issuer,
        settings.kubecfg_oidc_audience,
        clock=SystemClock(),
        egress=settings.egress,
        jwks_url=settings.kubecfg_oidc_jwks_url,
        username_claim=settings.kubecfg_oidc_username_claim,
        roles=roles,
    )


def make_vault(settings: Settings) -> Vault:
    """What seals credentials, with the keys of `KUBECFG_ENCRYPTION_KEYS` or the one kept in the data folder."""
    from kubecfg_crypto import AesGcmVault, load_keys

    data_dir = settings.data_dir
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"KUBECFG_DATA_DIR: {data_dir} cannot be made: {error.strerror}.") from error
    return AesGcmVault(load_keys(settings.kubecfg_encryption_keys, data_dir))


def masking_key(vault: Vault) -> bytes:
    """The key of the pseudonyms: the same as long as the vault's own key is."""
    return "".join(vault.fingerprint(Secret(f"pseudonyms {part}")) for part in range(4)).encode()


@asynccontextmanager
async def open_database(settings: Settings) -> "AsyncIterator[Database]":
    """The database, migrated; its credentials are sealed with the keys of `KUBECFG_ENCRYPTION_KEYS`."""
    from kubecfg_sqlalchemy import Database

    vault = make_vault(settings)
    url = settings.database_url.reveal() if settings.database_url else f"sqlite:///{settings.data_dir / 'kubecfg.db'}"
    async with Database.open(url, vault=vault, clock=SystemClock()) as database:
        yield database


@asynccontextmanager
async def open_services(settings: Settings, plugins: Plugins, bus: EventBus) -> AsyncIterator[Services]:
    """Everything that a front-end needs, on the adapters that the settings name; let go of at the end of the block."""
    from kubecfg_kubernetes import read_document

    clock = SystemClock()
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings))
        await database.keys.check()
        announcer = Announcer(clock, database.outbox)
        counts = make_llm_counts(settings)
        llm = make_llm(settings, counts=counts, thrift=make_thrift(settings, database))
        connector, metrics = make_connector(settings), make_metrics(settings)
        for part in (connector, llm, metrics):
            if part is not None:
                stack.push_async_callback(part.close)
        runner = make_kubectl(settings)
        stack.push_async_callback(runner.close)
        await stack.enter_async_context(_running(Relay(database.outbox, bus).run(), "event relay"))
        audit = Audit(database.audit, clock, keep=timedelta(days=settings.kubecfg_audit_days))
        await stack.enter_async_context(_running(audit.run(), "audit retention"))
        watch = ExpiryWatch(database.expiries, announcer, clock)
        await stack.enter_async_context(_running(watch.run(), "expiry watch"))
        accounts = await stack.enter_async_context(open_accounts(settings, database))
        password = settings.kubecfg_admin_password
        await accounts.ensure_admin(settings.kubecfg_admin_username, password.reveal() if password else None)
        solver = Solver(plugins, llm, deadline=solving_time(settings), masking_key=masking_key(make_vault(settings)))
        diagnosis = Diagnosis(plugins, solver, clock, privacy=settings.kubecfg_llm_privacy, prompt=make_prompt)
        diagnoses = ClusterDiagnosis(diagnosis, database.clusters, database.outbox, connector, announcer)
        rules = make_kubectl_rules(settings)
        onboarding = Onboarding(
            operator_group=settings.kubecfg_operator_api_group,
            fleet_deadline=settings.kubecfg_nodes_timeout,
            egress=settings.egress,
        )
        reads = CredentialReads(settings.kubecfg_credential_read)
        clusters = Clusters(database.clusters, database.outbox, connector, announcer, onboarding, reads=reads)
        yield Services(
            accounts=accounts,
            audit=audit,
            clusters=clusters,
            importing=Importing(clusters, read_document),
            updates=Updates(database.clusters, connector, announcer, onboarding),
            grants=Grants(database.grants, database.clusters, database.users, announcer),
            diagnosis=diagnoses,
            commands=Commands(database.clusters, database.outbox, runner, announcer, clock, rules=rules),
            proofs=ClusterProofs(
                Prover(plugins, solver, clock),
                diagnoses,
                database.clusters,
                connector=connector,
                runner=runner,
                outbox=database.outbox,
                announcer=announcer,
                rules=rules,
            ),
            usage=Usage(metrics, database.clusters, connector, clock),
            health=Health(_parts(database, runner, bus, metrics)),
            plugins=plugins,
            llm=counts if llm else None,
        )


@asynccontextmanager
async def open_accounts(settings: Settings, database: "Database") -> AsyncIterator[Accounts]:
    """The accounts in that database, with the threads that hash their passwords."""
    from kubecfg_crypto import Argon2Hasher

    hasher = Argon2Hasher()
    try:
        yield Accounts(
            database.users,
            hasher,
            make_tokens(settings),
            clusters=database.clusters,
            outbox=database.outbox,
            announcer=Announcer(SystemClock(), database.outbox),
            door=Doorkeeper(database.attempts),
            identity=make_identity(settings),
            external_role=settings.kubecfg_jwt_external_role,
        )
    finally:
        hasher.close()


@asynccontextmanager
async def _running(work: Coroutine[Any, Any, None], name: str) -> AsyncIterator[None]:
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def _parts(
    database: "Database", runner: KubectlRunner, bus: EventBus, metrics: MetricsSource | None
) -> dict[str, Part]:
    async def backlog() -> str:
        await bus.ping()
        return f"{await database.outbox.backlog()} events wait"

    parts = {
        "database": Part(_word(database.ping, "reachable")),
        "keys": Part(database.keys.all_known),
        "kubectl": Part(runner.version, essential=False),
        "broker": Part(backlog, essential=False),
    }
    if metrics is not None:
        parts["prometheus"] = Part(_word(metrics.ping, "reachable"), essential=False)
    return parts


def _word(ask: Callable[[], Awaitable[None]], word: str) -> Callable[[], Awaitable[str]]:
    async def answer() -> str:
        await ask()
        return word

    return answer
