"""All use cases over the in-memory twins: a whole service without a database, a cluster or a process."""

from collections.abc import Mapping

import msgspec

from kubecfg_core.errors import InvalidInput
from kubecfg_core.plugins import Plugins
from kubecfg_core.ports.clock import Clock
from kubecfg_core.ports.identity_provider import IdentityProvider
from kubecfg_core.ports.kube_gateway import KubeConnector
from kubecfg_core.ports.kubectl_runner import KubectlRunner
from kubecfg_core.ports.llm import LLM
from kubecfg_core.ports.metrics_source import MetricsSource
from kubecfg_core.ports.token_service import TokenService
from kubecfg_core.services import Services
from kubecfg_core.testing.clock import FakeClock
from kubecfg_core.testing.clusters import InMemoryClusters
from kubecfg_core.testing.grants import InMemoryGrants
from kubecfg_core.testing.kube_gateway import InMemoryConnector
from kubecfg_core.testing.kubectl_runner import RecordingKubectl
from kubecfg_core.testing.login_attempts import InMemoryLoginAttempts
from kubecfg_core.testing.outbox import InMemoryOutbox
from kubecfg_core.testing.passwords import FastHasher
from kubecfg_core.testing.tokens import FakeTokens
from kubecfg_core.testing.users import InMemoryUsers
from kubecfg_core.usecases.accounts import Accounts
from kubecfg_core.usecases.announcing import Announcer
from kubecfg_core.usecases.auditing import Audit
from kubecfg_core.usecases.clusters import Clusters
from kubecfg_core.usecases.commands import Commands
from kubecfg_core.usecases.diagnosis import ClusterDiagnosis, Diagnosis
from kubecfg_core.usecases.doorkeeping import Doorkeeper
from kubecfg_core.usecases.grants import Grants
from kubecfg_core.usecases.health import Health, Part
from kubecfg_core.usecases.importing import Importing
from kubecfg_core.usecases.proving import Prover
from kubecfg_core.usecases.solving import Solver
from kubecfg_core.usecases.updating import Updates
from kubecfg_core.usecases.usage import Usage
from kubecfg_core.usecases.verifying import ClusterProofs


def json_document(text: str) -> object:
    """A kubeconfig in JSON, which is YAML too, without a parser for the latter. Raises `InvalidInput`."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise InvalidInput("kubeconfig: it cannot be read.") from error


def in_memory_services(
    *,
    clock: Clock | None = None,
    connector: KubeConnector | None = None,
    runner: KubectlRunner | None = None,
    metrics: MetricsSource | None = None,
    llm: LLM | None = None,
    tokens: TokenService | None = None,
    identity: IdentityProvider | None = None,
    plugins: Plugins | None = None,
    outbox: InMemoryOutbox | None = None,
    parts: Mapping[str, Part] | None = None,
) -> Services:
    """The use cases, over what is given and twins for the rest.

    By default there is no cluster to reach, no metrics source, no LLM, and no plugin: `Plugins.load()` takes in what is
    installed. `outbox` shows the events; `parts` is what readiness asks.
    """
    clock = clock or FakeClock()
    connector = connector or InMemoryConnector()
    outbox = outbox or InMemoryOutbox()
    plugins = plugins or Plugins()
    users = InMemoryUsers(clock=clock)
    repo = InMemoryClusters(clock=clock, outbox=outbox, users=users)
    announcer = Announcer(clock, outbox)
    clusters = Clusters(repo, outbox, connector, announcer)
    solver = Solver(plugins, llm)
    diagnosis = Diagnosis(plugins, solver, clock)
    diagnoses = ClusterDiagnosis(diagnosis, repo, outbox, connector, announcer)
    runner = runner or RecordingKubectl()
    return Services(
        accounts=Accounts(
            users,
            FastHasher(),
            tokens or FakeTokens(clock=clock),
            clusters=repo,
            outbox=outbox,
            announcer=announcer,
            door=Doorkeeper(InMemoryLoginAttempts(clock=clock)),
            identity=identity,
        ),
        audit=Audit(outbox.audit, clock),
        clusters=clusters,
        importing=Importing(clusters, json_document),
        updates=Updates(repo, connector, announcer),
        grants=Grants(InMemoryGrants(repo), repo, users, announcer),
        diagnosis=diagnoses,
        commands=Commands(repo, outbox, runner, announcer, clock),
        proofs=ClusterProofs(
            Prover(plugins, solver, clock),
            diagnoses,
            repo,
            connector=connector,
            runner=runner,
            outbox=outbox,
            announcer=announcer,
        ),
        usage=Usage(metrics, repo, connector, clock),
        health=Health(parts or {}),
        plugins=plugins,
    )
