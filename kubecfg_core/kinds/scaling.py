"""What scales workloads and what guards them from disruptions, as far as kubecfg reads them."""

import msgspec

from kubecfg_core.kinds.meta import Condition, KubeObject, LabelSelector
from kubecfg_core.resources import Resource


class ScaleTarget(msgspec.Struct, frozen=True, gc=False):
    """The workload that is scaled."""

    apiVersion: str = ""
    kind: str = ""
    name: str = ""


class MetricTarget(msgspec.Struct, frozen=True, gc=False):
    """`Utilization` is a share of what the containers request, so they must request something."""

    type: str = ""


class ResourceMetric(msgspec.Struct, frozen=True, gc=False):
    """cpu or memory; `container` is empty where the whole pod counts."""

    name: str = ""
    container: str = ""
    target: MetricTarget = MetricTarget()


class Metric(msgspec.Struct, frozen=True, gc=False):
    """One metric to scale by; neither of the two for metrics of other sources."""

    resource: ResourceMetric | None = None
    containerResource: ResourceMetric | None = None


class AutoscalerSpec(msgspec.Struct, frozen=True, gc=False):
    """What is scaled, by what, and how far."""

    scaleTargetRef: ScaleTarget = ScaleTarget()
    minReplicas: int = 1
    maxReplicas: int = 0
    metrics: tuple[Metric, ...] = ()


class AutoscalerStatus(msgspec.Struct, frozen=True, gc=False):
    """What the autoscaler sees and wants."""

    currentReplicas: int = 0
    desiredReplicas: int = 0
    conditions: tuple[Condition, ...] = ()


class HorizontalPodAutoscaler(KubeObject, frozen=True, gc=False):
    """A HorizontalPodAutoscaler."""

    spec: AutoscalerSpec = AutoscalerSpec()
    status: AutoscalerStatus = AutoscalerStatus()


class BudgetSpec(msgspec.Struct, frozen=True, gc=False):
    """How many pods must stay. No selector selects nothing; an empty one selects every pod of the namespace."""

    minAvailable: int | str | None = None
    maxUnavailable: int | str | None = None
    selector: LabelSelector | None = None


class BudgetStatus(msgspec.Struct, frozen=True, gc=False):
    """How many pods there are, must be, and may go now."""

    observedGeneration: int = 0
    currentHealthy: int = 0
    desiredHealthy: int = 0
    expectedPods: int = 0
    disruptionsAllowed: int = 0
    conditions: tuple[Condition, ...] = ()


class PodDisruptionBudget(KubeObject, frozen=True, gc=False):
    """A PodDisruptionBudget."""

    spec: BudgetSpec = BudgetSpec()
    status: BudgetStatus = BudgetStatus()


AUTOSCALERS = Resource(
    "autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", HorizontalPodAutoscaler
)
BUDGETS = Resource("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", PodDisruptionBudget)
