"""Playbooks of the checks in `kubecfg_analyzers.controllers`."""

from typing import Final

from kubecfg_core import Playbook

CONTROLLERS: Final[tuple[Playbook, ...]] = ()
