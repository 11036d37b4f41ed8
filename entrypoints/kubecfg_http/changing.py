"""Changes to an onboarded cluster: what clients send, what they get, and the way to the use case."""

from typing import Annotated, Any, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType

from kubecfg_core.grants import Access
from kubecfg_core.secret import Secret
from kubecfg_core.usecases.updating import ClusterUpdate, Credential, Updated
from kubecfg_core.users import Role, User
from kubecfg_http.answers import ClusterSummary
from kubecfg_http.operations import BASE, Call, Operation
from kubecfg_http.requests import ClusterId, ClusterText, Label, LlmPrivacy, PemText, Token, Url


class ChangeParams(msgspec.Struct, frozen=True, kw_only=True):
    """Which cluster, and how to change it."""

    cluster_id: ClusterId
    verify: Annotated[bool, Meta(description="Whether a new credential is tried before it is stored.")] = True


class CredentialRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole credential in place of the stored one: a token, or a client certificate with its key.

    `ca_data` stays where it is left out; null removes it.
    """

    token: Token | None = None
    tls_cert: PemText | None = None
    tls_key: PemText | None = None
    ca_data: PemText | UnsetType | None = UNSET

    def __repr__(self) -> str:
        return "CredentialRequest()"


class ClusterChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be different; what is left out stays.

    `server_url`, `ca_data` and `use_secure_tls` change only with a whole credential in the same body.
    """

    cluster_name: ClusterText | UnsetType = UNSET
    context_name: Label | UnsetType = UNSET
    provider_name: Label | UnsetType = UNSET
    tags: Annotated[list[Label], Meta(max_length=50)] | UnsetType = UNSET
    llm_privacy: LlmPrivacy | UnsetType = UNSET
    server_url: Url | UnsetType = UNSET
    ca_data: PemText | UnsetType | None = UNSET
    use_secure_tls: bool | UnsetType = UNSET
    token: Token | None = None
    tls_cert: PemText | None = None
    tls_key: PemText | None = None

    def __repr__(self) -> str:
        return "ClusterChange()"


class ClusterChanged(msgspec.Struct, frozen=True, kw_only=True):
    """The cluster as it is now.

    `verified` says whether the cluster was asked, and `cluster_user` who we are there; null where that is not known.
    """

    message: str
    verified: bool
    cluster_user: str | None
    cluster: ClusterSummary


async def replace_credential(call: Call[ChangeParams, CredentialRequest]) -> ClusterChanged:
    """Another credential for the same cluster."""
    updated = await call.services.updates.replace_credential(
        call.user,
        call.params.cluster_id,
        _credential(call.body) or Credential(),
        ca_data=_or_none(call.body.ca_data),
        verify=call.params.verify,
    )
    return _changed("Cluster credentials replaced successfully", call.user, updated)


async def change_cluster(call: Call[ChangeParams, ClusterChange]) -> ClusterChanged:
    """Another name, label, or address."""
    body = call.body
    update = ClusterUpdate(
        cluster_name=body.cluster_name,
        context_name=body.context_name,
        provider_name=body.provider_name,
        tags=UNSET if isinstance(body.tags, UnsetType) else tuple(body.tags),
        server_url=UNSET if isinstance(body.server_url, UnsetType) else body.server_url.rstrip("/"),
        ca_data=_or_none(body.ca_data),
        llm_privacy=body.llm_privacy,
        verify_tls=body.use_secure_tls,
        credential=_credential(body),
    )
    updated = await call.services.updates.update(call.user, call.params.cluster_id, update, verify=call.params.verify)
    return _changed("Cluster changed successfully", call.user, updated)


CHANGES: Final[tuple[Operation[Any, Any], ...]] = (
    Operation(
        method="PATCH", path=f"{BASE}/clusters/{{cluster_id}}", handler=change_cluster, tag="Clusters",
        needs=Role.OPERATOR, action="cluster.updated",
        summary="Change the name, the labels, or the address with its credential",
        params=ChangeParams, body=ClusterChange, answer=ClusterChanged, fails=(403, 404, 409),
    ),
    Operation(
        method="PUT", path=f"{BASE}/clusters/{{cluster_id}}/credentials", handler=replace_credential, tag="Clusters",
        needs=Role.OPERATOR, action="cluster.credentials.replaced",
        summary="Replace the credential of a cluster",
        params=ChangeParams, body=CredentialRequest, answer=ClusterChanged, fails=(403, 404),
    ),
)  # fmt: skip


def _credential(body: CredentialRequest | ClusterChange) -> Credential | None:
    """The credential in it; None where nothing of one was sent. An empty text counts as one that was left out."""
    if not (body.token or body.tls_cert or body.tls_key):
        return None
    return Credential(
        token=Secret(body.token) if body.token else None,
        tls_cert=body.tls_cert or None,
        tls_key=Secret(body.tls_key) if body.tls_key else None,
    )


def _or_none(text: str | UnsetType | None) -> str | UnsetType | None:
    return text if isinstance(text, UnsetType) else text or None


def _changed(message: str, user: User, updated: Updated) -> ClusterChanged:
    return ClusterChanged(
        message=message,
        verified=updated.info is not None,
        cluster_user=updated.info.user or None if updated.info else None,
        cluster=ClusterSummary.of(Access(cluster=updated.cluster, role=user.role)),
    )
