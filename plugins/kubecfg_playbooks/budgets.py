"""Disruption budgets that allow nothing, or guard nothing."""

from typing import Final

from kubecfg_core import Playbook
from kubecfg_playbooks.writing import book, delete, escalate, look, merge, outside, patch, verify

_BUDGETS: Final = look(
    "See the budgets of the namespace.",
    "kubectl get poddisruptionbudgets {scope}",
    "ALLOWED DISRUPTIONS is what may go now.",
)
_PODS: Final = look(
    "See the pods and their labels.",
    "kubectl get pods {scope} --show-labels",
    "The labels are those that selectors must match.",
)
_ALLOWS: Final = verify(
    "See whether it allows a disruption.",
    "kubectl get poddisruptionbudget {name} {scope}",
    "ALLOWED DISRUPTIONS is 1 or more while all pods are healthy.",
)

BUDGETS: Final[tuple[Playbook, ...]] = (
    book(
        "pdb.never_allows",
        "PodDisruptionBudget {name} never allows an eviction: all {pods} pods must stay.",
        "Draining a node evicts its pods, and an eviction is refused while the budget allows none. So upgrades of the "
        "nodes wait for ever, until somebody deletes the pod.",
        _BUDGETS,
        look(
            "See what the budget guards.",
            "kubectl describe poddisruptionbudget {name} {scope}",
            "Its selector, and how many pods must be healthy.",
        ),
        patch(
            "Allow one pod at a time to go.",
            merge("poddisruptionbudget {name}", {"spec": {"minAvailable": None, "maxUnavailable": 1}}),
            "One pod may be evicted while all are healthy.",
        ),
        outside(
            "Or run one replica more than must stay, if not even a moment without one is borne.",
            "One pod may be evicted while all are healthy.",
        ),
        _ALLOWS,
        confidence=0.85,
        minutes=10,
    ),
    book(
        "pdb.selects_nothing",
        "PodDisruptionBudget {name} selects no pod, so it guards nothing.",
        "A budget finds its pods by labels. Where none fits, a drain may take all replicas at once.",
        _PODS,
        patch(
            "If {nearest} is meant, select the label that it has.",
            merge("poddisruptionbudget {name}", {"spec": {"selector": {"matchLabels": {"{label}": "{actual}"}}}}),
            "The budget selects pods.",
        ),
        delete(
            "If what it guarded is gone, delete the budget.",
            "kubectl delete poddisruptionbudget {name} {scope}",
            "It is gone.",
        ),
        _ALLOWS,
        confidence=0.8,
        minutes=5,
    ),
    book(
        "pdb.overlap",
        "Pod {pod} is guarded by two PodDisruptionBudgets, {name} and {other_name}: it cannot be evicted.",
        "The API server refuses to evict a pod of several budgets, whatever they allow, so its node cannot be drained.",
        _BUDGETS,
        look(
            "Compare what the two select.",
            "kubectl get poddisruptionbudgets {scope} -o yaml",
            "Both selectors match the pod's labels.",
        ),
        outside(
            "Make the selectors apart, or put what both ask for into {other_name} and delete {name}.",
            "Each pod has one budget.",
        ),
        verify(
            "See what the budget that stays allows now.",
            "kubectl describe poddisruptionbudget {other_name} {scope}",
            "Allowed disruptions is 1 or more, and no event tells of a pod with several budgets.",
        ),
        confidence=0.85,
        minutes=10,
    ),
    book(
        "pdb.sync_failed",
        "PodDisruptionBudget {name} cannot be worked out, so every eviction is refused.",
        "A share, or maxUnavailable, needs to know how many pods there should be: that is told by the controller of "
        "the pods, which must have a scale subresource.",
        look(
            "Read its conditions.",
            "kubectl describe poddisruptionbudget {name} {scope}",
            "The message names the pod or the controller that is in the way.",
        ),
        _PODS,
        patch(
            "If the pods have no such controller, say how many must stay as a plain number: put it in place of 1.",
            merge("poddisruptionbudget {name}", {"spec": {"minAvailable": 1, "maxUnavailable": None}}),
            "The budget can be worked out.",
        ),
        escalate(
            "Or ask the owner of the pods' controller for a scale subresource.",
            "The condition DisruptionAllowed names another reason.",
        ),
        _ALLOWS,
        confidence=0.7,
        minutes=15,
    ),
)
