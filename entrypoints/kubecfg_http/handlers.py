"""The documented endpoints: from a validated call to a use case, and from what it gives to the documented answer."""

import shlex
from datetime import UTC, datetime
from typing import Final

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.kubectl.grammar import LONGEST_REQUEST
from kubecfg_core.kubectl.plan import Plan
from kubecfg_core.report import Report
from kubecfg_core.secret import MASK
from kubecfg_core.users import AccessToken
from kubecfg_http import answers
from kubecfg_http.operations import Call, NoParams
from kubecfg_http.requests import (
    AnalyzeParams,
    ByCluster,
    ByName,
    CommandRequest,
    LoginRequest,
    OnboardParams,
    OnboardRequest,
    UsageParams,
)

# The deadline of every request is the service's affair, and in nobody's way.
_UNSAID: Final = frozenset({f"--request-timeout={LONGEST_REQUEST}"})


async def login(call: Call[NoParams, LoginRequest]) -> AccessToken:
    """A user name and a password for a token."""
    return await call.services.accounts.login(call.body.username, call.body.password)


async def onboard_cluster(call: Call[OnboardParams, OnboardRequest]) -> answers.Onboarded:
    """A new cluster."""
    cluster = await call.services.clusters.onboard(call.user, call.body.to_new(), verify=call.params.verify)
    target = cluster.target
    return answers.Onboarded(
        id=cluster.id,
        cluster_name=cluster.cluster_name,
        server_url=target.server_url,
        context_name=cluster.context_name,
        provider_name=cluster.provider_name,
        tags=list(cluster.tags),
        use_secure_tls=target.verify_tls,
        ca_data=target.ca_data,
        tls_key=answers.reveal(target.tls_key),
        tls_cert=target.tls_cert,
        user_id=cluster.user_id,
        is_operator_installed=cluster.is_operator_installed,
        created_at=answers.utc(cluster.created_at),
        updated_at=answers.utc(cluster.updated_at),
        message="Cluster onboarded successfully",
    )


async def list_clusters(call: Call[NoParams, None]) -> answers.ClusterList:
    """The caller's clusters, and those that are shared with them."""
    clusters = await call.services.clusters.all(call.user)
    return answers.ClusterList(clusters=[answers.ClusterSummary.of(access) for access in clusters])


async def remove_cluster(call: Call[ByCluster, None]) -> answers.Message:
    """A cluster, forgotten."""
    cluster = await call.services.clusters.remove(call.user, call.params.cluster_id)
    return answers.Message(message=f"Cluster '{cluster.cluster_name}' successfully removed")


async def select_cluster(call: Call[ByCluster, None]) -> answers.SelectedNamespaces:
    """A cluster made the current one, and its namespaces."""
    access, names = await call.services.clusters.select(call.user, call.params.cluster_id)
    return answers.SelectedNamespaces(
        cluster_info=answers.ClusterSummary.of(access),
        namespaces=names,
        namespace_count=len(names),
        message=f"Successfully retrieved {len(names)} namespaces from cluster '{access.cluster.cluster_name}'",
    )


async def get_namespaces(call: Call[ByCluster, None]) -> answers.Namespaces:
    """The namespaces of a cluster."""
    access, names = await call.services.clusters.namespaces(call.user, call.params.cluster_id)
    cluster = access.cluster
    return answers.Namespaces(
        cluster_id=cluster.id,
        cluster_name=cluster.cluster_name,
        server_url=cluster.target.server_url,
        provider_name=cluster.provider_name,
        context_name=cluster.context_name,
        use_secure_tls=cluster.target.verify_tls,
        namespace_count=len(names),
        namespaces=names,
        retrieved_at=answers.utc(datetime.now(UTC)),
    )


async def get_credentials(call: Call[ByName, None]) -> answers.Credentials:
    """A cluster's credential."""
    cluster = await call.services.clusters.credentials(call.user, call.params.cluster_name)
    target = cluster.target
    return answers.Credentials(
        cluster=answers.ClusterCredentials(
            cluster_id=cluster.id,
            cluster_name=cluster.cluster_name,
            server_url=target.server_url,
            token=answers.reveal(target.token),
            context_name=cluster.context_name,
            provider_name=cluster.provider_name,
            use_secure_tls=target.verify_tls,
            tls_config=answers.TlsConfig(
                ca_data=target.ca_data, tls_cert=target.tls_cert, tls_key=answers.reveal(target.tls_key)
            ),
            is_operator_installed=cluster.is_operator_installed,
            tags=list(cluster.tags),
            created_at=answers.utc(cluster.created_at),
            updated_at=answers.utc(cluster.updated_at),
        )
    )


async def analyze_cluster(call: Call[AnalyzeParams, None]) -> Report:
    """The problems of a cluster, each with a solution."""
    params = call.params
    return await call.services.diagnosis.analyze(
        call.user,
        params.cluster_id,
        types=params.resource_types,
        namespace=params.namespace,
        fold=params.fold,
        hygiene="hygiene" in params.include,
        prompts="prompts" in params.include,
    )


async def execute_kubectl(call: Call[ByCluster, CommandRequest]) -> answers.CommandAnswer:
    """What a kubectl command printed."""
    execution = await call.services.commands.execute(
        call.user, call.params.cluster_id, call.body.command, confirmed=call.body.confirm
    )
    cluster, result = execution.cluster, execution.result
    return answers.CommandAnswer(
        success=result.return_code == 0,
        output=result.stdout,
        error=result.stderr or None,
        command=shown_command(execution.plan, cluster.target),
        return_code=result.return_code,
        cluster_info=answers.ClusterRef(
            cluster_id=cluster.id,
            cluster_name=cluster.cluster_name,
            server_url=cluster.target.server_url,
            provider_name=cluster.provider_name,
        ),
        executed_at=answers.utc(execution.executed_at),
        truncated=result.truncated,
    )


def shown_command(plan: Plan, target: ClusterTarget) -> str:
    """The command as a person would type it, with the server, and the token masked: neither is really an argument."""
    flags = [flag.replace("--namespace=", "-n ") for flag in map(shlex.quote, plan.flags) if flag not in _UNSAID]
    flags.append(f"--server={shlex.quote(target.server_url)}")
    if target.token:
        flags.append(f"--token={MASK}")
    if not target.verify_tls:
        flags.append("--insecure-skip-tls-verify=true")
    words = ["kubectl", plan.verb, *map(shlex.quote, plan.names)]
    if plan.arguments and (plan.names or any(argument.startswith("-") for argument in plan.arguments)):
        return " ".join([*words, *flags, "--", *map(shlex.quote, plan.arguments)])
    return " ".join([*words, *map(shlex.quote, plan.arguments), *flags])


async def get_resource_usage(call: Call[UsageParams, None]) -> answers.UsageAnswer:
    """The usage of a user's pods over time."""
    params = call.params
    samples = await call.services.usage.usage(
        call.user,
        username=params.username,
        metric=params.metric,
        namespace=params.namespace,
        duration=params.duration,
        step=params.step,
    )
    return answers.UsageAnswer(data=[answers.UsagePoint.of(sample) for sample in samples])


async def get_node_status(call: Call[NoParams, None]) -> answers.NodesAnswer:
    """The nodes of all clusters, counted."""
    counts = await call.services.clusters.node_status(call.user)
    return answers.NodesAnswer(
        clusters=counts,
        totals=answers.NodeTotals(
            ready=sum(count.ready for count in counts.values()),
            not_ready=sum(count.not_ready for count in counts.values()),
            total=sum(count.total for count in counts.values()),
        ),
    )
