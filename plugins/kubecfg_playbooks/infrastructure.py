"""Playbooks of the checks in `kubecfg_analyzers.infrastructure`."""

from typing import Final

from kubecfg_core import Playbook
from kubecfg_playbooks.accounts import ACCOUNTS
from kubecfg_playbooks.limits import LIMITS
from kubecfg_playbooks.nodes import NODES
from kubecfg_playbooks.volumes import VOLUMES

INFRASTRUCTURE: Final[tuple[Playbook, ...]] = (*NODES, *VOLUMES, *LIMITS, *ACCOUNTS)
