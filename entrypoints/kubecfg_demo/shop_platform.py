"""The cluster the shop runs on: nodes, namespaces, storage, DNS, proxy, ingress, metrics, monitoring."""

from __future__ import annotations

from typing import Any

from kubecfg_demo.shop_builder import NODES, Builder
from kubecfg_demo.shop_network import service
from kubecfg_demo.shop_parts import LOST, RUNNING, State, suffix

Object = dict[str, Any]

NAMESPACES = (
    "default",
    "kube-system",
    "kube-node-lease",
    "ingress-nginx",
    "monitoring",
    "shop-frontend",
    "shop-backend",
    "shop-payments",
    "shop-data",
    "shop-batch",
)
LOST_NODE = "worker-3"
_GREETING = "Kubelet stopped posting node status."


def template(app: str, image: str, port: int = 8080, **container: Any) -> Object:
    """A pod template of one container with probes and limits; keywords replace or add container fields."""
    asked = {"path": "/healthz", "port": "http", "scheme": "HTTP"}
    patience = {"periodSeconds": 10, "timeoutSeconds": 2, "successThreshold": 1, "failureThreshold": 3}
    probe = {"httpGet": asked, **patience}
    full = {
        "name": app,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "ports": [{"name": "http", "containerPort": port, "protocol": "TCP"}],
        "resources": resources("100m", "128Mi"),
        "readinessProbe": probe,
        "livenessProbe": {**probe, "initialDelaySeconds": 20},
        "securityContext": {"runAsNonRoot": True, "allowPrivilegeEscalation": False},
        **container,
    }
    volumes = full.pop("volumes", None)
    spec: Object = {"containers": [full], "automountServiceAccountToken": False}
    if volumes:
        spec["volumes"] = volumes
    return {"metadata": {"labels": {"app": app}}, "spec": spec}


def resources(cpu: str, memory: str) -> Object:
    """Requests, and limits of the same memory."""
    return {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": memory}}


def add_platform(b: Builder) -> None:
    """All of it. Faults in here: one node is lost, and two storage classes are the default."""
    for name in NAMESPACES:
        labels = {"kubernetes.io/metadata.name": name}
        b.add("v1", "Namespace", name, labels=labels, spec={"finalizers": ["kubernetes"]}, status={"phase": "Active"})
        b.add("v1", "ServiceAccount", "default", name)
    for node, address in NODES.items():
        _node(b, node, address)
    _storage(b)
    _system(b)
    _ingress(b)
    stateful(b, "prometheus", "monitoring", image="registry.example.com/prometheus:v3.5.0", port=9090, size="20Gi")


def stateful(b: Builder, name: str, namespace: str, *, image: str, port: int, size: str) -> None:
    """A StatefulSet of one pod, its headless Service, and its bound claim and volume."""
    claim, volume = f"data-{name}-0", f"pvc-{namespace}-{name}"
    mounts = [{"name": "data", "mountPath": "/data"}]
    made = template(name, image, port, volumeMounts=mounts, resources=resources("250m", "512Mi"))
    wanted = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
    claim_spec = {**wanted, "storageClassName": "standard", "volumeMode": "Filesystem"}
    found = b.add(
        "apps/v1",
        "StatefulSet",
        name,
        namespace,
        labels={"app": name},
        spec={
            "replicas": 1,
            "serviceName": name,
            "selector": {"matchLabels": {"app": name}},
            "template": made,
            "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": claim_spec}],
        },
        status={
            "observedGeneration": 1,
            "replicas": 1,
            "readyReplicas": 1,
            "availableReplicas": 1,
            "currentReplicas": 1,
            "updatedReplicas": 1,
            "currentRevision": f"{name}-1",
            "updateRevision": f"{name}-1",
        },
    )
    found["metadata"]["generation"] = 1
    spec = {**made["spec"], "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}]}
    b.pod(f"{name}-0", namespace, {**made, "spec": spec}, RUNNING, 24 * 9, owner=found)
    capacity = {"storage": size}
    bound = {"phase": "Bound", "accessModes": ["ReadWriteOnce"], "capacity": capacity}
    pvc = b.add(
        "v1", "PersistentVolumeClaim", claim, namespace, spec={**claim_spec, "volumeName": volume}, status=bound
    )
    reference = {"kind": "PersistentVolumeClaim", "apiVersion": "v1", "name": claim, "namespace": namespace}
    b.add(
        "v1",
        "PersistentVolume",
        volume,
        spec={
            "capacity": capacity,
            "accessModes": ["ReadWriteOnce"],
            "persistentVolumeReclaimPolicy": "Delete",
            "storageClassName": "standard",
            "volumeMode": "Filesystem",
            "claimRef": {**reference, "uid": pvc["metadata"]["uid"]},
            "csi": {"driver": "ebs.csi.example.com", "volumeHandle": f"vol-{name}", "fsType": "ext4"},
        },
        status={"phase": "Bound"},
    )
    service(b, name, namespace, {"app": name}, {"name": "http", "port": port, "targetPort": "http"}, clusterIP="None")


def _node(b: Builder, name: str, address: str) -> None:
    lost, control = name == LOST_NODE, name.startswith("control-plane")
    seen = b.moment.ago(minutes=42) if lost else b.moment.ago(seconds=20)
    healthy = {
        "MemoryPressure": "KubeletHasSufficientMemory",
        "DiskPressure": "KubeletHasNoDiskPressure",
        "PIDPressure": "KubeletHasSufficientPID",
    }
    said = [("Unknown", "NodeStatusUnknown") if lost else ("False", reason) for reason in healthy.values()]
    states = dict(zip(healthy, said, strict=True))
    states["Ready"] = ("Unknown", "NodeStatusUnknown") if lost else ("True", "KubeletReady")
    conditions = [
        {
            "type": kind,
            "status": status,
            "reason": reason,
            "message": _GREETING if lost else "kubelet is posting its status",
            "lastHeartbeatTime": seen,
            "lastTransitionTime": b.moment.ago(minutes=41) if lost else b.moment.ago(days=40),
        }
        for kind, (status, reason) in states.items()
    ]
    taints = [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}] if control else []
    if lost:
        taints = [{"key": "node.kubernetes.io/unreachable", "effect": e} for e in ("NoSchedule", "NoExecute")]
    labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}
    if control:
        labels["node-role.kubernetes.io/control-plane"] = ""
    room = {"cpu": "8", "memory": "32Gi", "pods": "110", "ephemeral-storage": "100Gi"}
    node = b.add(
        "v1",
        "Node",
        name,
        labels=labels,
        spec={"podCIDR": f"10.244.{list(NODES).index(name)}.0/24", **({"taints": taints} if taints else {})},
        status={
            "capacity": room,
            "allocatable": {**room, "memory": "31Gi"},
            "conditions": conditions,
            "addresses": [{"type": "InternalIP", "address": address}, {"type": "Hostname", "address": name}],
            "nodeInfo": {
                "machineID": suffix(f"{name}/machine", 32),
                "systemUUID": suffix(f"{name}/system", 32),
                "bootID": suffix(f"{name}/boot", 32),
                "kubeProxyVersion": "",
                "kubeletVersion": "v1.36.2",
                "osImage": "Debian GNU/Linux 13 (simulated)",
                "kernelVersion": "6.12.0",
                "architecture": "amd64",
                "operatingSystem": "linux",
                "containerRuntimeVersion": "containerd://2.1.4",
            },
        },
    )
    lease = {"holderIdentity": name, "leaseDurationSeconds": 40, "renewTime": seen.replace("Z", ".000000Z")}
    b.add("coordination.k8s.io/v1", "Lease", name, "kube-node-lease", owner=node, spec=lease)
    if lost:
        b.event(node, "Normal", "NodeNotReady", f"Node {name} status is now: NodeNotReady")


def _storage(b: Builder) -> None:
    default = {"storageclass.kubernetes.io/is-default-class": "true"}
    rest: Object = {"provisioner": "ebs.csi.example.com", "reclaimPolicy": "Delete", "allowVolumeExpansion": True}
    for name, marks, binding in (
        ("standard", default, "Immediate"),
        ("gp3", default, "Immediate"),
        ("local-late", {}, "WaitForFirstConsumer"),
    ):
        b.add("storage.k8s.io/v1", "StorageClass", name, annotations=marks, **rest, volumeBindingMode=binding)
    driver = {"attachRequired": True, "podInfoOnMount": False, "volumeLifecycleModes": ["Persistent"]}
    b.add("storage.k8s.io/v1", "CSIDriver", "ebs.csi.example.com", spec=driver)


def _system(b: Builder) -> None:
    ports = [
        {"name": "dns", "containerPort": 5353, "protocol": "UDP"},
        {"name": "http", "containerPort": 8080, "protocol": "TCP"},
    ]
    dns = template("coredns", "registry.example.com/coredns:v1.13.1", ports=ports)
    b.deployment("coredns", "kube-system", dns, [RUNNING, RUNNING])
    port = {"name": "dns", "port": 53, "protocol": "UDP", "targetPort": "dns"}
    service(b, "kube-dns", "kube-system", {"app": "coredns"}, port, clusterIP="10.96.0.10")
    metrics = template("metrics-server", "registry.example.com/metrics-server:v0.8.0", 10250)
    b.deployment("metrics-server", "kube-system", metrics)
    service(b, "metrics-server", "kube-system", {"app": "metrics-server"}, {"port": 443, "targetPort": "http"})
    proxy = template("kube-proxy", "registry.example.com/kube-proxy:v1.36.2", 10256)
    proxy["spec"]["tolerations"] = [{"operator": "Exists"}]
    found = b.add(
        "apps/v1",
        "DaemonSet",
        "kube-proxy",
        "kube-system",
        labels=proxy["metadata"]["labels"],
        spec={"selector": {"matchLabels": proxy["metadata"]["labels"]}, "template": proxy},
        status={
            "observedGeneration": 1,
            "desiredNumberScheduled": 4,
            "currentNumberScheduled": 4,
            "updatedNumberScheduled": 4,
            "numberMisscheduled": 0,
            "numberReady": 3,
            "numberAvailable": 3,
            "numberUnavailable": 1,
        },
    )
    found["metadata"]["generation"] = 1
    for node in NODES:
        state: State = LOST if node == LOST_NODE else RUNNING
        b.pod(f"kube-proxy-{node}", "kube-system", proxy, state, 24 * 40, owner=found, node=node)


def _ingress(b: Builder) -> None:
    controller = template("ingress-nginx", "registry.example.com/ingress-nginx:v1.14.0", 8443)
    b.deployment("ingress-nginx", "ingress-nginx", controller, [RUNNING, RUNNING])
    address = {"loadBalancer": {"ingress": [{"ip": "203.0.113.10", "ipMode": "VIP"}]}}
    port = {"name": "https", "port": 443, "targetPort": "http", "nodePort": 30443}
    service(b, "ingress-nginx", "ingress-nginx", {"app": "ingress-nginx"}, port, type="LoadBalancer", status=address)
    b.add("networking.k8s.io/v1", "IngressClass", "nginx", spec={"controller": "k8s.io/ingress-nginx"})
