"""What is wrong in the demo cluster, for tests and for telling: each fault, and what else it makes look bad."""

from __future__ import annotations

import msgspec

from kubecfg_demo.shop_parts import pod_name, replica_set_name


class DemoFault(msgspec.Struct, frozen=True, kw_only=True):
    """One fault: the object at its root, what is wrong, and `also`, the `Kind/name` of objects that suffer from it.

    An analysis may report any object that a fault covers, and no other; whatever else looks odd is as it should be.
    """

    kind: str
    name: str
    namespace: str = ""
    reason: str
    also: tuple[str, ...] = ()

    def covers(self, kind: str, namespace: str, name: str) -> bool:
        """Whether the object is at the root of this fault or suffers from it."""
        if (kind, namespace, name) == (self.kind, self.namespace, self.name):
            return True
        # What suffers from a cluster-wide object may live in any namespace.
        return f"{kind}/{name}" in self.also and self.namespace in {"", namespace}


def _pods(namespace: str, name: str, reason: str, replicas: int = 1, *more: str) -> DemoFault:
    pods = [pod_name(namespace, name, index) for index in range(replicas)]
    others = tuple(f"Pod/{pod}" for pod in pods[1:])
    owners = (f"ReplicaSet/{replica_set_name(namespace, name)}", f"Deployment/{name}")
    return DemoFault(kind="Pod", namespace=namespace, name=pods[0], reason=reason, also=(*others, *owners, *more))


FAULTS: tuple[DemoFault, ...] = (
    _pods("shop-payments", "checkout", "CrashLoopBackOff, exit code 1", 1, "Service/checkout", "Endpoints/checkout"),
    _pods("shop-data", "redis-cache", "OOMKilled", 1, "Service/redis-cache", "Endpoints/redis-cache"),
    _pods("shop-frontend", "banner", "ImagePullBackOff: the tag does not exist"),
    _pods("shop-payments", "fraud-check", "CreateContainerConfigError: Secret fraud-api has no key API_KEY"),
    _pods("shop-backend", "recommender", "Pending: no node has 64 CPUs"),
    DemoFault(
        kind="Service",
        namespace="shop-backend",
        name="search",
        reason="the selector app=search-v1 matches no pod",
        also=("Endpoints/search",),
    ),
    DemoFault(
        kind="Service",
        namespace="shop-backend",
        name="inventory",
        reason="no pod behind it is ready: the readiness probe gets 503",
        also=(
            *(f"Pod/{pod_name('shop-backend', 'inventory', index)}" for index in range(2)),
            f"ReplicaSet/{replica_set_name('shop-backend', 'inventory')}",
            "Deployment/inventory",
            "Endpoints/inventory",
        ),
    ),
    DemoFault(
        kind="Deployment",
        namespace="shop-backend",
        name="orders",
        reason="ProgressDeadlineExceeded: the new version never becomes ready",
        also=(
            f"Pod/{pod_name('shop-backend', 'orders', 0, 2)}",
            f"ReplicaSet/{replica_set_name('shop-backend', 'orders', 2)}",
            "Service/orders",
            "Endpoints/orders",
        ),
    ),
    DemoFault(
        kind="Ingress", namespace="shop-frontend", name="legacy-catalog", reason="its Service old-catalog is missing"
    ),
    DemoFault(kind="Ingress", namespace="shop-frontend", name="shop-api", reason="Service web has no port 8081"),
    DemoFault(
        kind="Secret",
        namespace="shop-frontend",
        name="storefront-tls",
        reason="the certificate expired",
        also=("Ingress/storefront",),
    ),
    DemoFault(kind="Ingress", namespace="shop-payments", name="pay", reason="its TLS Secret pay-tls is missing"),
    DemoFault(
        kind="PersistentVolumeClaim",
        namespace="shop-data",
        name="orders-archive",
        reason="its StorageClass fast-ssd is missing",
    ),
    DemoFault(
        kind="Deployment",
        namespace="shop-batch",
        name="report-worker",
        reason="FailedCreate: the quota is exceeded",
        also=(f"ReplicaSet/{replica_set_name('shop-batch', 'report-worker')}", "ResourceQuota/small"),
    ),
    DemoFault(
        kind="Node",
        name="worker-3",
        reason="NotReady: the kubelet stopped posting",
        also=("Pod/kube-proxy-worker-3", "DaemonSet/kube-proxy", "Lease/worker-3"),
    ),
    DemoFault(kind="StorageClass", name="gp3", reason="a second default StorageClass", also=("StorageClass/standard",)),
)
