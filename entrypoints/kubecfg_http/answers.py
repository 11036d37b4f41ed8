"""What clients get: each documented answer as a struct, to the letter; fields that are added are said to be."""

from datetime import UTC, datetime

import msgspec

from kubecfg_core.clusters import CredentialState
from kubecfg_core.grants import Access
from kubecfg_core.masking import Level
from kubecfg_core.metrics import Sample
from kubecfg_core.secret import Secret
from kubecfg_core.usecases.clusters import NodeCount
from kubecfg_core.users import Role


def utc(moment: datetime) -> datetime:
    """The moment in UTC to the second, which is how answers show it (`2024-01-15T10:30:00Z`)."""
    return moment.astimezone(UTC).replace(microsecond=0)


def reveal(secret: Secret | None) -> str | None:
    """The text of a credential, for the two answers that are documented to show it."""
    return secret.reveal() if secret else None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Something was done."""

    message: str


class ClusterSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A cluster without its credential.

    Added are `selected`: whether it is the user's current one; `role`: what the user may do there at most; `shared_by`:
    whose it is, or null where it is the user's own; `credential_state`: whether the stored credential can be used;
    `credential_expires_at`: when it ends, or null where that is unknown or never; `credential_fingerprint`: which one
    it is, to its owner; `llm_privacy`: what of it a language model may see, or null for what is usual here.
    """

    id: int
    cluster_name: str
    server_url: str
    context_name: str
    provider_name: str
    tags: list[str]
    use_secure_tls: bool
    is_operator_installed: bool
    created_at: datetime
    updated_at: datetime
    selected: bool
    credential_state: CredentialState
    credential_expires_at: datetime | None
    credential_fingerprint: str
    llm_privacy: Level | None
    role: Role
    shared_by: str | None

    @classmethod
    def of(cls, access: Access) -> "ClusterSummary":
        """The summary of this cluster, to this caller."""
        cluster = access.cluster
        return cls(
            id=cluster.id,
            cluster_name=cluster.cluster_name,
            server_url=cluster.target.server_url,
            context_name=cluster.context_name,
            provider_name=cluster.provider_name,
            tags=list(cluster.tags),
            use_secure_tls=cluster.target.verify_tls,
            is_operator_installed=cluster.is_operator_installed,
            created_at=utc(cluster.created_at),
            updated_at=utc(cluster.updated_at),
            selected=cluster.selected,
            credential_state=cluster.credential_state,
            credential_expires_at=utc(cluster.credential_expires_at) if cluster.credential_expires_at else None,
            credential_fingerprint=cluster.credential_fingerprint if access.shared_by is None else "",
            llm_privacy=cluster.llm_privacy,
            role=access.role,
            shared_by=access.shared_by,
        )


class ClusterList(msgspec.Struct, frozen=True, kw_only=True):
    """The caller's clusters."""

    clusters: list[ClusterSummary]


class Onboarded(msgspec.Struct, frozen=True, kw_only=True):
    """A cluster that was just taken in; it echoes the certificates and the key that were sent, not the token."""

    id: int
    cluster_name: str
    server_url: str
    context_name: str
    provider_name: str
    tags: list[str]
    use_secure_tls: bool
    ca_data: str | None
    tls_key: str | None
    tls_cert: str | None
    user_id: int
    is_operator_installed: bool
    created_at: datetime
    updated_at: datetime
    message: str


class SelectedNamespaces(msgspec.Struct, frozen=True, kw_only=True):
    """The cluster that is the current one from now on, and its namespaces."""

    success: bool = True
    namespaces_retrieved: bool = True
    cluster_info: ClusterSummary
    namespaces: list[str]
    namespace_count: int
    message: str


class Namespaces(msgspec.Struct, frozen=True, kw_only=True):
    """The namespaces of a cluster."""

    success: bool = True
    cluster_id: int
    cluster_name: str
    server_url: str
    provider_name: str
    context_name: str
    use_secure_tls: bool
    namespace_count: int
    namespaces: list[str]
    retrieved_at: datetime


class TlsConfig(msgspec.Struct, frozen=True, kw_only=True):
    """PEM texts in base64; null where there is none."""

    ca_data: str | None
    tls_cert: str | None
    tls_key: str | None


class ClusterCredentials(msgspec.Struct, frozen=True, kw_only=True):
    """A cluster with everything that is needed to connect to it."""

    cluster_id: int
    cluster_name: str
    server_url: str
    token: str | None
    context_name: str
    provider_name: str
    use_secure_tls: bool
    tls_config: TlsConfig
    is_operator_installed: bool
    tags: list[str]
    created_at: datetime
    updated_at: datetime


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """The credential of a cluster, to its owner."""

    success: bool = True
    message: str = "Cluster credentials retrieved successfully"
    cluster: ClusterCredentials


class ClusterRef(msgspec.Struct, frozen=True, kw_only=True):
    """Which cluster."""

    cluster_id: int
    cluster_name: str
    server_url: str
    provider_name: str


class CommandAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A command that ran; `success` says whether its exit status was 0.

    `command` is what was made of the request, with the token as `***`. `truncated` is added: the output was cut off.
    """

    success: bool
    output: str
    error: str | None
    command: str
    return_code: int
    cluster_info: ClusterRef
    executed_at: datetime
    execution_method: str = "direct"
    truncated: bool


class UsagePoint(msgspec.Struct, frozen=True, kw_only=True):
    """Usage at one moment: cores, or bytes. `time` is UTC, `HH:MM`; `timestamp` is added."""

    time: str
    usage: float
    timestamp: datetime

    @classmethod
    def of(cls, sample: Sample) -> "UsagePoint":
        """The point of this sample."""
        moment = utc(sample.timestamp)
        return cls(time=f"{moment:%H:%M}", usage=sample.usage, timestamp=moment)


class UsageAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Usage over time, oldest first; empty where there is no data."""

    data: list[UsagePoint]


class NodeTotals(msgspec.Struct, frozen=True, kw_only=True):
    """Nodes of all clusters together."""

    ready: int
    not_ready: int
    total: int


class NodesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Nodes by cluster name, and together."""

    clusters: dict[str, NodeCount]
    totals: NodeTotals


class Alive(msgspec.Struct, frozen=True, kw_only=True):
    """The process lives."""

    status: str = "ok"
