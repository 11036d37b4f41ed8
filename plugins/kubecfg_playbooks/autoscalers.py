"""Autoscalers that do not scale, or have reached their ceiling."""

from typing import Final

from kubecfg_core import Playbook
from kubecfg_playbooks.workloads import DESCRIBE
from kubecfg_playbooks.writing import book, delete, look, merge, outside, patch, verify

_TARGET: Final = look(
    "Read the state of what it scales.",
    "kubectl describe {target_kind} {target} {scope}",
    "The replicas, the requests of the containers and the events are listed.",
)
_METRICS: Final = look(
    "See whether the metrics APIs are served.",
    "kubectl get apiservices",
    "v1beta1.metrics.k8s.io is there, and AVAILABLE is True.",
)
_SCALES: Final = verify(
    "See whether it scales now.",
    "kubectl get horizontalpodautoscaler {name} {scope}",
    "TARGETS shows a figure and not <unknown>.",
)

AUTOSCALERS: Final[tuple[Playbook, ...]] = (
    book(
        "hpa.target_missing",
        "HorizontalPodAutoscaler {name} scales {target_kind} {target}, which does not exist.",
        "The target is named by kind and name, in the autoscaler's own namespace.",
        look(
            "See the workloads that there are.",
            "kubectl get deployments,statefulsets {scope}",
            "{target} is not among them.",
        ),
        patch(
            "If {nearest} is meant, name it.",
            merge("horizontalpodautoscaler {name}", {"spec": {"scaleTargetRef": {"name": "{nearest}"}}}),
            "The autoscaler finds its target.",
        ),
        delete(
            "If the workload is gone for good, delete the autoscaler.",
            "kubectl delete horizontalpodautoscaler {name} {scope}",
            "It is gone.",
        ),
        _SCALES,
        confidence=0.85,
        minutes=5,
    ),
    book(
        "hpa.unable",
        "HorizontalPodAutoscaler {name} cannot scale {target} ({reason}).",
        "It reads and writes the number of replicas through the target's scale subresource, and was turned down.",
        DESCRIBE,
        _TARGET,
        outside(
            "Mend what the message names: the target's kind and name, its scale subresource, or the right to use it.",
            "The condition AbleToScale is True.",
        ),
        _SCALES,
        confidence=0.6,
        minutes=15,
    ),
    book(
        "hpa.no_requests",
        "HorizontalPodAutoscaler {name} cannot tell the load of {target}: a container makes no request.",
        "Utilization is what a pod uses as a share of what it requests. One container without a request, also an "
        "injected one, leaves the whole pod without a figure.",
        DESCRIBE,
        _TARGET,
        patch(
            "Give {container} a request of {resource_name}: put the amount that it usually needs in place of 100m.",
            "kubectl set resources {target_kind}/{target} {scope} -c {container} --requests={resource_name}=100m",
            "New pods have the request.",
        ),
        outside(
            "Or scale by a metric that needs no request: averageValue in place of averageUtilization.",
            "The autoscaler works without requests.",
        ),
        _SCALES,
        confidence=0.9,
        minutes=10,
    ),
    book(
        "hpa.no_metrics",
        "HorizontalPodAutoscaler {name} gets no metrics of {target}, so it does not scale.",
        "Figures of cpu and memory come from metrics-server, others from an adapter; both are APIServices that may be "
        "missing or down. All autoscalers suffer then.",
        DESCRIBE,
        _METRICS,
        look(
            "See whether there are figures of the pods.",
            "kubectl top pods {scope}",
            "Each pod has one; an error names what is wrong with the source.",
        ),
        outside(
            "Bring the source back: install or mend metrics-server, or the adapter that serves the metric.",
            "The APIService is available.",
        ),
        _SCALES,
        confidence=0.75,
        minutes=20,
    ),
    book(
        "hpa.at_max",
        "{target} has the {maximum} replicas that HorizontalPodAutoscaler {name} allows at most, and needs more.",
        "More load makes each replica busier from here on. The ceiling may be meant as one; then the load is the "
        "thing to look at.",
        DESCRIBE,
        look(
            "See whether the nodes have room for more.",
            "kubectl top nodes",
            "Some have cpu and memory to spare.",
        ),
        patch(
            "Raise the ceiling, if nodes, quota and what is behind the workload bear it.",
            merge("horizontalpodautoscaler {name}", {"spec": {"maxReplicas": "#{more}"}}),
            "Replicas are added.",
        ),
        verify(
            "See whether it stays below the maximum.",
            "kubectl get horizontalpodautoscaler {name} {scope}",
            "REPLICAS is below MAXPODS, and the target value is kept.",
        ),
        confidence=0.7,
        minutes=10,
    ),
    book(
        "hpa.shared_target",
        "HorizontalPodAutoscaler {name} and {other_name} scale the same {target_kind} {target}.",
        "Each sets the number of replicas by its own metrics, or both stop, as newer versions do. One autoscaler may "
        "have several metrics.",
        look(
            "Compare the two.",
            "kubectl get horizontalpodautoscalers {scope} -o yaml",
            "Both have the same scaleTargetRef.",
        ),
        outside(
            "Put the metrics that are needed into {other_name}.",
            "One autoscaler has all of them; it follows the one that asks for most.",
        ),
        delete(
            "Delete the other one.",
            "kubectl delete horizontalpodautoscaler {name} {scope}",
            "{target} has one autoscaler.",
        ),
        _SCALES,
        confidence=0.85,
        minutes=10,
    ),
)
