"""All use cases, put together by a composition root: what a front-end is given."""

from dataclasses import dataclass

from kubecfg_core.llm_counts import LlmCounts
from kubecfg_core.plugins import Plugins
from kubecfg_core.usecases.accounts import Accounts
from kubecfg_core.usecases.auditing import Audit
from kubecfg_core.usecases.clusters import Clusters
from kubecfg_core.usecases.commands import Commands
from kubecfg_core.usecases.diagnosis import ClusterDiagnosis
from kubecfg_core.usecases.grants import Grants
from kubecfg_core.usecases.health import Health
from kubecfg_core.usecases.importing import Importing
from kubecfg_core.usecases.updating import Updates
from kubecfg_core.usecases.usage import Usage
from kubecfg_core.usecases.verifying import ClusterProofs


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The use cases of one running service, and what its language model took, where it has one."""

    accounts: Accounts
    audit: Audit
    clusters: Clusters
    updates: Updates
    grants: Grants
    importing: Importing
    diagnosis: ClusterDiagnosis
    commands: Commands
    proofs: ClusterProofs
    usage: Usage
    health: Health
    plugins: Plugins
    llm: LlmCounts | None = None
