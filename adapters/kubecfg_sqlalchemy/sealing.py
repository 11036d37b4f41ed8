"""A cluster's credential in one sealed text, bound to the row, the owner and the address that it is for."""

import msgspec

from kubecfg_core.clusters import ClusterTarget
from kubecfg_core.ports.vault import Vault
from kubecfg_core.secret import Secret

_PURPOSE = "clusters.credentials"


class _Bundle(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    token: str | None = None
    ca_data: str | None = None
    tls_cert: str | None = None
    tls_key: str | None = None


def seal_target(vault: Vault, target: ClusterTarget, *, user_id: int, cluster_id: int) -> str:
    """The secret part of the target, sealed for this row."""
    bundle = _Bundle(
        token=target.token.reveal() if target.token else None,
        ca_data=target.ca_data,
        tls_cert=target.tls_cert,
        tls_key=target.tls_key.reveal() if target.tls_key else None,
    )
    return vault.seal(msgspec.json.encode(bundle), context=_context(target, user_id, cluster_id))


def open_target(vault: Vault, sealed: str, plain: ClusterTarget, *, user_id: int, cluster_id: int) -> ClusterTarget:
    """The whole target again, from its plain part. Raises `NotConfigured` where the row is not what was sealed."""
    opened = vault.open(sealed, context=_context(plain, user_id, cluster_id))
    bundle = msgspec.json.decode(opened, type=_Bundle)
    return msgspec.structs.replace(
        plain,
        token=None if bundle.token is None else Secret(bundle.token),
        ca_data=bundle.ca_data,
        tls_cert=bundle.tls_cert,
        tls_key=None if bundle.tls_key is None else Secret(bundle.tls_key),
    )


def _context(target: ClusterTarget, user_id: int, cluster_id: int) -> str:
    """JSON, so that no two sets of parts give the same text. The CA is sealed itself."""
    parts = (_PURPOSE, user_id, cluster_id, target.server_url, target.verify_tls, target.tls_server_name)
    return msgspec.json.encode(parts).decode()
