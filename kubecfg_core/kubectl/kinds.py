"""What is known of Kubernetes' own types, under every name that kubectl takes: where they live, who may change them."""

import re
from typing import Final

_VERSION = re.compile(r"v\d+(?:(?:alpha|beta)\d+)?\.")

_NAMESPACED: Final = {
    "": "pod pods po configmap configmaps cm endpoints ep event events ev limitrange limitranges limits "
    "persistentvolumeclaim persistentvolumeclaims pvc podtemplate podtemplates replicationcontroller "
    "replicationcontrollers rc resourcequota resourcequotas quota secret secrets serviceaccount serviceaccounts sa "
    "service services svc",
    "apps": "controllerrevision controllerrevisions daemonset daemonsets ds deployment deployments deploy replicaset "
    "replicasets rs statefulset statefulsets sts",
    "autoscaling": "horizontalpodautoscaler horizontalpodautoscalers hpa",
    "batch": "cronjob cronjobs cj job jobs",
    "coordination.k8s.io": "lease leases",
    "discovery.k8s.io": "endpointslice endpointslices",
    "networking.k8s.io": "ingress ingresses ing networkpolicy networkpolicies netpol",
    "policy": "poddisruptionbudget poddisruptionbudgets pdb",
    "rbac.authorization.k8s.io": "role roles rolebinding rolebindings",
    "storage.k8s.io": "csistoragecapacity csistoragecapacities",
}
_GROUPS: Final = {name: group for group, names in _NAMESPACED.items() for name in names.split()}

NAMESPACES: Final = frozenset({"namespace", "namespaces", "ns"})
SECRETS: Final = frozenset({"secret", "secrets"})
RIGHTS: Final = frozenset(
    f"{kind}{plural}" for kind in ("role", "rolebinding", "clusterrole", "clusterrolebinding") for plural in ("", "s")
)
_CLUSTERS: Final = (
    "apiservice apiservices certificatesigningrequest certificatesigningrequests componentstatus componentstatuses "
    "crd crds cs csidriver csidrivers csinode csinodes csr customresourcedefinition customresourcedefinitions "
    "deviceclass deviceclasses flowschema flowschemas ingressclass ingressclasses mutatingadmissionpolicies "
    "mutatingadmissionpolicy mutatingadmissionpolicybinding mutatingadmissionpolicybindings "
    "mutatingwebhookconfiguration mutatingwebhookconfigurations no node nodes pc persistentvolume persistentvolumes "
    "priorityclass priorityclasses prioritylevelconfiguration prioritylevelconfigurations pv resourceslice "
    "resourceslices runtimeclass runtimeclasses sc storageclass storageclasses vac validatingadmissionpolicies "
    "validatingadmissionpolicy validatingadmissionpolicybinding validatingadmissionpolicybindings "
    "validatingwebhookconfiguration validatingwebhookconfigurations volumeattachment volumeattachments "
    "volumeattributesclass volumeattributesclasses"
)

ADMINS_ONLY: Final = RIGHTS | NAMESPACES | frozenset(_CLUSTERS.split())
"""What rules over more than one namespace, or over who may do what: changed by admins alone."""


def head(word: str) -> str:
    """The type that one word of a TYPE list means, without version and group."""
    return word.partition(".")[0].lower()


def namespaced(word: str) -> bool:
    """Whether a type, as typed, is certainly one of Kubernetes' own whose objects are in namespaces."""
    name, _, rest = word.lower().partition(".")
    group = _VERSION.sub("", f"{rest}.", count=1).rstrip(".") if rest else _GROUPS.get(name)
    return name in _GROUPS and group == _GROUPS[name]
