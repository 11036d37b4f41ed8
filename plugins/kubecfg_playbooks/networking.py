"""Playbooks of the checks in `kubecfg_analyzers.networking`."""

from typing import Final

from kubecfg_core import Playbook

NETWORKING: Final[tuple[Playbook, ...]] = ()
