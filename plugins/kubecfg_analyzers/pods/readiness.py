"""Containers that run but do not serve."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from kubecfg_analyzers.pods.case import CONTAINER, INIT, SIDECAR, Case, Part
from kubecfg_analyzers.report import WARNING, clip, minutes, older, sentence, span_since
from kubecfg_core import Finding
from kubecfg_core.kinds.events import Event
from kubecfg_core.kinds.meta import find_condition
from kubecfg_core.kinds.pods import Pod, Probe

GRACE: Final = timedelta(minutes=1)
STALLED: Final = timedelta(minutes=10)
GATE_GRACE: Final = timedelta(minutes=5)

_PROBES: Final = "tasks/configure-pod-container/configure-liveness-readiness-startup-probes/"
_LIFECYCLE: Final = "concepts/workloads/pods/pod-lifecycle/"
_INIT: Final = "concepts/workloads/pods/init-containers/"
_SIDECARS: Final = "concepts/workloads/pods/sidecar-containers/"


def check(case: Case) -> Iterator[Finding]:
    """Running containers that are not ready, gates that nobody opens, init containers that do not end."""
    for part in case.parts():
        running = part.status.state.running
        if running is None:
            continue
        if part.type == CONTAINER and not part.status.ready:
            if older(case.view.now, running.startedAt, _patience(part)):
                yield _not_ready(case, part)
        elif older(case.view.now, running.startedAt, STALLED):
            yield from _stalled(case, part)
    yield from _gates(case)


def is_ready(pod: Pod) -> bool:
    """Whether a pod takes part in what it serves."""
    condition = find_condition(pod.status.conditions, "Ready")
    return condition is not None and condition.status == "True"


def ports(case: Case) -> Iterator[Finding]:
    """Probes that name a port which their container does not declare: they can only fail."""
    for part in case.parts():
        declared = {port.name for port in part.spec.ports}
        for kind, probe in _probes(part):
            if isinstance(probe.port, str) and not probe.port.isdigit() and probe.port not in declared:
                yield case.found(
                    "pod.probe_port",
                    f'The {kind} probe of {part.label} asks port "{probe.port}", which the container does not declare.',
                    cause="The name cannot be resolved, so the probe fails every time.",
                    doc=_PROBES,
                    part=part,
                    facts={"probe": kind, "port": probe.port},
                )


def _probes(part: Part) -> list[tuple[str, Probe]]:
    spec = part.spec
    every = (("liveness", spec.livenessProbe), ("readiness", spec.readinessProbe), ("startup", spec.startupProbe))
    return [(kind, probe) for kind, probe in every if probe is not None]


def _patience(part: Part) -> timedelta:
    """How long a container may take to be ready: as long as its own probes give it, and a minute."""
    spec = part.spec
    seconds = sum(probe.patience for probe in (spec.startupProbe, spec.readinessProbe) if probe is not None)
    return GRACE + timedelta(seconds=min(max(seconds, 0), 86_400))


def _not_ready(case: Case, part: Part) -> Finding:
    running = part.status.state.running
    since = running.startedAt if running else None
    event = case.warning("Unhealthy", text="probe", part=part)
    probe = _which(event)
    return case.found(
        "pod.not_ready",
        f"{part.label.capitalize()} has run for {span_since(case.view.now, since)} but is not ready.",
        cause=sentence(event.message) if event else "",
        doc=_PROBES,
        part=part,
        facts={
            "probe": probe,
            "message": clip(event.message) if event else None,
            "minutes": minutes(case.view.now, since),
        },
    )


def _which(event: Event | None) -> str:
    return "startup" if event is not None and event.message.startswith("Startup") else "readiness"


def _stalled(case: Case, part: Part) -> Iterator[Finding]:
    running = part.status.state.running
    since = running.startedAt if running else None
    facts = {"minutes": minutes(case.view.now, since)}
    age = span_since(case.view.now, since)
    if part.type == INIT:
        yield case.found(
            "pod.init_stalled",
            f"{part.label.capitalize()} has run for {age} and does not end, so the pod does not start.",
            cause="It waits for something that does not come, or has more to do than is usual.",
            doc=_INIT,
            severity=WARNING,
            part=part,
            facts=facts,
        )
    elif part.type == SIDECAR and part.status.started is False:
        yield case.found(
            "pod.sidecar_not_started",
            f"{part.label.capitalize()} has run for {age} and does not count as started, so the pod does not start.",
            cause=_startup_words(case, part),
            doc=_SIDECARS,
            severity=WARNING,
            part=part,
            facts=facts,
        )


def _startup_words(case: Case, part: Part) -> str:
    event = case.warning("Unhealthy", text="probe", part=part)
    return sentence(event.message) if event else "Its startup probe has not succeeded."


def _gates(case: Case) -> Iterator[Finding]:
    containers = case.condition("ContainersReady")
    if containers is None or containers.status != "True":
        return
    for gate in case.pod.spec.readinessGates:
        condition = case.condition(gate.conditionType)
        closed = condition is None or condition.status != "True"
        if closed and older(case.view.now, containers.lastTransitionTime, GATE_GRACE):
            said = f" It says: {sentence(condition.message)}" if condition and condition.message else ""
            yield case.found(
                "pod.readiness_gate",
                f'The containers are ready, but the readiness gate "{gate.conditionType}" keeps the pod out.',
                cause=f"The controller that sets this condition has not set it to True.{said}",
                doc=_LIFECYCLE,
                severity=WARNING,
                facts={"gate": gate.conditionType, "minutes": minutes(case.view.now, containers.lastTransitionTime)},
            )
