"""The controllers that make pods, as far as kubecfg reads them."""

from datetime import datetime

import msgspec

from kubecfg_core.kinds.meta import Condition, KubeObject, LabelSelector, ObjectMeta
from kubecfg_core.resources import Resource


class PodTemplate(msgspec.Struct, frozen=True, gc=False):
    """The pods to make: their labels."""

    metadata: ObjectMeta = ObjectMeta()


class WorkloadSpec(msgspec.Struct, frozen=True, gc=False):
    """How many pods of which labels. `progressDeadlineSeconds` is a Deployment's."""

    replicas: int = 1
    selector: LabelSelector = LabelSelector()
    template: PodTemplate = PodTemplate()
    progressDeadlineSeconds: int = 600


class WorkloadCondition(Condition, frozen=True, gc=False):
    """A condition, and when the controller last confirmed it."""

    lastUpdateTime: datetime | None = None


class WorkloadStatus(msgspec.Struct, frozen=True, gc=False):
    """How many pods there are; `observedGeneration` is the spec that the controller has acted on."""

    observedGeneration: int = 0
    replicas: int = 0
    updatedReplicas: int = 0
    readyReplicas: int = 0
    availableReplicas: int = 0
    conditions: tuple[WorkloadCondition, ...] = ()


class Workload(KubeObject, frozen=True, gc=False):
    """A controller that keeps a number of pods."""

    spec: WorkloadSpec = WorkloadSpec()
    status: WorkloadStatus = WorkloadStatus()


class Deployment(Workload, frozen=True, gc=False):
    """A Deployment: makes one ReplicaSet for each revision."""


class ReplicaSet(Workload, frozen=True, gc=False):
    """A ReplicaSet: makes the pods."""

    @property
    def revision(self) -> int:
        """The Deployment's revision that it stands for; 0 where it says none."""
        text = self.metadata.annotations.get("deployment.kubernetes.io/revision", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004 - what an int64 can count in a life


class StatefulSet(Workload, frozen=True, gc=False):
    """A StatefulSet."""


class JobStatus(msgspec.Struct, frozen=True, gc=False):
    """How a Job ended."""

    conditions: tuple[Condition, ...] = ()


class Job(KubeObject, frozen=True, gc=False):
    """A Job: its pods may fail and be replaced."""

    status: JobStatus = JobStatus()


DEPLOYMENTS = Resource("apps", "v1", "deployments", "Deployment", Deployment)
REPLICASETS = Resource("apps", "v1", "replicasets", "ReplicaSet", ReplicaSet)
STATEFULSETS = Resource("apps", "v1", "statefulsets", "StatefulSet", StatefulSet)
JOBS = Resource("batch", "v1", "jobs", "Job", Job)
