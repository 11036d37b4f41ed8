"""Containers that end, do not start, or cannot be made."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from kubecfg_analyzers.pods import images, missing
from kubecfg_analyzers.pods.case import CONTAINER, INIT, Case, Part
from kubecfg_analyzers.pods.exits import meaning
from kubecfg_analyzers.quantities import doubled
from kubecfg_analyzers.report import ERROR, WARNING, clip, counted, elapsed, minutes, older, sentence, span
from kubecfg_core import Finding, Severity
from kubecfg_core.kinds.pods import Terminated, Waiting

MANY_RESTARTS: Final = 5
RECENT: Final = timedelta(hours=1)
OOM_MEMORY: Final = timedelta(hours=24)
STARTING: Final = frozenset({"", "ContainerCreating", "PodInitializing"})
NOT_STARTED: Final = ("StartError", "ContainerCannotRun")

_LIFECYCLE: Final = "concepts/workloads/pods/pod-lifecycle/"
_RESOURCES: Final = "concepts/configuration/manage-resources-containers/"
_DEBUG: Final = "tasks/debug/debug-application/debug-pods/"
_PROBES: Final = "tasks/configure-pod-container/configure-liveness-readiness-startup-probes/"
_NO_COMMAND: Final = re.compile(
    r"executable file not found|no such file or directory|exec format error|(?:exec|stat).*permission denied",
    re.IGNORECASE,
)


def check(case: Case) -> Iterator[Finding]:
    """What is wrong with each container's state: at most one finding a container, more where objects are missing."""
    for part in case.parts():
        state = part.status.state
        if state.waiting is not None:
            yield from _waiting(case, part, state.waiting)
        elif state.terminated is not None:
            yield from _terminated(case, part, state.terminated)
        elif state.running is not None:
            yield from _running(case, part)


def _waiting(case: Case, part: Part, waiting: Waiting) -> Iterator[Finding]:
    last = part.status.lastState.terminated
    if waiting.reason in STARTING:
        return
    if waiting.reason == "CrashLoopBackOff":
        yield _crashing(case, part, last)
    elif waiting.reason in images.REASONS or waiting.reason in images.NAMED_REASONS:
        yield images.check(case, part)
    elif waiting.reason == "CreateContainerConfigError":
        yield from _unconfigurable(case, part, waiting)
    else:
        yield uncreatable(case, part, waiting.reason, waiting.message)


def _crashing(case: Case, part: Part, last: Terminated | None) -> Finding:
    if last is not None and last.reason == "OOMKilled":
        return out_of_memory(case, part, last, ERROR)
    if last is not None and last.reason in NOT_STARTED and last.message:
        return uncreatable(case, part, last.reason, last.message)
    code = "pod.init_crashloop" if part.type == INIT else "pod.crashloop"
    restarts = part.status.restartCount
    return case.found(
        code,
        f"{part.label.capitalize()} crashes again and again: {counted(restarts, 'restart')}, {_end(last)}.",
        cause=_why(case, part, last),
        doc=_DEBUG if part.type != INIT else "tasks/debug/debug-application/debug-init-containers/",
        part=part,
        facts={
            **_exit(last),
            "restarts": restarts,
            "probe": killing_probe(case, part),
            "previous": _previous(restarts),
        },
    )


def _end(last: Terminated | None) -> str:
    if last is None:
        return "and how it ended is not known"
    word = f", {last.reason}" if last.reason and last.reason != "Error" else ""
    lived = elapsed(last.finishedAt, last.startedAt) if last.finishedAt and last.startedAt else None
    after = f" after {span(lived)}" if lived is not None else ""
    return f"the last run ended with exit code {last.exitCode}{word}{after}"


def _why(case: Case, part: Part, last: Terminated | None) -> str:
    """What is behind an end: the kubelet's probe, the container's last words, or what the exit code means."""
    probe = killing_probe(case, part)
    if probe:
        event = case.warning("Unhealthy", text=f"{probe.capitalize()} probe", part=part)
        return f"The kubelet kills it, since its {probe} probe fails: {sentence(event.message if event else '')}"
    if last is None:
        return ""
    if last.message:
        return f"Its last words: {sentence(last.message)}"
    if last.exitCode == 0:
        return (
            "It ends without an error, but its pod is to run for ever: the command finishes, or goes to the background."
        )
    known = meaning(last.exitCode)
    return f"Exit code {last.exitCode} means: {known}." if known else "The logs of the previous run tell more."


def _exit(last: Terminated | None) -> dict[str, str | int | None]:
    if last is None:
        return {}
    return {"exit_code": last.exitCode, "exit_meaning": meaning(last.exitCode), "reason": last.reason}


def _previous(restarts: int) -> str:
    return "--previous" if restarts else ""


def killing_probe(case: Case, part: Part) -> str:
    """`liveness` or `startup`, when a recent warning says that it failed and the container was restarted."""
    if not part.status.restartCount:
        return ""
    for probe in ("liveness", "startup"):
        event = case.warning("Unhealthy", text=f"{probe.capitalize()} probe", part=part)
        if event is not None and not older(case.view.now, event.at, RECENT):
            return probe
    return ""


def out_of_memory(case: Case, part: Part, last: Terminated, severity: Severity) -> Finding:
    """A container that was killed for using too much memory: its limit, and twice as much as a suggestion."""
    limit = part.spec.resources.limits.get("memory")
    request = part.spec.resources.requests.get("memory")
    times = f", {counted(part.status.restartCount, 'restart')}" if part.status.restartCount else ""
    bound = f"its limit is {limit}" if limit else "it has no memory limit"
    why = "It needs more memory than its limit allows, or it leaks." if limit else "The node itself ran out of memory."
    again = " It runs again for now." if severity is WARNING and part.status.state.running is not None else ""
    return case.found(
        "pod.oomkilled",
        f"{part.label.capitalize()} was killed for using too much memory (OOMKilled{times}); {bound}.",
        cause=f"{why}{again}",
        doc=_RESOURCES,
        severity=severity,
        part=part,
        facts={
            "restarts": part.status.restartCount,
            "exit_code": last.exitCode,
            "limit": str(limit) if limit else None,
            "request": str(request) if request else None,
            "suggested_limit": doubled(limit),
        },
    )


def _unconfigurable(case: Case, part: Part, waiting: Waiting) -> Iterator[Finding]:
    gone = list(missing.from_kubelet(case, waiting.message, part))
    if gone:
        yield from gone
        return
    root = "runAsNonRoot" in waiting.message
    yield case.found(
        "pod.runs_as_root" if root else "pod.config_error",
        f"{part.label.capitalize()} cannot be configured ({waiting.reason}): {sentence(waiting.message)}",
        cause="The pod demands runAsNonRoot, and its image would run as root or as a user without a number."
        if root
        else "",
        doc="tasks/configure-pod-container/security-context/" if root else _DEBUG,
        part=part,
        facts={"reason": waiting.reason, "message": clip(waiting.message)},
    )


def uncreatable(case: Case, part: Part, reason: str, message: str, severity: Severity = ERROR) -> Finding:
    """A container that cannot be made or started: its program is not there, or another cause."""
    no_command = _NO_COMMAND.search(message) is not None
    cause = "The image has no such program, it is not executable, or it was built for another platform."
    return case.found(
        "pod.command_not_found" if no_command else "pod.container_create_failed",
        f"{part.label.capitalize()} cannot be started ({reason}): {sentence(message) or 'no message.'}",
        cause=cause if no_command else "",
        doc="tasks/inject-data-application/define-command-argument-container/" if no_command else _DEBUG,
        severity=severity,
        part=part,
        facts={"reason": reason, "message": clip(message), "command": " ".join(part.spec.command[:1])},
    )


def _terminated(case: Case, part: Part, ended: Terminated) -> Iterator[Finding]:
    """A container that has just ended with an error. The pods of a Job may fail and be tried again: that is its way."""
    if ended.exitCode == 0 or (case.owner is not None and case.owner.kind in ("Job", "CronJob")):
        return
    if ended.reason == "OOMKilled":
        yield out_of_memory(case, part, ended, ERROR)
    elif ended.reason in NOT_STARTED and ended.message:
        yield uncreatable(case, part, ended.reason, ended.message)
    elif part.type == INIT and part.status.restartCount:
        yield _crashing(case, part, ended)
    else:
        yield case.found(
            "pod.container_failed",
            f"{part.label.capitalize()} does not run: {_end(ended)}.",
            cause=_why(case, part, ended),
            doc=_LIFECYCLE,
            part=part,
            facts={**_exit(ended), "restarts": part.status.restartCount},
        )


def _running(case: Case, part: Part) -> Iterator[Finding]:
    last, now = part.status.lastState.terminated, case.view.now
    probe = killing_probe(case, part)
    if last is not None and last.reason == "OOMKilled" and not older(now, last.finishedAt, OOM_MEMORY):
        yield out_of_memory(case, part, last, ERROR if part.type == CONTAINER and not part.status.ready else WARNING)
    elif probe:
        yield case.found(
            "pod.liveness_failing",
            f"The {probe} probe of {part.label} fails, and the kubelet restarts it: "
            f"{counted(part.status.restartCount, 'restart')}.",
            cause=_why(case, part, last),
            doc=_PROBES,
            part=part,
            facts={
                **_exit(last),
                "probe": probe,
                "restarts": part.status.restartCount,
                "message": _said(case, part, probe),
            },
        )
    elif part.status.restartCount >= MANY_RESTARTS and last is not None and _recent(case, last):
        yield case.found(
            "pod.restarts",
            f"{part.label.capitalize()} runs, but was restarted {part.status.restartCount} times; {_end(last)}.",
            cause=_why(case, part, last),
            doc=_DEBUG,
            severity=WARNING,
            part=part,
            facts={**_exit(last), "restarts": part.status.restartCount, "minutes": minutes(now, last.finishedAt)},
        )


def _recent(case: Case, last: Terminated) -> bool:
    return last.finishedAt is not None and not older(case.view.now, last.finishedAt, RECENT)


def _said(case: Case, part: Part, probe: str) -> str:
    event = case.warning("Unhealthy", text=f"{probe.capitalize()} probe", part=part)
    return clip(event.message) if event else ""
