"""One pod and what was read about it: what the checks of pods work on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from kubecfg_analyzers import dns
from kubecfg_analyzers.events import Warnings, latest
from kubecfg_analyzers.owners import Owner, owner_of
from kubecfg_analyzers.report import ERROR, Facts, elapsed, found, settling
from kubecfg_core import ClusterView, Finding, ObjectRef, Severity
from kubecfg_core.kinds.events import Event
from kubecfg_core.kinds.meta import Condition, find_condition
from kubecfg_core.kinds.pods import PODS, Container, ContainerStatus, Pod

CONTAINER = "container"
INIT = "init container"
SIDECAR = "sidecar"
# The causes of these quote the program in the container, or what its probe was answered.
_OWN_WORDS = frozenset(
    {"pod.crashloop", "pod.init_crashloop", "pod.container_failed", "pod.not_ready", "pod.liveness_failing"}
)


@dataclass(frozen=True, slots=True)
class Part:
    """A container as it is asked for, how it does, and which type it is (`container`, `init container`, `sidecar`)."""

    spec: Container
    status: ContainerStatus
    type: str

    @property
    def label(self) -> str:
        """How a text calls it: `container app`."""
        return f"{self.type} {self.spec.name}"

    @property
    def facts(self) -> dict[str, str | int | None]:
        """The evidence that every finding about a container has."""
        return {"container": self.spec.name, "image": self.spec.image, "container_type": self.type}


@dataclass(frozen=True, slots=True)
class Case:
    """A pod, the warnings about it, the latest first, and the workload that it belongs to.

    `joined` says that ConfigMaps and Secrets may be looked at too: not so for an analyzer that does not read them.
    """

    view: ClusterView
    pod: Pod
    warnings: list[Event] = field(default_factory=list)
    owner: Owner | None = None
    joined: bool = True

    @classmethod
    def of(cls, view: ClusterView, warnings: Warnings, pod: Pod, *, joined: bool = True) -> "Case":
        """Gather what was read about a pod."""
        return cls(view, pod, warnings.of(PODS, pod), owner_of(view, pod), joined)

    @property
    def age(self) -> timedelta:
        """Since the pod was made; zero where it does not say."""
        return elapsed(self.view.now, self.pod.metadata.creationTimestamp) or timedelta()

    @property
    def settling(self) -> bool:
        """Whether the pod is so new that what it needs may be on its way."""
        return settling(self.view.now, self.pod.metadata.creationTimestamp)

    @property
    def bound(self) -> timedelta:
        """Since the pod was given its node; zero where nothing says when."""
        scheduled = self.condition("PodScheduled")
        at = scheduled.lastTransitionTime if scheduled is not None and scheduled.status == "True" else None
        return elapsed(self.view.now, at or self.pod.metadata.creationTimestamp) or timedelta()

    def condition(self, kind: str) -> Condition | None:
        """The pod's condition of that type."""
        return find_condition(self.pod.status.conditions, kind)

    def parts(self) -> Iterator[Part]:
        """Its containers, the init containers first. One whose status is not there yet has an empty one."""
        spec, status = self.pod.spec, self.pod.status
        init = {item.name: item for item in status.initContainerStatuses}
        main = {item.name: item for item in status.containerStatuses}
        for container in spec.initContainers:
            kind = SIDECAR if container.restartPolicy == "Always" else INIT
            yield Part(container, init.get(container.name, ContainerStatus(name=container.name)), kind)
        for container in spec.containers:
            yield Part(container, main.get(container.name, ContainerStatus(name=container.name)), CONTAINER)

    def warning(self, *reasons: str, text: str = "", part: Part | None = None) -> Event | None:
        """The latest warning with one of the reasons and the text; of one container, where it says of which."""
        events = self.warnings if part is None else [event for event in self.warnings if _concerns(event, part)]
        return latest(events, *reasons, text=text)

    def found(
        self,
        code: str,
        text: str,
        *,
        cause: str = "",
        doc: str = "",
        severity: Severity = ERROR,
        part: Part | None = None,
        facts: Facts | None = None,
        names: Iterable[str] = (),
        culprit: ObjectRef | None = None,
    ) -> Finding:
        """A finding about this pod, with its workload and node, and the container's facts if it is about one."""
        place: dict[str, str | int | None] = {"node": self.pod.spec.nodeName}
        if self.owner:
            place |= {"workload": self.owner.name, "workload_kind": self.owner.kind.lower()}
        evidence = {**place, **(part.facts if part else {}), **(facts or {})}
        parent = str(self.owner) if self.owner else ""
        if culprit is None and code in _OWN_WORDS:
            culprit = dns.behind(self.view, self.pod, cause)
        return found(
            PODS,
            self.pod,
            code,
            text,
            severity=severity,
            cause=cause,
            doc=doc,
            parent=parent,
            facts=evidence,
            names=names,
            culprit=culprit,
        )


def _concerns(event: Event, part: Part) -> bool:
    path = event.involvedObject.fieldPath
    return not path or path.endswith(f"{{{part.spec.name}}}")
