"""Playbooks of the checks in `kubecfg_analyzers.controllers`."""

from typing import Final

from kubecfg_core import Playbook
from kubecfg_playbooks.autoscalers import AUTOSCALERS
from kubecfg_playbooks.budgets import BUDGETS
from kubecfg_playbooks.cronjobs import CRONJOBS
from kubecfg_playbooks.daemonsets import DAEMONSETS
from kubecfg_playbooks.jobs import JOBS
from kubecfg_playbooks.replicasets import REPLICASETS
from kubecfg_playbooks.statefulsets import STATEFULSETS

CONTROLLERS: Final[tuple[Playbook, ...]] = (
    *REPLICASETS,
    *STATEFULSETS,
    *DAEMONSETS,
    *JOBS,
    *CRONJOBS,
    *AUTOSCALERS,
    *BUDGETS,
)
