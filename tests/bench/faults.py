"""Faults to inject into applications of the large cluster, and what an analysis has to say of each."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from tests.bench.application import Application, certified
from tests.bench.shapes import Object, ago, made

Told = tuple[str, str, str, str]
"""Kind, namespace, name and code of a finding."""


@dataclass(slots=True)
class Expected:
    """What has to be found, the symptoms elsewhere too, and nothing else."""

    must: set[Told] = field(default_factory=set)

    def add(self, item: Object, code: str) -> None:
        """A finding about an object."""
        metadata = item["metadata"]
        self.must.add((item["kind"], metadata.get("namespace", ""), metadata["name"], code))


Fault = Callable[[Application, Expected], None]


def _ready(item: Object, status: str) -> None:
    for condition in item["status"]["conditions"]:
        if condition["type"] in ("Ready", "ContainersReady"):
            condition |= {"status": status, "reason": "ContainersNotReady", "lastTransitionTime": ago(minutes=30)}


def _down(app: Application, expected: Expected, code: str, count: int, **status: object) -> None:
    """So many of its pods are down with that container status; the rest of the application shows it."""
    for item in app.pods[:count]:
        item["status"]["containerStatuses"][0] |= {"ready": False, "started": False, **status}
        _ready(item, "False")
        expected.add(item, code)
    _felt(app, expected, count)


def _felt(app: Application, expected: Expected, count: int) -> None:
    whole = count == len(app.pods)
    app.available(len(app.pods) - count)
    expected.add(app.deployment, "deployment.unavailable" if whole else "deployment.degraded")
    if app.service is not None:
        expected.add(app.service, "service.no_ready_pods" if whole else "service.some_not_ready")
    if app.ingress is not None and whole:
        expected.add(app.ingress, "ingress.backend_not_ready")


def _waiting(reason: str, message: str = "") -> dict[str, object]:
    return {"state": {"waiting": {"reason": reason, "message": message}}}


def _ended(code: int, reason: str, minutes: float = 3) -> dict[str, object]:
    return {
        "exitCode": code,
        "reason": reason,
        "startedAt": ago(minutes=minutes + 1),
        "finishedAt": ago(minutes=minutes),
    }


def _crashing(code: int, reason: str = "Error") -> dict[str, object]:
    last = {"lastState": {"terminated": _ended(code, reason)}, "restartCount": 12}
    return {**_waiting("CrashLoopBackOff", "back-off 5m0s restarting failed container"), **last}


def crashloop(app: Application, expected: Expected) -> None:
    _down(app, expected, "pod.crashloop", 5, **_crashing(1))


def one_crashes(app: Application, expected: Expected) -> None:
    _down(app, expected, "pod.crashloop", 1, **_crashing(2))


def oomkilled(app: Application, expected: Expected) -> None:
    _down(app, expected, "pod.oomkilled", 2, **_crashing(137, "OOMKilled"))


def image_not_found(app: Application, expected: Expected) -> None:
    said = 'Back-off pulling image "x": ErrImagePull: rpc error: code = NotFound desc = not found'
    _down(app, expected, "pod.image_not_found", 5, **_waiting("ImagePullBackOff", said))


def image_unauthorized(app: Application, expected: Expected) -> None:
    said = "failed to authorize: unexpected status from GET request to https://registry.example.com: 401 Unauthorized"
    _down(app, expected, "pod.image_unauthorized", 5, **_waiting("ErrImagePull", said))


def command_not_found(app: Application, expected: Expected) -> None:
    said = 'exec: "serve": executable file not found in $PATH'
    _down(app, expected, "pod.command_not_found", 5, **_waiting("RunContainerError", said))


def configmap_missing(app: Application, expected: Expected) -> None:
    app.configmap = None
    said = f'configmap "{app.name}" not found'
    _down(app, expected, "pod.missing_configmap", 5, **_waiting("CreateContainerConfigError", said))


def secret_key_missing(app: Application, expected: Expected) -> None:
    assert app.secret is not None
    del app.secret["data"]["password"]
    said = f"couldn't find key password in Secret {app.namespace}/{app.name}"
    _down(app, expected, "pod.missing_secret_key", 5, **_waiting("CreateContainerConfigError", said))


def probe_fails(app: Application, expected: Expected) -> None:
    _down(app, expected, "pod.not_ready", 3)
    for item in app.pods[:3]:
        item["status"]["containerStatuses"][0]["started"] = True
        app.told(item, "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503")


def liveness_fails(app: Application, expected: Expected) -> None:
    for item in app.pods[:1]:
        item["status"]["containerStatuses"][0] |= {
            "restartCount": 9, "lastState": {"terminated": _ended(137, "Error", 20)},
        }  # fmt: skip
        app.told(item, "Unhealthy", "Liveness probe failed: connection refused")
        expected.add(item, "pod.liveness_failing")


def unschedulable(app: Application, expected: Expected) -> None:
    said = "0/500 nodes are available: 500 Insufficient cpu. preemption: 0/500 nodes are available."
    for item in app.pods:
        del item["spec"]["nodeName"]
        item["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "64"
        status = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": said}
        item["status"] = {"phase": "Pending", "conditions": [{**status, "lastTransitionTime": ago(minutes=30)}]}
        expected.add(item, "pod.unschedulable_resources")
    _felt(app, expected, 5)


def stuck_terminating(app: Application, expected: Expected) -> None:
    app.pods[0]["metadata"] |= {"deletionTimestamp": ago(hours=2), "finalizers": ["example.com/hold"]}
    expected.add(app.pods[0], "pod.stuck_terminating")


def evicted(app: Application, expected: Expected) -> None:
    gone = made("v1", "Pod", f"{app.name}-5d4f8c7b9-gone", app.namespace, labels=app.labels, owner=app.replicaset)
    spec = {**app.pods[0]["spec"]}
    said = "The node was low on resource: memory."
    gone |= {"spec": spec, "status": {"phase": "Failed", "reason": "Evicted", "message": said, "conditions": []}}
    app.extras.append(gone)
    expected.add(gone, "pod.evicted")


def quota(app: Application, expected: Expected) -> None:
    said = (
        f'pods "{app.name}-x" is forbidden: exceeded quota: team, requested: limits.memory=256Mi, '
        "used: limits.memory=64Gi, limited: limits.memory=64Gi"
    )
    app.pods.clear()
    app.available(0)
    failure = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": said}
    for item in (app.deployment, app.replicaset):
        item["status"]["replicas"] = 0
        item["status"].setdefault("conditions", []).append({**failure, "lastTransitionTime": ago(minutes=30)})
    expected.add(app.deployment, "deployment.quota_exceeded")
    if app.service is not None:
        expected.add(app.service, "service.no_running_pods")
    if app.ingress is not None:
        expected.add(app.ingress, "ingress.backend_not_ready")


def selector_misses(app: Application, expected: Expected) -> None:
    assert app.service is not None
    app.service["spec"]["selector"] = {**app.labels, "app.kubernetes.io/name": f"{app.name}-v2"}
    expected.add(app.service, "service.no_matching_pods")
    if app.ingress is not None:
        expected.add(app.ingress, "ingress.backend_not_ready")


def port_unnamed(app: Application, expected: Expected) -> None:
    assert app.service is not None
    app.service["spec"]["ports"][0]["targetPort"] = "web"
    expected.add(app.service, "service.named_port")


def load_balancer_waits(app: Application, expected: Expected) -> None:
    assert app.service is not None
    app.service["spec"]["type"] = "LoadBalancer"
    expected.add(app.service, "service.loadbalancer_pending")


def service_missing(app: Application, expected: Expected) -> None:
    assert app.ingress is not None
    app.service = None
    expected.add(app.ingress, "ingress.service_missing")


def service_port_missing(app: Application, expected: Expected) -> None:
    assert app.ingress is not None
    app.ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["port"]["number"] = 81
    expected.add(app.ingress, "ingress.service_port_missing")


def class_missing(app: Application, expected: Expected) -> None:
    assert app.ingress is not None
    app.ingress["spec"]["ingressClassName"] = "traefik"
    expected.add(app.ingress, "ingress.class_missing")


def certificate_missing(app: Application, expected: Expected) -> None:
    assert app.ingress is not None
    app.ingress["spec"]["tls"][0]["secretName"] = f"{app.name}-tls"
    expected.add(app.ingress, "ingress.tls_secret_missing")


def certificate_expired(app: Application, expected: Expected) -> None:
    _certificate(app, app.host, -3)
    assert app.secret is not None
    assert app.ingress is not None
    expected.add(app.secret, "secret.tls_expired")
    expected.add(app.ingress, "ingress.tls_expired")


def certificate_of_another(app: Application, expected: Expected) -> None:
    _certificate(app, "other.example.org", 200)
    assert app.ingress is not None
    expected.add(app.ingress, "ingress.tls_host_mismatch")


def key_of_another(app: Application, expected: Expected) -> None:
    _certificate(app, app.host, 200, key=1)
    assert app.secret is not None
    expected.add(app.secret, "secret.tls_key_mismatch")


def _certificate(app: Application, host: str, days: int, *, key: int = 0) -> None:
    assert app.secret is not None
    certificate, private = certified(host, days, key=key)
    app.secret["data"] |= {"tls.crt": certificate, "tls.key": private}


def claim_waits(app: Application, expected: Expected) -> None:
    spec = {"storageClassName": "fast", "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    claim = made(
        "v1", "PersistentVolumeClaim", app.name, app.namespace, spec=spec, status={"phase": "Pending"}
    )  # fmt: skip
    app.extras.append(claim)
    expected.add(claim, "pvc.class_missing")


def account_missing(app: Application, expected: Expected) -> None:
    for item in app.pods:
        item["spec"]["serviceAccountName"] = "robot"
        expected.add(item, "pod.missing_serviceaccount")


FAULTS: Final[tuple[Fault, ...]] = (
    crashloop, one_crashes, oomkilled, image_not_found, image_unauthorized, command_not_found, configmap_missing,
    secret_key_missing, probe_fails, liveness_fails, unschedulable, stuck_terminating, evicted, quota, selector_misses,
    port_unnamed, load_balancer_waits, service_missing, service_port_missing, class_missing, certificate_missing,
    certificate_expired, certificate_of_another, key_of_another, claim_waits, account_missing,
)  # fmt: skip
