"""Playbooks of the checks in `kubecfg_analyzers.machinery`."""

from typing import Final

from kubecfg_core import Playbook

MACHINERY: Final[tuple[Playbook, ...]] = ()
