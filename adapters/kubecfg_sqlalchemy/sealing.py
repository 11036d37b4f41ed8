"""A cluster's credential in one sealed text, bound to the row, the owner and the address that it is for."""

import hashlib

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
    context = _context(target, ca_digest(target), user_id, cluster_id)
    return vault.seal(msgspec.json.encode(bundle), context=context)


def open_target(
    vault: Vault, sealed: str, plain: ClusterTarget, ca: str | None, *, user_id: int, cluster_id: int
) -> ClusterTarget:
    """The whole target again, from its plain part and the digest of its CA.

    Raises `NotConfigured` where the row is not what was sealed.
    """
    opened = vault.open(sealed, context=_context(plain, ca, user_id, cluster_id))
    bundle = msgspec.json.decode(opened, type=_Bundle)
    return msgspec.structs.replace(
        plain,
        token=None if bundle.token is None else Secret(bundle.token),
        ca_data=bundle.ca_data,
        tls_cert=bundle.tls_cert,
        tls_key=None if bundle.tls_key is None else Secret(bundle.tls_key),
    )


def ca_digest(target: ClusterTarget) -> str:
    """What stands for the sealed CA in the row, so that it is bound in like the address; empty where there is none."""
    return hashlib.sha256(target.ca_data.encode()).hexdigest() if target.ca_data else ""


def _context(target: ClusterTarget, ca: str | None, user_id: int, cluster_id: int) -> str:
    """Purpose, owner, cluster, and a digest of all that decides where the credential is sent and whom it trusts.

    JSON, so that no two sets of parts give the same text. The vault adds its version and the key's id. Rows that were
    written before the CA had a digest of its own (`None`) bind what they bound then, until they are sealed anew.
    """
    where = (target.server_url, target.verify_tls, target.tls_server_name)
    if ca is None:
        return msgspec.json.encode((_PURPOSE, user_id, cluster_id, *where)).decode()
    digest = hashlib.sha256(msgspec.json.encode((*where, ca))).hexdigest()
    return msgspec.json.encode((_PURPOSE, user_id, cluster_id, digest)).decode()
