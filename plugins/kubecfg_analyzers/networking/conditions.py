"""Conditions that controllers of the Gateway API write: which of them say something, and whether they still hold."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from kubecfg_analyzers.report import elapsed
from kubecfg_core import ClusterView, KubeObject
from kubecfg_core.kinds.meta import ObservedCondition, find_condition

GRACE: Final = timedelta(minutes=2)


def failing(
    view: ClusterView, item: KubeObject, conditions: Sequence[ObservedCondition], kind: str
) -> ObservedCondition | None:
    """The condition of that type where it has been False for a while, about the object as it is now."""
    condition = find_condition(tuple(conditions), kind)
    if not isinstance(condition, ObservedCondition) or condition.status != "False":
        return None
    if condition.observedGeneration and condition.observedGeneration < item.metadata.generation:
        return None
    age = elapsed(view.now, condition.lastTransitionTime)
    return condition if age is None or age > GRACE else None
