"""Playbooks of the checks in `kubecfg_analyzers.infrastructure`."""

from typing import Final

from kubecfg_core import Playbook

INFRASTRUCTURE: Final[tuple[Playbook, ...]] = ()
