"""What clients send: the structs that validate it, and that the document shows."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from kubecfg_core.clusters import ClusterTarget, NewCluster
from kubecfg_core.masking import Level
from kubecfg_core.metrics import Metric
from kubecfg_core.secret import Secret

# A NUL in a text is valid JSON, and what a database makes of it differs from one to the next.
_PRINTABLE = r"^[^\u0000-\u001f\u007f]*$"
_NAME = r"^[^\u0000-\u001f\u007f/]+$"


def _told(pattern: str) -> dict[str, str]:
    """A pattern that the document shows while the core checks it, and says it better than a regex can."""
    return {"pattern": pattern}


ClusterId = Annotated[int, Meta(ge=1, le=2**63 - 1, description="ID of the cluster.")]
ClusterName = Annotated[str, Meta(min_length=1, max_length=253, pattern=_NAME, description="Name of the cluster.")]
Namespace = Annotated[
    str,
    Meta(
        max_length=63,
        extra_json_schema=_told(r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"),
        description="Namespace to look at.",
    ),
]
Label = Annotated[str, Meta(max_length=253, extra_json_schema=_told(_PRINTABLE))]
ClusterText = Annotated[str, Meta(min_length=1, max_length=253, extra_json_schema=_told(_NAME))]
Url = Annotated[str, Meta(max_length=2048, extra_json_schema=_told("^https://"))]
Token = Annotated[str, Meta(max_length=16 * 1024)]
PemText = Annotated[str, Meta(max_length=256 * 1024)]
LlmPrivacy = Annotated[
    Level,
    Meta(description="What of the cluster a language model may see; what is usual for the service if left out."),
]
TypeName = Annotated[str, Meta(min_length=1, max_length=63)]


class ByCluster(msgspec.Struct, frozen=True, kw_only=True):
    """The cluster that the path names by its id."""

    cluster_id: ClusterId


class ByName(msgspec.Struct, frozen=True, kw_only=True):
    """The cluster that the path names by its name."""

    cluster_name: ClusterName


class OnboardParams(msgspec.Struct, frozen=True, kw_only=True):
    """How to onboard."""

    verify: Annotated[bool, Meta(description="Whether the cluster is asked before it is stored.")] = True


class AnalyzeParams(msgspec.Struct, frozen=True, kw_only=True):
    """What to analyse."""

    cluster_id: ClusterId
    namespace: Namespace | None = None
    resource_types: (
        Annotated[
            list[TypeName],
            Meta(
                min_length=1,
                max_length=100,
                description="Resource types, repeated or separated by commas; `all` means every one that is known. "
                "Default: pods, deployments, services, secrets, storageclasses, ingress, pvc.",
            ),
        ]
        | None
    ) = None
    fold: Annotated[bool, Meta(description="Whether what suffers from one cause is one problem.")] = True
    include: Annotated[
        list[Literal["hygiene", "prompts"]],
        Meta(
            max_length=10,
            description="What to add: `hygiene`, a list of what is well and could be better; `prompts`, what a "
            "language model would be sent, which is not asked then.",
        ),
    ] = []


class UsageParams(msgspec.Struct, frozen=True, kw_only=True):
    """Whose usage of what, where and when."""

    username: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=253,
            extra_json_schema=_told(_PRINTABLE),
            description="Username for filtering.",
        ),
    ]
    metric: Metric
    namespace: Namespace = "default"
    duration: Annotated[int, Meta(ge=1, le=31 * 24 * 3600, description="Seconds to look back.")] = 3600
    step: Annotated[int, Meta(ge=1, le=31 * 24 * 3600, description="Seconds from one point to the next.")] = 300


class LoginRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A user name and its password."""

    username: Annotated[str, Meta(min_length=1, max_length=253, pattern=_PRINTABLE)]
    password: Annotated[str, Meta(min_length=1, max_length=1024)]

    def __repr__(self) -> str:
        return f"LoginRequest(username={self.username!r})"


class CommandRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kubectl command; the leading word may be left out."""

    command: Annotated[str, Meta(min_length=1, max_length=16 * 1024)]
    confirm: Annotated[
        bool, Meta(description="Whether it is meant that the command loses data or stops something that runs.")
    ] = False


class OnboardRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A cluster to take in.

    `token` may only be left out where `tls_cert` and `tls_key` are given. These two and `ca_data` are PEM texts,
    encoded in base64 as in a kubeconfig. `use_secure_tls: false` means that the server's certificate is not verified.
    """

    cluster_name: ClusterText
    server_url: Url
    token: Token | None = None
    context_name: Label = ""
    provider_name: Label = ""
    tags: Annotated[list[Label], Meta(max_length=50)] = []
    llm_privacy: LlmPrivacy | None = None
    use_secure_tls: bool = True
    ca_data: PemText | None = None
    tls_cert: PemText | None = None
    tls_key: PemText | None = None

    def __repr__(self) -> str:
        return f"OnboardRequest(cluster_name={self.cluster_name!r})"

    def to_new(self) -> NewCluster:
        """The cluster as the core takes it; an empty text counts as one that was left out."""
        target = ClusterTarget(
            name=self.cluster_name,
            server_url=self.server_url.rstrip("/"),
            token=Secret(self.token) if self.token else None,
            ca_data=self.ca_data or None,
            tls_cert=self.tls_cert or None,
            tls_key=Secret(self.tls_key) if self.tls_key else None,
            verify_tls=self.use_secure_tls,
        )
        return NewCluster(
            cluster_name=self.cluster_name,
            target=target,
            context_name=self.context_name,
            provider_name=self.provider_name,
            tags=tuple(self.tags),
            llm_privacy=self.llm_privacy,
        )
