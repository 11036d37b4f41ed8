"""What the place of a file says: in which namespace a list was taken, and of which kind it is.

Three layouts: `NS/pods.json` (kubectl cluster-info dump), `cluster-resources/pods/NS.json` (a troubleshoot support
bundle), and `pods.json` (whatever somebody chose). Only lists that are empty, or that leave their kind out, need it.
"""

from pathlib import PurePosixPath
from typing import Final, NamedTuple

_CORE: Final = {
    "configmaps": "ConfigMap",
    "endpoints": "Endpoints",
    "events": "Event",
    "limitranges": "LimitRange",
    "namespaces": "Namespace",
    "nodes": "Node",
    "persistentvolumeclaims": "PersistentVolumeClaim",
    "persistentvolumes": "PersistentVolume",
    "pods": "Pod",
    "replicationcontrollers": "ReplicationController",
    "resourcequotas": "ResourceQuota",
    "secrets": "Secret",
    "serviceaccounts": "ServiceAccount",
    "services": "Service",
}
_GROUPS: Final = {
    "apps/v1": {
        "daemonsets": "DaemonSet",
        "deployments": "Deployment",
        "replicasets": "ReplicaSet",
        "statefulsets": "StatefulSet",
    },
    "autoscaling/v2": {"horizontalpodautoscalers": "HorizontalPodAutoscaler"},
    "batch/v1": {"cronjobs": "CronJob", "jobs": "Job"},
    "certificates.k8s.io/v1": {"certificatesigningrequests": "CertificateSigningRequest"},
    "coordination.k8s.io/v1": {"leases": "Lease"},
    "discovery.k8s.io/v1": {"endpointslices": "EndpointSlice"},
    "networking.k8s.io/v1": {
        "ingresses": "Ingress",
        "ingressclasses": "IngressClass",
        "networkpolicies": "NetworkPolicy",
    },
    "policy/v1": {"poddisruptionbudgets": "PodDisruptionBudget"},
    "rbac.authorization.k8s.io/v1": {
        "clusterrolebindings": "ClusterRoleBinding",
        "clusterroles": "ClusterRole",
        "rolebindings": "RoleBinding",
        "roles": "Role",
    },
    "scheduling.k8s.io/v1": {"priorityclasses": "PriorityClass"},
    "storage.k8s.io/v1": {
        "csidrivers": "CSIDriver",
        "storageclasses": "StorageClass",
        "volumeattachments": "VolumeAttachment",
    },
    "apiextensions.k8s.io/v1": {"customresourcedefinitions": "CustomResourceDefinition"},
}
# Short names of kubectl, and what troubleshoot calls its folders, without hyphens.
_ALIASES: Final = {
    "cm": "configmaps",
    "crd": "customresourcedefinitions",
    "csr": "certificatesigningrequests",
    "deploy": "deployments",
    "ds": "daemonsets",
    "ep": "endpoints",
    "ev": "events",
    "hpa": "horizontalpodautoscalers",
    "ing": "ingresses",
    "ingress": "ingresses",
    "netpol": "networkpolicies",
    "networkpolicy": "networkpolicies",
    "no": "nodes",
    "ns": "namespaces",
    "pdb": "poddisruptionbudgets",
    "po": "pods",
    "pv": "persistentvolumes",
    "pvc": "persistentvolumeclaims",
    "pvcs": "persistentvolumeclaims",
    "pvs": "persistentvolumes",
    "quota": "resourcequotas",
    "resourcequota": "resourcequotas",
    "rs": "replicasets",
    "sa": "serviceaccounts",
    "sc": "storageclasses",
    "sts": "statefulsets",
    "svc": "services",
}
_KINDS: Final = {plural: ("v1", kind) for plural, kind in _CORE.items()} | {
    plural: (version, kind) for version, kinds in _GROUPS.items() for plural, kind in kinds.items()
}


class Kind(NamedTuple):
    """What identifies a kind in a dump."""

    api_version: str
    name: str


class Place(NamedTuple):
    """What a path says. `namespace` is certain in a support bundle, and a guess elsewhere."""

    kind: Kind | None = None
    namespace: str = ""
    certain: bool = False


def place_of(path: PurePosixPath) -> Place:
    """Read a path within a dump."""
    parts = path.parts
    if "cluster-resources" in parts:
        return _in_bundle(parts[parts.index("cluster-resources") + 1 : -1], path.stem)
    return Place(_kind(path.stem), path.parent.name)


def _in_bundle(folders: tuple[str, ...], stem: str) -> Place:
    match folders:
        case ():
            return Place(_kind(stem), certain=True)
        case (plural,):
            # Of a custom resource without namespaces: custom-resources/PLURAL.GROUP.json.
            return Place(certain=True) if plural == "custom-resources" else Place(_kind(plural), stem, certain=True)
        case ("custom-resources", _):
            return Place(None, stem, certain=True)
    return Place(certain=True)


def _kind(name: str) -> Kind | None:
    plural = name.lower().replace("-", "").replace("_", "")
    found = _KINDS.get(_ALIASES.get(plural, plural))
    return Kind(*found) if found else None
