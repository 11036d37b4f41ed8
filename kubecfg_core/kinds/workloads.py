"""The controllers that make pods, as far as kubecfg reads them."""

from datetime import datetime

import msgspec

from kubecfg_core.kinds.meta import Condition, KubeObject, LabelSelector, ObjectMeta, WrittenMeta
from kubecfg_core.kinds.storage import ClaimSpec
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

    metadata: WrittenMeta = WrittenMeta()


class RevisionTemplate(PodTemplate, frozen=True, gc=False):
    """The pods of one revision. Their `spec` is kept as it came: it is looked at only where a rollout fails."""

    spec: msgspec.Raw = msgspec.Raw()


class ReplicaSetSpec(WorkloadSpec, frozen=True, gc=False):
    """How many pods of which template."""

    template: RevisionTemplate = RevisionTemplate()


class ReplicaSet(Workload, frozen=True, gc=False):
    """A ReplicaSet: makes the pods."""

    spec: ReplicaSetSpec = ReplicaSetSpec()

    @property
    def revision(self) -> int:
        """The Deployment's revision that it stands for; 0 where it says none."""
        text = self.metadata.annotations.get("deployment.kubernetes.io/revision", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004 - what an int64 can count in a life


class RollingUpdate(msgspec.Struct, frozen=True, gc=False):
    """How an update goes on: `partition` is the lowest ordinal that it touches; `maxUnavailable` may be `25%`."""

    partition: int = 0
    maxUnavailable: int | str | None = None


class UpdateStrategy(msgspec.Struct, frozen=True, gc=False):
    """`RollingUpdate`, or `OnDelete`, which replaces a pod only once somebody deletes it."""

    type: str = "RollingUpdate"
    rollingUpdate: RollingUpdate | None = None


class ClaimTemplate(KubeObject, frozen=True, gc=False):
    """The claim that each replica gets, called TEMPLATE-STATEFULSET-ORDINAL."""

    spec: ClaimSpec = ClaimSpec()


class Ordinals(msgspec.Struct, frozen=True, gc=False):
    """The number of the first replica."""

    start: int = 0


class StatefulSetSpec(WorkloadSpec, frozen=True, gc=False):
    """Numbered pods with claims of their own. An empty `serviceName` is allowed: no pod has a DNS name then."""

    serviceName: str = ""
    podManagementPolicy: str = "OrderedReady"
    updateStrategy: UpdateStrategy = UpdateStrategy()
    volumeClaimTemplates: tuple[ClaimTemplate, ...] = ()
    ordinals: Ordinals | None = None


class StatefulSetStatus(WorkloadStatus, frozen=True, gc=False):
    """`updateRevision` is the label `controller-revision-hash` of the pods that are as the spec wants them."""

    updateRevision: str = ""


class StatefulSet(Workload, frozen=True, gc=False):
    """A StatefulSet."""

    metadata: WrittenMeta = WrittenMeta()
    spec: StatefulSetSpec = StatefulSetSpec()
    status: StatefulSetStatus = StatefulSetStatus()


class DaemonSetSpec(msgspec.Struct, frozen=True, gc=False):
    """One pod on each node that fits."""

    selector: LabelSelector = LabelSelector()
    template: PodTemplate = PodTemplate()
    updateStrategy: UpdateStrategy = UpdateStrategy()


class DaemonSetStatus(msgspec.Struct, frozen=True, gc=False):
    """How many nodes want a pod, have one, have one that is available, are up to date, or should have none."""

    observedGeneration: int = 0
    desiredNumberScheduled: int = 0
    currentNumberScheduled: int = 0
    numberReady: int = 0
    numberAvailable: int = 0
    numberMisscheduled: int = 0
    updatedNumberScheduled: int = 0


class DaemonSet(KubeObject, frozen=True, gc=False):
    """A DaemonSet."""

    metadata: WrittenMeta = WrittenMeta()
    spec: DaemonSetSpec = DaemonSetSpec()
    status: DaemonSetStatus = DaemonSetStatus()


class JobSpec(msgspec.Struct, frozen=True, gc=False):
    """How often and how long a Job may try. `completions` is `None` where one success is enough."""

    suspend: bool = False
    backoffLimit: int = 6
    activeDeadlineSeconds: int | None = None
    completions: int | None = None


class JobStatus(msgspec.Struct, frozen=True, gc=False):
    """How many pods of a Job run and have ended, and how the Job itself did."""

    active: int = 0
    succeeded: int = 0
    failed: int = 0
    startTime: datetime | None = None
    conditions: tuple[Condition, ...] = ()


class Job(KubeObject, frozen=True, gc=False):
    """A Job: its pods may fail and be replaced."""

    spec: JobSpec = JobSpec()
    status: JobStatus = JobStatus()


DEPLOYMENTS = Resource("apps", "v1", "deployments", "Deployment", Deployment)
REPLICASETS = Resource("apps", "v1", "replicasets", "ReplicaSet", ReplicaSet)
STATEFULSETS = Resource("apps", "v1", "statefulsets", "StatefulSet", StatefulSet)
DAEMONSETS = Resource("apps", "v1", "daemonsets", "DaemonSet", DaemonSet)
JOBS = Resource("batch", "v1", "jobs", "Job", Job)
