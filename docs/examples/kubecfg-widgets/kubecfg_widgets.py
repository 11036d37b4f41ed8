"""Finds the widgets of example.com that are not ready, and says what to do about them."""

from collections.abc import Iterator

import msgspec

from kubecfg_core import (
    ActionType,
    Analyzer,
    ClusterView,
    Condition,
    Finding,
    KubeObject,
    Playbook,
    PlaybookStep,
    Resource,
    Severity,
    hookimpl,
)


class WidgetStatus(msgspec.Struct, frozen=True):
    """The part of a widget's status that is looked at."""

    conditions: tuple[Condition, ...] = ()


class Widget(KubeObject, frozen=True):
    """A widget."""

    status: WidgetStatus = WidgetStatus()


WIDGETS = Resource("example.com", "v1", "widgets", "Widget", Widget)


def check_widgets(view: ClusterView) -> Iterator[Finding]:
    """Find each widget whose Ready condition is False."""
    for widget in view.all(WIDGETS):
        for condition in widget.status.conditions:
            if condition.type == "Ready" and condition.status == "False":
                yield Finding(
                    code="widget.not_ready",
                    kind="Widget",
                    name=widget.name,
                    namespace=widget.namespace,
                    severity=Severity.ERROR,
                    text=f"The condition Ready is False: {condition.reason or 'no reason given'}.",
                    cause=condition.message,
                    evidence={"reason": condition.reason},
                )


NOT_READY = Playbook(
    code="widget.not_ready",
    summary="Widget {name} is not ready: {reason}",
    explanation="The controller of the widget could not do its work. Its events and its log say why.",
    steps=(
        PlaybookStep(
            action_type=ActionType.INVESTIGATE,
            description="Look at the widget's conditions and events.",
            command="kubectl describe widgets.example.com {name} {scope}",
            expected_outcome="The condition Ready, with its reason and its message.",
        ),
        PlaybookStep(
            action_type=ActionType.INVESTIGATE,
            description="Read the log of the widget controller.",
            command="kubectl logs deployment/widget-controller -n widget-system --tail=50",
            expected_outcome="A line that names {namespace}/{name}.",
        ),
    ),
)


@hookimpl
def register_analyzers() -> list[Analyzer]:
    """Give the analyzer of widgets."""
    return [Analyzer(name="widgets", reads=(WIDGETS,), analyze=check_widgets, summary="Widgets that are not ready")]


@hookimpl
def register_playbooks() -> list[Playbook]:
    """Give the playbook for its one check."""
    return [NOT_READY]
