"""In-memory twins of the ports, and views built by hand: for the tests of whoever builds on kubecfg."""

from kubecfg_core.testing.audit_log import InMemoryAuditLog
from kubecfg_core.testing.clock import FakeClock
from kubecfg_core.testing.clusters import InMemoryClusters
from kubecfg_core.testing.expiries import InMemoryExpiries
from kubecfg_core.testing.grants import InMemoryGrants
from kubecfg_core.testing.identities import FakeIdentities
from kubecfg_core.testing.kube_gateway import InMemoryCluster, InMemoryConnector
from kubecfg_core.testing.kubectl_runner import RecordingKubectl
from kubecfg_core.testing.llm import ScriptedLLM
from kubecfg_core.testing.login_attempts import InMemoryLoginAttempts
from kubecfg_core.testing.metrics_source import FixedMetrics
from kubecfg_core.testing.outbox import InMemoryOutbox
from kubecfg_core.testing.passwords import FastHasher
from kubecfg_core.testing.services import in_memory_services
from kubecfg_core.testing.tokens import FakeTokens
from kubecfg_core.testing.users import InMemoryUsers
from kubecfg_core.testing.vault import PlainVault
from kubecfg_core.testing.views import view_of

__all__ = [
    "FakeClock",
    "FakeIdentities",
    "FakeTokens",
    "FastHasher",
    "FixedMetrics",
    "InMemoryAuditLog",
    "InMemoryCluster",
    "InMemoryClusters",
    "InMemoryConnector",
    "InMemoryExpiries",
    "InMemoryGrants",
    "InMemoryLoginAttempts",
    "InMemoryOutbox",
    "InMemoryUsers",
    "PlainVault",
    "RecordingKubectl",
    "ScriptedLLM",
    "in_memory_services",
    "view_of",
]
