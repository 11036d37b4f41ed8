"""Quotas that are used up, limits that contradict each other, priorities that are not there."""

from typing import Final

from kubecfg_core import Playbook
from kubecfg_playbooks.writing import book, look, outside, patch, verify

_QUOTA: Final = look(
    "See what the quota allows, and what is used.",
    "kubectl describe resourcequota {name} {scope}",
    "Used against Hard, by resource.",
)
_REQUESTS: Final = look(
    "See which pods are in the namespace.",
    "kubectl get pods {scope} -o wide",
    "Pods that nobody needs any more use the quota as well.",
)
_RAISE: Final = patch(
    "Raise the limit, if the cluster has room: put the new amount in place of AMOUNT.",
    "kubectl patch resourcequota {name} {scope} --type merge "
    '-p \'{{"spec":{{"hard":{{"{resource_name}":"AMOUNT"}}}}}}\'',
    "Hard shows the new amount.",
)
_FREE: Final = outside(
    "Or free some of it: scale down or remove what is not needed, or lower requests that are too high.",
    "Used is well below Hard.",
)
_ROOM: Final = verify("See what is used now.", "kubectl get resourcequota {name} {scope}", "Each is below its limit.")
_CLASSES: Final = look(
    "See the PriorityClasses.", "kubectl get priorityclasses", "VALUE and GLOBAL-DEFAULT of each are there."
)

LIMITS: Final[tuple[Playbook, ...]] = (
    book(
        "resourcequota.exceeded",
        "Quota {name} is used up ({resource_name}: {used} of {limit}), and pods are refused.",
        "The API server refuses what would take a namespace beyond its quota. Controllers try again and succeed as "
        "soon as there is room.",
        _QUOTA,
        _REQUESTS,
        _RAISE,
        _FREE,
        _ROOM,
        confidence=0.85,
        minutes=10,
    ),
    book(
        "resourcequota.full",
        "Quota {name} is used up: {resource_name} is at {used} of {limit}.",
        "Nothing is refused yet. The next rollout, which makes a pod before it ends one, or the next pod of an "
        "autoscaler will be.",
        _QUOTA,
        _REQUESTS,
        _RAISE,
        _FREE,
        _ROOM,
        confidence=0.75,
        minutes=10,
    ),
    book(
        "resourcequota.nearly_full",
        "Quota {name} is nearly used up: {resource_name} is at {used} of {limit}.",
        "A rollout makes a new pod before it ends an old one, and an autoscaler makes several: both need room in the "
        "quota.",
        _QUOTA,
        _REQUESTS,
        _RAISE,
        _FREE,
        _ROOM,
        confidence=0.7,
        minutes=10,
    ),
    book(
        "limitrange.contradiction",
        "LimitRange {name} contradicts itself or another one: {resource_name} is to be {least} and {most}.",
        "All LimitRanges of a namespace hold together, and each object must meet all of them, with the defaults filled "
        "in. What cannot be met refuses every pod that comes under it.",
        look(
            "See all limits of the namespace.",
            "kubectl describe limitranges {scope}",
            "Min, Max, Default Request and Default Limit by type and resource.",
        ),
        look(
            "See what was refused.",
            "kubectl get events {scope} --field-selector reason=FailedCreate",
            "The messages name the limit that was not met.",
        ),
        outside(
            "Decide which figure is right, and write the others to fit: min, default request, default limit, max, each "
            "no larger than the next.",
            "The figures rise from left to right.",
        ),
        verify("See that they fit.", "kubectl get limitrange {name} {scope} -o yaml", "No figure is above the next."),
        confidence=0.85,
        minutes=10,
    ),
    book(
        "pod.missing_priorityclass",
        "The PriorityClass {priority_class} of {pods} pods does not exist any more.",
        "The priority of a pod is looked up when the pod is made. Pods that run keep theirs; a new one that names a "
        "class which is gone is refused, so that the next restart, rollout or drain fails.",
        _CLASSES,
        look(
            "See which workload names it.",
            "kubectl describe pod {name} {scope}",
            "Priority Class Name and Controlled By are there.",
        ),
        outside(
            "Make the PriorityClass {priority_class} again with the value that it had, or name one that exists in the "
            "workload's pod template.",
            "The class is listed.",
        ),
        verify("See that the class is there.", "kubectl get priorityclass {priority_class}", "It is listed."),
        confidence=0.9,
        minutes=10,
    ),
    book(
        "priorityclass.several_defaults",
        "{count} PriorityClasses are the default; {name} is the one that pods get.",
        "Of several defaults the one of the lowest value is taken. Whoever made the other one the default gets another "
        "priority than they believe.",
        _CLASSES,
        patch(
            "If {name} is right, let {other_name} no longer be a default.",
            "kubectl patch priorityclass {other_name} --type merge -p '{{\"globalDefault\":false}}'",
            "One default less.",
        ),
        patch(
            "If {other_name} is right, let {name} no longer be a default.",
            "kubectl patch priorityclass {name} --type merge -p '{{\"globalDefault\":false}}'",
            "One default less.",
        ),
        verify("See that one is left.", "kubectl get priorityclasses", "One has GLOBAL-DEFAULT true."),
        confidence=0.9,
        minutes=5,
    ),
)
