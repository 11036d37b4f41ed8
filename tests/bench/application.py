"""An application of the large cluster: a Deployment with all that belongs to it, healthy until a fault is injected."""

import base64
from datetime import timedelta
from functools import cache
from typing import Any, Final

from tests.bench.shapes import MADE, NOW, Object, event, made, pod, template

PODS_EACH: Final = 5


class Application:
    """One Deployment, its ReplicaSet and 5 pods; 3 of 4 have a Service, 1 of 4 an Ingress with its certificate.

    The attributes are the objects; a fault changes them in place, or sets one that is to be missing to `None`.
    """

    def __init__(self, number: int, nodes: int) -> None:
        self.namespace, self.name = f"team-{number % 40}", f"app-{number}"
        self.labels = {"app.kubernetes.io/name": self.name, "app.kubernetes.io/part-of": self.namespace}
        self.host = f"{self.name}.example.com"
        self.extras: list[Object] = []
        self._number = number
        self.secret: Object | None = self._secret() if number % 4 in (0, 2) else None
        self.configmap: Object | None = self._made("v1", "ConfigMap", data={"settings.yaml": "key: value\n" * 60})
        self.deployment = self._deployment()
        self.replicaset = self._replicaset()
        self.pods = [
            pod(self.replicaset, replica, f"node-{(number * PODS_EACH + replica) % nodes}", self._address(replica))
            for replica in range(PODS_EACH)
        ]
        self.service: Object | None = self._service() if number % 4 != 3 else None
        self.ingress: Object | None = self._ingress() if number % 4 == 0 else None

    def objects(self) -> list[Object]:
        """All objects, without those that are missing."""
        every = [self.configmap, self.secret, self.deployment, self.replicaset, *self.pods, self.service, self.ingress]
        found = [item for item in every if item is not None]
        return [*found, *([self._slice()] if self.service is not None else []), *self.extras]

    def told(self, about: Object, reason: str, message: str, *, minutes: float = 2) -> None:
        """Add a warning about one of the objects."""
        self.extras.append(event(about, len(self.extras), "Warning", reason, message, minutes=minutes))

    def available(self, count: int) -> None:
        """So many pods of the Deployment are available, since half an hour."""
        for item in (self.deployment, self.replicaset):
            item["status"] |= {"readyReplicas": count, "availableReplicas": count}
        for condition in self.deployment["status"]["conditions"]:
            if condition["type"] == "Available":
                condition["status"] = "False" if count < PODS_EACH else "True"

    def _made(self, api_version: str, kind: str, name: str = "", **fields: Any) -> Object:
        return made(api_version, kind, name or self.name, self.namespace, labels=self.labels, **fields)

    def _secret(self) -> Object:
        if self._number % 4 == 2:
            return self._made("v1", "Secret", type="Opaque", data={"password": _encoded("x" * 24)})
        certificate, key = certified(self.host, 200)
        data = {"tls.crt": certificate, "tls.key": key, "password": _encoded("x" * 24)}
        return self._made("v1", "Secret", type="kubernetes.io/tls", data=data)

    def _deployment(self) -> Object:
        wanted = template(self.name, self.labels, secret=self.name if self.secret else "")
        spec = {"replicas": PODS_EACH, "selector": {"matchLabels": self.labels}, "template": wanted}
        conditions = [
            {"type": kind, "status": "True", "lastTransitionTime": MADE, "lastUpdateTime": MADE, "reason": reason}
            for kind, reason in (("Available", "MinimumReplicasAvailable"), ("Progressing", "NewReplicaSetAvailable"))
        ]
        status = {"updatedReplicas": PODS_EACH, "observedGeneration": 1, "conditions": conditions, **_counts()}
        return self._made("apps/v1", "Deployment", spec=spec, status=status)

    def _replicaset(self) -> Object:
        status = {"observedGeneration": 1, **_counts()}
        return self._made(
            "apps/v1", "ReplicaSet", f"{self.name}-5d4f8c7b9", owner=self.deployment,
            spec=self.deployment["spec"], status=status,
        )  # fmt: skip

    def _service(self) -> Object:
        ports = [{"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"}]
        spec = {"type": "ClusterIP", "selector": self.labels, "clusterIP": self._address(200), "ports": ports}
        return self._made("v1", "Service", spec=spec, status={"loadBalancer": {}})

    def _slice(self) -> Object:
        endpoints = [self._endpoint(item) for item in self.pods if item["status"].get("podIP")]
        found = self._made(
            "discovery.k8s.io/v1", "EndpointSlice", f"{self.name}-x", addressType="IPv4", endpoints=endpoints,
            ports=[{"name": "http", "port": 8080, "protocol": "TCP"}],
        )  # fmt: skip
        found["metadata"]["labels"] = {**self.labels, "kubernetes.io/service-name": self.name}
        return found

    @staticmethod
    def _endpoint(item: Object) -> Object:
        ready = any(entry["type"] == "Ready" and entry["status"] == "True" for entry in item["status"]["conditions"])
        target = {"kind": "Pod", "namespace": item["metadata"]["namespace"], "name": item["metadata"]["name"]}
        conditions = {"ready": ready, "serving": ready, "terminating": False}
        return {"addresses": [item["status"]["podIP"]], "conditions": conditions, "targetRef": target}

    def _ingress(self) -> Object:
        backend = {"service": {"name": self.name, "port": {"number": 80}}}
        rules = [{"host": self.host, "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}]
        tls = [{"hosts": [self.host], "secretName": self.name}]
        status = {"loadBalancer": {"ingress": [{"ip": "203.0.113.1"}]}}
        spec = {"ingressClassName": "nginx", "rules": rules, "tls": tls}
        return self._made("networking.k8s.io/v1", "Ingress", spec=spec, status=status)

    def _address(self, last: int) -> str:
        return f"10.{self._number // 250 + 1}.{self._number % 250}.{last + 1}"


def _counts() -> dict[str, int]:
    return {"replicas": PODS_EACH, "readyReplicas": PODS_EACH, "availableReplicas": PODS_EACH}


def _encoded(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


@cache
def _key(number: int) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.derive_private_key(1000 + number, ec.SECP256R1())


def certified(host: str, days: int, *, key: int = 0, signs: int = 0) -> tuple[str, str]:
    """A certificate for a host that ends in so many days, and a private key, as a Secret holds them."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization

    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    certificate = (
        x509.CertificateBuilder(name, name, _key(signs).public_key(), x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=100))
        .not_valid_after(NOW + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(_key(signs), hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = _key(key).private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return _encoded(certificate.public_bytes(pem)), _encoded(private)
