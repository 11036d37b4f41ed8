"""Whether anything listens where a Service sends."""

from collections.abc import Iterator, Sequence

from kubecfg_analyzers.report import WARNING, found, listed
from kubecfg_core import Finding
from kubecfg_core.kinds.network import SERVICES, Service, ServicePort
from kubecfg_core.kinds.pods import ContainerPort, Pod

_DOC = "concepts/services-networking/service/#field-spec-ports"


def check(service: Service, pods: Sequence[Pod]) -> Iterator[Finding]:
    """Target ports by name that no pod declares, and numbers that contradict all that is declared.

    A number need not be declared: it is doubted only where every container declares its ports, and none is this one.
    Of a headless Service only the names count: clients bring the number themselves.
    """
    for port in service.spec.ports:
        target = port.targetPort or port.port
        if isinstance(target, str) and not target.isdigit():
            if not any(_named(pod, target, port.protocol) for pod in pods):
                yield _unnamed(service, port, target, pods)
        elif not service.headless and all(_contradicts(pod, int(target), port.protocol) for pod in pods):
            yield _undeclared(service, port, int(target), pods)


def _declared(pod: Pod) -> list[ContainerPort]:
    sidecars = [container for container in pod.spec.initContainers if container.restartPolicy == "Always"]
    return [port for container in (*pod.spec.containers, *sidecars) for port in container.ports]


def _named(pod: Pod, name: str, protocol: str) -> bool:
    return any(port.name == name and port.protocol == protocol for port in _declared(pod))


def _contradicts(pod: Pod, number: int, protocol: str) -> bool:
    complete = bool(pod.spec.containers) and all(container.ports for container in pod.spec.containers)
    return complete and all(port.containerPort != number for port in _declared(pod) if port.protocol == protocol)


def _unnamed(service: Service, port: ServicePort, target: str, pods: Sequence[Pod]) -> Finding:
    names = sorted({item.name for pod in pods for item in _declared(pod) if item.name})
    return found(
        SERVICES,
        service,
        "service.named_port",
        f'Port {port.port} of the Service sends to the pods\' port "{target}", which no container declares.',
        cause=f"The pods declare {listed(names)}." if names else "The pods declare no port by name.",
        doc=_DOC,
        facts={"port": port.port, "target_port": target, "declared": ",".join(names)},
    )


def _undeclared(service: Service, port: ServicePort, target: int, pods: Sequence[Pod]) -> Finding:
    numbers = sorted({item.containerPort for pod in pods for item in _declared(pod)})
    other = sorted({item.protocol for pod in pods for item in _declared(pod) if item.containerPort == target})
    sent = f"{target}/{port.protocol}" if other else str(target)
    shown = listed([f"{target}/{protocol}" for protocol in other] or [str(number) for number in numbers])
    return found(
        SERVICES,
        service,
        "service.undeclared_port",
        f"Port {port.port} of the Service sends to port {sent} of the pods; their containers declare {shown}.",
        cause="Connections are refused, unless a container listens there without saying so.",
        doc=_DOC,
        severity=WARNING,
        facts={"port": port.port, "target_port": target, "declared": ",".join(str(number) for number in numbers)},
    )
