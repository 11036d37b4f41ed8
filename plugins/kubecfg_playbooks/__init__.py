"""The built-in solutions: one playbook for each check of the built-in analyzers, loaded through the public hook."""

from kubecfg_core import Playbook, hookimpl
from kubecfg_playbooks.admission import ADMISSION
from kubecfg_playbooks.claims import CLAIMS
from kubecfg_playbooks.containers import CONTAINERS
from kubecfg_playbooks.controllers import CONTROLLERS
from kubecfg_playbooks.deployments import DEPLOYMENTS
from kubecfg_playbooks.hygiene import HYGIENE
from kubecfg_playbooks.images import IMAGES
from kubecfg_playbooks.infrastructure import INFRASTRUCTURE
from kubecfg_playbooks.ingresses import INGRESSES
from kubecfg_playbooks.lifecycle import LIFECYCLE
from kubecfg_playbooks.machinery import MACHINERY
from kubecfg_playbooks.networking import NETWORKING
from kubecfg_playbooks.placement import PLACEMENT
from kubecfg_playbooks.probes import PROBES
from kubecfg_playbooks.references import REFERENCES
from kubecfg_playbooks.scheduling import SCHEDULING
from kubecfg_playbooks.secrets import SECRETS
from kubecfg_playbooks.services import SERVICES
from kubecfg_playbooks.storageclasses import STORAGECLASSES

__all__ = ["register_playbooks"]


@hookimpl
def register_playbooks() -> list[Playbook]:
    """Give every built-in playbook."""
    return [
        *ADMISSION,
        *CLAIMS,
        *CONTAINERS,
        *CONTROLLERS,
        *DEPLOYMENTS,
        *HYGIENE,
        *IMAGES,
        *INFRASTRUCTURE,
        *INGRESSES,
        *LIFECYCLE,
        *MACHINERY,
        *NETWORKING,
        *PLACEMENT,
        *PROBES,
        *REFERENCES,
        *SCHEDULING,
        *SECRETS,
        *SERVICES,
        *STORAGECLASSES,
    ]
