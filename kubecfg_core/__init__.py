"""The domain of kubecfg: what a cluster, a problem and a solution are. It knows pluggy and msgspec, nothing else."""

from kubecfg_core.errors import KubecfgError
from kubecfg_core.hookspecs import hookimpl
from kubecfg_core.indexing import Index
from kubecfg_core.kinds.meta import Condition, KubeObject, LabelSelector, ObjectMeta, OwnerReference
from kubecfg_core.ports.analyzer import Analyzer
from kubecfg_core.problems import Analysis, Finding, ObjectRef, Problem, Severity
from kubecfg_core.resources import ReadState, Resource
from kubecfg_core.solutions import ActionType, Playbook, PlaybookStep, Solution, Step
from kubecfg_core.view import ClusterView

__all__ = [
    "ActionType",
    "Analysis",
    "Analyzer",
    "ClusterView",
    "Condition",
    "Finding",
    "Index",
    "KubeObject",
    "KubecfgError",
    "LabelSelector",
    "ObjectMeta",
    "ObjectRef",
    "OwnerReference",
    "Playbook",
    "PlaybookStep",
    "Problem",
    "ReadState",
    "Resource",
    "Severity",
    "Solution",
    "Step",
    "hookimpl",
]
