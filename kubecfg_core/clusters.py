"""What a cluster is to kubecfg: an address, a way to prove who we are, and a name that its owner gave it."""

import hashlib
from datetime import datetime
from enum import StrEnum

import msgspec

from kubecfg_core.errors import NotConfigured
from kubecfg_core.masking import Level
from kubecfg_core.secret import Secret


class ClusterTarget(msgspec.Struct, frozen=True, kw_only=True):
    """Where an API server is and how to be let in: all that a gateway or a kubectl process needs.

    `server_url` is `https://host:port` with an optional path and no trailing slash. `ca_data`, `tls_cert` and `tls_key`
    are PEM text, base64-encoded as in a kubeconfig. `verify_tls=False` takes any server certificate.
    `name` is for messages only.
    """

    name: str
    server_url: str
    token: Secret | None = None
    ca_data: str | None = None
    tls_cert: str | None = None
    tls_key: Secret | None = None
    verify_tls: bool = True
    tls_server_name: str | None = None

    @property
    def key(self) -> str:
        """A digest of everything that decides where a connection goes and as whom: safe to key a cache by."""
        parts = (
            self.server_url,
            self.token.reveal() if self.token else "",
            self.ca_data or "",
            self.tls_cert or "",
            self.tls_key.reveal() if self.tls_key else "",
            str(self.verify_tls),
            self.tls_server_name or "",
        )
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


class CredentialState(StrEnum):
    """Whether a stored credential can be used: `unreadable` means that its key is missing, or its row was changed."""

    READABLE = "readable"
    UNREADABLE = "unreadable"


class NewCluster(msgspec.Struct, frozen=True, kw_only=True):
    """A cluster as its owner describes it, before it has an id.

    `uid` is what the cluster itself is known by, as `ClusterInfo.uid`; empty where nobody asked it. `llm_privacy` is
    what of it a language model may see; None is what the service does by default.
    """

    cluster_name: str
    target: ClusterTarget
    context_name: str = ""
    provider_name: str = ""
    tags: tuple[str, ...] = ()
    is_operator_installed: bool = False
    uid: str = ""
    llm_privacy: Level | None = None


class ClusterChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be different from now on; `None` leaves a field as it is.

    `target` is whole, its address and its credential: there is no way to change one and keep the other.
    """

    cluster_name: str | None = None
    context_name: str | None = None
    provider_name: str | None = None
    tags: tuple[str, ...] | None = None
    target: ClusterTarget | None = None
    is_operator_installed: bool | None = None
    uid: str | None = None
    llm_privacy: Level | None = None


class Cluster(msgspec.Struct, frozen=True, kw_only=True):
    """An onboarded cluster. `created_at` and `updated_at` are UTC; `selected` marks its owner's current one.

    Where `credential_state` is unreadable the `target` is its plain part alone, and nothing may connect with it.
    `credential_expires_at` (UTC) is None where the credential has no known end. `credential_fingerprint` tells
    credentials apart without telling them; it is empty where there is none to read.
    """

    id: int
    user_id: int
    cluster_name: str
    target: ClusterTarget
    context_name: str
    provider_name: str
    tags: tuple[str, ...]
    is_operator_installed: bool
    created_at: datetime
    updated_at: datetime
    selected: bool = False
    uid: str = ""
    llm_privacy: Level | None = None
    credential_state: CredentialState = CredentialState.READABLE
    credential_expires_at: datetime | None = None
    credential_fingerprint: str = ""

    @property
    def readable(self) -> bool:
        """Whether its credential can be used."""
        return self.credential_state is CredentialState.READABLE

    def connectable(self) -> ClusterTarget:
        """The target to connect with. Raises `NotConfigured` where its credential cannot be read: never without it."""
        if not self.readable:
            raise NotConfigured("The stored credential of this cluster cannot be opened; replace it.")
        return self.target
