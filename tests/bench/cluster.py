"""A large cluster to measure on, as its controllers would have made it, with faults that the generator knows."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from tests.bench.application import PODS_EACH, Application
from tests.bench.faults import FAULTS, Expected
from tests.bench.shapes import Object, event, made, node

PODS_A_NODE: Final = 20
PODS_A_FAULT: Final = 40
TEAMS: Final = 40


@dataclass(slots=True)
class LargeCluster:
    """So many pods: 20 to a node, 5 to a Deployment, one fault for every 40; `expected` is complete after `objects`.

    With 10,000 pods: 500 nodes, 2,000 Deployments, 1,500 Services, 500 Ingresses, 1,000 Secrets, 2,000 ConfigMaps (and
    one for the root certificate in each of 40 namespaces), 3,000 events and 250 faults.
    """

    pods: int
    expected: Expected = field(default_factory=Expected)
    faults: int = 0

    def objects(self) -> Iterator[Object]:
        """Every object, once; the faults are spread evenly."""
        nodes, applications = self.pods // PODS_A_NODE or 1, self.pods // PODS_EACH or 1
        yield from (node(number) for number in range(nodes))
        yield made("networking.k8s.io/v1", "IngressClass", "nginx", spec={"controller": "k8s.io/ingress-nginx"})
        for number in range(min(TEAMS, applications)):
            yield from _team(f"team-{number}")
        step = PODS_A_FAULT // PODS_EACH
        for number in range(applications):
            application = Application(number, nodes)
            if number % step == 0 and self.faults < self.pods // PODS_A_FAULT:
                # Applications of multiples of 4 have every part that a fault may need: Service, Ingress, Secret.
                FAULTS[self.faults % len(FAULTS)](application, self.expected)
                self.faults += 1
            yield from application.objects()
            yield from _news(application, number)


def _team(name: str) -> Iterator[Object]:
    yield made("v1", "Namespace", name, status={"phase": "Active"})
    yield made("v1", "ServiceAccount", "default", name)
    yield made("v1", "ConfigMap", "kube-root-ca.crt", name, data={"ca.crt": "x" * 1100})


def _news(application: Application, number: int) -> Iterator[Object]:
    """What happened an hour ago and is over: three events for two applications, a third of them warnings."""
    for item in application.pods[-1:]:
        yield event(item, 1, "Normal", "Pulled", "Container image is already present on the machine")
        if number % 2:
            said = "Readiness probe failed: HTTP probe failed with statuscode: 503"
            yield event(item, 2, "Warning", "Unhealthy", said)
