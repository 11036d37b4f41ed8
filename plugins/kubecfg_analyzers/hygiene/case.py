"""One workload, for the hygiene checks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kubecfg_analyzers.report import WARNING, Facts, found, listed
from kubecfg_core import ClusterView, Finding, Resource
from kubecfg_core.kinds.hygiene import SetContainer, SetPodSpec, SetWorkload


@dataclass(frozen=True, slots=True)
class Case:
    """A workload and the view that it is in."""

    view: ClusterView
    kind: Resource[Any]
    item: SetWorkload

    @property
    def spec(self) -> SetPodSpec:
        """What its pods are made from."""
        return self.item.spec.template.spec

    def every(self) -> Iterator[tuple[SetContainer, str]]:
        """All containers with their type, the init containers last: the first one found is the one to name."""
        yield from ((container, "container") for container in self.spec.containers)
        for container in self.spec.initContainers:
            yield container, "sidecar" if container.restartPolicy == "Always" else "init container"

    def found(self, code: str, text: str, *, cause: str, doc: str, facts: Facts | None = None) -> Finding:
        """A warning about the workload."""
        return found(self.kind, self.item, code, text, severity=WARNING, cause=cause, doc=doc, facts=facts)

    def about(
        self,
        code: str,
        text: str,
        those: Iterable[tuple[SetContainer, str]],
        *,
        cause: str,
        doc: str,
        facts: Facts | None = None,
    ) -> Iterator[Finding]:
        """One warning for all these containers, if there are any: `{who}` in the text stands for their names."""
        every = list(those)
        for container, kind in every[:1]:
            noun = "Container" if len(every) == 1 else "Containers"
            who = f"{noun} {listed(item.name for item, _ in every)}"
            told = {"container": container.name, "container_type": kind, "image": container.image, **(facts or {})}
            yield self.found(code, text.replace("{who}", who), cause=cause, doc=doc, facts=told)
