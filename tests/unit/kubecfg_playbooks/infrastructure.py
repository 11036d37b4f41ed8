"""What the analyzers of nodes, volumes, limits, configuration and accounts give as evidence."""

from __future__ import annotations

FACTS: dict[str, tuple[str, str]] = {
    "node.not_ready": ("node pods", "reason message minutes pod"),
    "node.uninitialized": ("node taint minutes", ""),
    "node.pressure": ("node condition", "reason message minutes"),
    "node.network_unavailable": ("node condition", "reason message minutes"),
    "node.condition": ("node condition", "reason message minutes"),
    "node.cordoned": ("node pod pod_namespace pods", "minutes"),
    "node.pod_slots": ("node pods most", ""),
    "node.overcommitted": ("node resource_name percent", ""),
    "node.sandbox_failures": ("node pod pod_namespace count message", ""),
    "node.version_skew": ("node version newest", ""),
    "node.system_oom": ("node message", "minutes"),
    "node.disk_not_freed": ("node message", "minutes"),
    "persistentvolume.failed": ("", "message reason claim claim_namespace"),
    "persistentvolume.released": ("", "policy message claim claim_namespace"),
    "persistentvolume.node_affinity": ("", "wanted node pod claim claim_namespace"),
    "persistentvolume.driver_missing": ("driver pod claim claim_namespace", ""),
    "volumeattachment.attach_error": ("node volume driver", "message minutes pod pod_namespace"),
    "volumeattachment.detach_error": ("node volume driver", "message minutes pod pod_namespace"),
    "volumeattachment.node_missing": ("node volume driver", "message minutes pod pod_namespace"),
    "volumeattachment.node_not_ready": ("node volume driver pod pod_namespace", "minutes"),
    "csidriver.not_on_node": ("driver node pod pod_namespace pods", ""),
    "resourcequota.exceeded": ("quota resource_name used limit percent workload workload_kind", ""),
    "resourcequota.full": ("quota resource_name used limit percent", ""),
    "resourcequota.nearly_full": ("quota resource_name used limit percent", ""),
    "limitrange.contradiction": ("type resource_name least most", "other_name"),
    "configmap.certificate_expired": ("key days host copies ended", ""),
    "configmap.certificate_expiring": ("key days host copies ends", ""),
    "serviceaccount.pull_secret_missing": ("secret pod pods", "nearest"),
    "serviceaccount.secret_missing": ("secret pod pods", "nearest"),
    "rolebinding.role_missing": ("role role_kind", "nearest pod pod_namespace"),
    "rolebinding.subjects_missing": (
        "serviceaccount account_namespace role role_kind",
        "nearest other_namespace",
    ),
    "clusterrolebinding.role_missing": ("role role_kind", "nearest pod pod_namespace"),
    "clusterrolebinding.subjects_missing": (
        "serviceaccount account_namespace role role_kind",
        "nearest other_namespace",
    ),
    "pod.missing_priorityclass": ("priority_class pods", "nearest workload workload_kind"),
    "priorityclass.several_defaults": ("count other_name", ""),
}

KINDS = {
    "node": "Node",
    "persistentvolume": "PersistentVolume",
    "volumeattachment": "VolumeAttachment",
    "csidriver": "CSIDriver",
    "resourcequota": "ResourceQuota",
    "limitrange": "LimitRange",
    "configmap": "ConfigMap",
    "serviceaccount": "ServiceAccount",
    "rolebinding": "RoleBinding",
    "clusterrolebinding": "ClusterRoleBinding",
    "priorityclass": "PriorityClass",
}

CLUSTER_SCOPED = {
    "Node",
    "PersistentVolume",
    "VolumeAttachment",
    "CSIDriver",
    "ClusterRoleBinding",
    "PriorityClass",
}

EXAMPLES: dict[str, str | int] = {
    "account_namespace": "shop",
    "condition": "MemoryPressure",
    "copies": 3,
    "least": "2Gi",
    "most": "1Gi",
    "newest": "1.36",
    "percent": 97,
    "pod_namespace": "shop",
    "pods": 12,
    "policy": "Retain",
    "priority_class": "high",
    "role": "reader",
    "role_kind": "Role",
    "version": "v1.31.4",
    "wanted": "topology.kubernetes.io/zone In eu-1b",
}
