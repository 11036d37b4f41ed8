"""Objects as an API server lists them: with managed fields, defaults and conditions; a pod has 7 KB, as a real one."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

Object = dict[str, Any]

NOW: Final = datetime.now(UTC)
POD_CONDITIONS: Final = ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled")


def ago(**span: float) -> str:
    """A time so long ago, as Kubernetes writes it."""
    return (NOW - timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%SZ")


MADE: Final = ago(days=3)
_TOKEN: Final[list[Object]] = [
    {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
    {"configMap": {"items": [{"key": "ca.crt", "path": "ca.crt"}], "name": "kube-root-ca.crt"}},
    {"downwardAPI": {"items": [{"fieldRef": {"fieldPath": "metadata.namespace"}, "path": "namespace"}]}},
]


def made(
    api_version: str,
    kind: str,
    name: str,
    namespace: str = "",
    *,
    labels: dict[str, str] | None = None,
    owner: Object | None = None,
    **fields: Any,
) -> Object:
    """An object of three days ago, with who wrote which of its fields."""
    uid = str(uuid5(NAMESPACE_URL, f"{kind}/{namespace}/{name}"))
    metadata: Object = {"name": name, "uid": uid, "creationTimestamp": MADE, "labels": labels or {}, "generation": 1}
    if namespace:
        metadata["namespace"] = namespace
    if owner is not None:
        whose = owner["metadata"]
        reference = {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": whose["name"]}
        reference |= {"uid": whose["uid"], "controller": True, "blockOwnerDeletion": True}
        metadata["ownerReferences"] = [reference]
    metadata["managedFields"] = [
        {
            "apiVersion": api_version,
            "fieldsType": "FieldsV1",
            "fieldsV1": _written(part),
            "manager": manager,
            "operation": "Update",
            "time": MADE,
        }
        for manager, part in _writers(fields)
    ]
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields}


def _writers(fields: Object) -> list[tuple[str, Object]]:
    wanted = {key: value for key, value in fields.items() if key != "status"}
    told = {key: value for key, value in fields.items() if key == "status"}
    return [("kube-controller-manager", wanted), *([("kubelet", told)] if told else [])]


def _written(value: Any) -> Any:
    """The fields of a value as `managedFields` names them."""
    if isinstance(value, dict):
        return {f"f:{key}": _written(entry) for key, entry in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        keys = [next((key for key in ("name", "type", "ip") if key in entry), "") for entry in value]
        return {
            f'k:{{"{key}":"{entry.get(key, "")}"}}': {".": {}, **_written(entry)}
            for key, entry in zip(keys, value, strict=True)
        }
    return {}


def template(name: str, labels: dict[str, str], *, secret: str) -> Object:
    """A pod template: a container with probes, limits and variables, two volumes."""
    probe = {"httpGet": {"path": "/ready", "port": "http", "scheme": "HTTP"}, "timeoutSeconds": 1, "periodSeconds": 10}
    probe |= {"successThreshold": 1, "failureThreshold": 3}
    fields = ("metadata.namespace", "status.podIP")
    env: list[Object] = [{"name": f"OPTION_{number}", "value": f"value-{number}"} for number in range(3)]
    env += [
        {"name": field.upper(), "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": field}}} for field in fields
    ]
    if secret:
        env.append({"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": secret, "key": "password"}}})
    mounts = [{"name": "settings", "mountPath": "/settings", "readOnly": True}]
    container = {
        "name": "app",
        "image": f"registry.example.com/{name}:1.0",
        "imagePullPolicy": "IfNotPresent",
        "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
        "envFrom": [{"configMapRef": {"name": name}}],
        "env": env,
        "livenessProbe": {**probe, "initialDelaySeconds": 30},
        "readinessProbe": probe,
        "volumeMounts": mounts,
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    volumes = [{"name": "settings", "configMap": {"name": name, "defaultMode": 420}}]
    spec = {
        "containers": [container],
        "volumes": volumes,
        "dnsPolicy": "ClusterFirst",
        "enableServiceLinks": True,
        "restartPolicy": "Always",
        "schedulerName": "default-scheduler",
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "serviceAccount": "default",
        "serviceAccountName": "default",
        "terminationGracePeriodSeconds": 30,
        "tolerations": [
            {"effect": "NoExecute", "key": f"node.kubernetes.io/{key}", "operator": "Exists", "tolerationSeconds": 300}
            for key in ("not-ready", "unreachable")
        ],
    }
    annotations = {"prometheus.io/scrape": "true", "prometheus.io/port": "8080", "checksum/config": digest(name)}
    return {"metadata": {"labels": labels, "annotations": annotations}, "spec": spec}


def pod(owner: Object, number: int, node: str, address: str) -> Object:
    """A pod of a ReplicaSet that runs and serves."""
    name, namespace = owner["metadata"]["name"], owner["metadata"]["namespace"]
    wanted = owner["spec"]["template"]
    status = {
        "phase": "Running",
        "conditions": [
            {"type": kind, "status": "True", "lastProbeTime": None, "lastTransitionTime": MADE}
            for kind in POD_CONDITIONS
        ],
        "containerStatuses": [running(wanted["spec"]["containers"][0]["image"], f"{name}-{number}")],
        "hostIP": "10.0.0.1",
        "podIP": address,
        "podIPs": [{"ip": address}],
        "qosClass": "Burstable",
        "startTime": MADE,
    }
    # Each pod's token volume has a name of its own, as admission gives it.
    token = f"kube-api-access-{digest(f'{name}/{number}')[:5]}"
    parts = wanted["spec"]
    container = {**parts["containers"][0], "volumeMounts": [*parts["containers"][0]["volumeMounts"]]}
    container["volumeMounts"].append({"name": token, "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"})
    volumes = [*parts["volumes"], {"name": token, "projected": {"defaultMode": 420, "sources": _TOKEN}}]
    own = {"containers": [container], "volumes": volumes}
    spec = {**parts, **own, "nodeName": node, "preemptionPolicy": "PreemptLowerPriority", "priority": 0}
    labels = {**wanted["metadata"]["labels"], "pod-template-hash": name.rpartition("-")[2]}
    suffix = digest(f"{name}-{number}")[:5]
    found = made("v1", "Pod", f"{name}-{suffix}", namespace, labels=labels, owner=owner, spec=spec, status=status)
    found["metadata"] |= {"generateName": f"{name}-", "annotations": wanted["metadata"]["annotations"]}
    return found


def running(image: str, seed: str) -> Object:
    """The status of a container that runs and is ready."""
    return {
        "name": "app",
        "ready": True,
        "started": True,
        "restartCount": 0,
        "image": image,
        "imageID": f"registry.example.com/app@sha256:{digest(image)}",
        "containerID": f"containerd://{digest(seed)}",
        "lastState": {},
        "state": {"running": {"startedAt": MADE}},
    }


def node(number: int) -> Object:
    """A node that is ready, with the images it has pulled."""
    capacity = {"cpu": "16", "memory": "64Gi", "pods": "110", "ephemeral-storage": "100Gi"}
    kinds = ("MemoryPressure", "DiskPressure", "PIDPressure", "Ready")
    conditions = [
        {"type": kind, "status": "True" if kind == "Ready" else "False", "reason": f"Kubelet{kind}", "message": kind}
        | {"lastTransitionTime": MADE, "lastHeartbeatTime": ago(minutes=1)}
        for kind in kinds
    ]
    images = [
        {"names": [f"registry.example.com/app-{image}@sha256:{digest(str(image))}"], "sizeBytes": 10**8}
        for image in range(number, number + 30)
    ]
    status = {"conditions": conditions, "allocatable": capacity, "capacity": capacity, "images": images}
    labels = {"kubernetes.io/hostname": f"node-{number}", "topology.kubernetes.io/zone": f"zone-{number % 3}"}
    return made("v1", "Node", f"node-{number}", labels=labels, spec={}, status=status)


def event(about: Object, number: int, kind: str, reason: str, message: str, *, minutes: float = 50) -> Object:
    """An event about an object."""
    metadata = about["metadata"]
    involved = {"kind": about["kind"], "namespace": metadata["namespace"], "name": metadata["name"]}
    involved |= {"uid": metadata["uid"], "apiVersion": about["apiVersion"]}
    times: Object = {"firstTimestamp": ago(minutes=minutes), "lastTimestamp": ago(minutes=minutes), "eventTime": None}
    return made(
        "v1", "Event", f"{metadata['name']}.{number:x}", metadata["namespace"], involvedObject=involved, type=kind,
        reason=reason, message=message, count=1, source={"component": "kubelet"}, **times,
    )  # fmt: skip


def digest(seed: str) -> str:
    """64 hexadecimal characters that compress as badly as real ones."""
    return sha256(seed.encode()).hexdigest()
