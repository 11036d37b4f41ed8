"""Change an onboarded cluster: what it is called, where it is, and how to be let in."""

from typing import TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from kubecfg_core.clusters import Cluster, ClusterChanges, ClusterTarget
from kubecfg_core.errors import InvalidInput, UpstreamRefused
from kubecfg_core.masking import Level
from kubecfg_core.ports.cluster_repo import Announce, ClusterRepo
from kubecfg_core.ports.kube_gateway import ClusterInfo, KubeConnector
from kubecfg_core.secret import Secret
from kubecfg_core.usecases.accounts import require
from kubecfg_core.usecases.announcing import Announcer
from kubecfg_core.usecases.clusters import Onboarding
from kubecfg_core.users import Role, User
from kubecfg_core.validation import check_labels, check_name, check_target

T = TypeVar("T")


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """A whole credential: a token, or a client certificate with its key, or both."""

    token: Secret | None = None
    tls_cert: str | None = None
    tls_key: Secret | None = None


class ClusterUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be different. What is UNSET stays; `ca_data` None means the system's authorities.

    `server_url`, `ca_data` and `verify_tls` decide who is sent the credential, so they change only along with it:
    whoever may rename a cluster could have its token sent to themselves otherwise.
    """

    cluster_name: str | UnsetType = UNSET
    context_name: str | UnsetType = UNSET
    provider_name: str | UnsetType = UNSET
    tags: tuple[str, ...] | UnsetType = UNSET
    llm_privacy: Level | UnsetType = UNSET
    server_url: str | UnsetType = UNSET
    ca_data: str | UnsetType | None = UNSET
    verify_tls: bool | UnsetType = UNSET
    credential: Credential | None = None


class Updated(msgspec.Struct, frozen=True, kw_only=True):
    """The cluster as it is now. `info` is what it said of itself; None where it was not asked."""

    cluster: Cluster
    info: ClusterInfo | None


class Updates:
    """Changes to a user's own clusters. A new credential or address is tried on the cluster before it is stored."""

    def __init__(
        self,
        repo: ClusterRepo,
        connector: KubeConnector,
        announcer: Announcer,
        options: Onboarding | None = None,
    ) -> None:
        self._repo = repo
        self._connector = connector
        self._announcer = announcer
        self._options = options or Onboarding()

    async def update(self, user: User, cluster_id: int, update: ClusterUpdate, *, verify: bool = True) -> Updated:
        """Change what is given, all of it or nothing.

        Raises `NotFound`, `AlreadyExists`, and `InvalidInput` also where the address would change without its
        credential; `UpstreamError` where the cluster refuses, cannot be reached, or is another.
        """
        async with self._announcer.attempt("cluster.updated", user, cluster_id=cluster_id) as attempt:
            require(user, Role.OPERATOR)
            before = await self._repo.outline(user.id, cluster_id)
            attempt.knows(subject=before)
            return await self._apply(
                user,
                before,
                update,
                verify=verify,
                announce=lambda cluster: self._announcer.about(
                    "cluster.updated",
                    user,
                    cluster,
                    changed=_given(update),
                    verified=verify and update.credential is not None,
                ),
            )

    async def replace_credential(
        self,
        user: User,
        cluster_id: int,
        credential: Credential,
        *,
        ca_data: str | UnsetType | None = UNSET,
        verify: bool = True,
    ) -> Updated:
        """Replace the credential, and the CA if one is given. Raises what `update` raises."""
        async with self._announcer.attempt("cluster.credentials.replaced", user, cluster_id=cluster_id) as attempt:
            require(user, Role.OPERATOR)
            before = await self._repo.outline(user.id, cluster_id)
            attempt.knows(subject=before)
            return await self._apply(
                user,
                before,
                ClusterUpdate(credential=credential, ca_data=ca_data),
                verify=verify,
                announce=lambda cluster: self._announcer.about(
                    "cluster.credentials.replaced", user, cluster, verified=verify
                ),
            )

    async def _apply(
        self, user: User, before: Cluster, update: ClusterUpdate, *, verify: bool, announce: Announce
    ) -> Updated:
        _check(before, update)
        target = _target(before, update)
        info = None
        if target is not None:
            check_target(target)
            self._options.egress.check_literal(target.server_url)
            info = await self._ask(before, target) if verify else None
        changes = ClusterChanges(
            cluster_name=_or_none(update.cluster_name),
            context_name=_or_none(update.context_name),
            provider_name=_or_none(update.provider_name),
            tags=_or_none(update.tags),
            llm_privacy=_or_none(update.llm_privacy),
            target=target,
            is_operator_installed=self._options.operator_group in info.groups if info else None,
            uid=info.uid or None if info else None,
        )
        return Updated(cluster=await self._repo.change(user.id, before.id, changes, announce), info=info)

    async def _ask(self, before: Cluster, target: ClusterTarget) -> ClusterInfo:
        """What the cluster says to the new credential. Raises `UpstreamRefused` where it is another cluster."""
        async with self._connector.connect(target) as gateway:
            info = await gateway.info()
        if before.uid and info.uid and before.uid != info.uid:
            raise UpstreamRefused(
                f"{target.server_url} is another cluster than {before.cluster_name!r} (its namespace kube-system has "
                "another uid). Onboard it as a cluster of its own, or say verify=false where it was rebuilt."
            )
        return info


def _check(before: Cluster, update: ClusterUpdate) -> None:
    """Raise `InvalidInput` for names and labels that no cluster may have."""
    if update.cluster_name is not UNSET:
        check_name(update.cluster_name)
    check_labels(
        _or(update.context_name, before.context_name),
        _or(update.provider_name, before.provider_name),
        _or(update.tags, before.tags),
    )


def _target(before: Cluster, update: ClusterUpdate) -> ClusterTarget | None:
    """The target from now on; None where it stays. Raises `InvalidInput` for an address without its credential."""
    moved = _moved(before, update)
    if update.credential is None:
        if moved:
            raise InvalidInput(
                f"{', '.join(moved)}: to change where a cluster is, or whom it trusts, send its whole credential again "
                "in the same body: token, or tls_cert and tls_key."
            )
        return None
    if not before.readable and update.ca_data is UNSET:
        raise InvalidInput("ca_data: the stored one cannot be read either; send it again, or null for none.")
    return msgspec.structs.replace(
        before.target,
        server_url=_or(update.server_url, before.target.server_url),
        ca_data=_or(update.ca_data, before.target.ca_data),
        verify_tls=_or(update.verify_tls, before.target.verify_tls),
        token=update.credential.token,
        tls_cert=update.credential.tls_cert,
        tls_key=update.credential.tls_key,
    )


def _moved(before: Cluster, update: ClusterUpdate) -> list[str]:
    """What would change of where the credential goes, by the names that clients use."""
    target = before.target
    pairs = {
        "server_url": (update.server_url, target.server_url),
        "ca_data": (update.ca_data, target.ca_data if before.readable else UNSET),
        "use_secure_tls": (update.verify_tls, target.verify_tls),
    }
    return [name for name, (wanted, had) in pairs.items() if wanted is not UNSET and wanted != had]


def _given(update: ClusterUpdate) -> list[str]:
    """The names of the fields that were given, none of their values."""
    return [name for name, value in msgspec.structs.asdict(update).items() if value is not UNSET and value is not None]


def _or(wanted: T | UnsetType, had: T) -> T:
    return had if isinstance(wanted, UnsetType) else wanted


def _or_none(wanted: T | UnsetType) -> T | None:
    return None if isinstance(wanted, UnsetType) else wanted
