"""What the containers of a workload leave out, or may do for no need."""

import re
from collections.abc import Iterator
from typing import Final

from kubecfg_analyzers.hygiene.case import Case
from kubecfg_analyzers.report import listed
from kubecfg_core import Finding
from kubecfg_core.kinds.hygiene import SecurityContext, SetContainer, SetVariable

_SECRET: Final = re.compile(
    r"(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|SECRET_KEY|TOKEN|API_?KEY|PRIVATE_KEY|ACCESS_KEY|CREDENTIALS?)$",
    re.IGNORECASE,
)
# A reference to another variable, a path, and words that are no secret of anybody's.
_HARMLESS: Final = re.compile(r"\$\(|/|(?:true|false|none|null|yes|no|\d{1,6})$", re.IGNORECASE)
_SECURITY_DOC: Final = "tasks/configure-pod-container/security-context/"
_RESOURCES_DOC: Final = "concepts/configuration/manage-resources-containers/"


def check(case: Case) -> Iterator[Finding]:
    """One warning a code, whatever the number of containers."""
    yield from _images(case)
    yield from _resources(case)
    yield from _probes(case)
    yield from _rights(case)
    yield from _variables(case)


def _images(case: Case) -> Iterator[Finding]:
    yield from case.about(
        "hygiene.image_tag",
        "{who} may run another image at each start: its reference has no tag, or the tag latest.",
        ((container, kind) for container, kind in case.every() if _moves(container.image)),
        cause="Nobody can tell which version runs, and a restart may bring a new one.",
        doc="concepts/containers/images/",
    )


def _moves(image: str) -> bool:
    """Whether a reference says nothing of a version."""
    if not image or "@" in image:
        return False
    tag = image.rpartition("/")[2].partition(":")[2]
    return tag in ("", "latest")


def _resources(case: Case) -> Iterator[Finding]:
    whole = {**case.spec.resources.limits, **case.spec.resources.requests}
    running = [item for item in case.every() if item[1] != "init container"]
    yield from case.about(
        "hygiene.no_requests",
        "{who} asks for no cpu or no memory.",
        (item for item in running if not {"cpu", "memory"} <= {*item[0].resources.limits, *_asked(item[0]), *whole}),
        cause="The scheduler takes what is not asked for as nothing, so a node may be overfilled.",
        doc=_RESOURCES_DOC,
    )
    yield from case.about(
        "hygiene.no_memory_limit",
        "{who} has no memory limit.",
        (item for item in running if "memory" not in {**item[0].resources.limits, **case.spec.resources.limits}),
        cause="A leak in it takes the memory of the whole node, and other pods are killed with it.",
        doc=_RESOURCES_DOC,
    )


def _asked(container: SetContainer) -> set[str]:
    return set(container.resources.requests)


def _probes(case: Case) -> Iterator[Finding]:
    yield from case.about(
        "hygiene.no_readiness_probe",
        "{who} declares a port and has no readiness probe.",
        (item for item in case.every() if item[1] == "container" and item[0].ports and not item[0].readinessProbe),
        cause="It gets traffic from the moment it starts, and keeps it when it can no longer answer.",
        doc="tasks/configure-pod-container/configure-liveness-readiness-startup-probes/",
    )


def _rights(case: Case) -> Iterator[Finding]:
    every = list(case.every())
    privileged = [item for item in every if _own(item[0]).privileged]
    yield from case.about(
        "hygiene.privileged",
        "{who} is privileged.",
        privileged,
        cause="Whoever breaks into it has the node.",
        doc=_SECURITY_DOC,
    )
    yield from case.about(
        "hygiene.privilege_escalation",
        "{who} may gain more rights than it starts with (allowPrivilegeEscalation is not false).",
        (item for item in every if item not in privileged and _own(item[0]).allowPrivilegeEscalation is not False),
        cause="Unless it is false, a program in it may use setuid to become root.",
        doc=_SECURITY_DOC,
    )
    yield from case.about(
        "hygiene.may_run_as_root",
        "{who} may run as root: neither runAsNonRoot nor a runAsUser other than 0 is set.",
        (item for item in every if item not in privileged and _may_be_root(case, item[0])),
        cause="Root in a container is root on the node once it gets out.",
        doc=_SECURITY_DOC,
    )


def _own(container: SetContainer) -> SecurityContext:
    return container.securityContext or SecurityContext()


def _may_be_root(case: Case, container: SetContainer) -> bool:
    own, pod = _own(container), case.spec.securityContext or SecurityContext()
    never = pod.runAsNonRoot if own.runAsNonRoot is None else own.runAsNonRoot
    user = pod.runAsUser if own.runAsUser is None else own.runAsUser
    return not never and not user


def _variables(case: Case) -> Iterator[Finding]:
    holding = [(item, [each.name for each in item[0].env if _tells(each)]) for item in case.every()]
    those = [(item, names) for item, names in holding if names]
    names = sorted({name for _, found in those for name in found})
    yield from case.about(
        "hygiene.secret_in_env",
        f"{{who}} has a secret in plain text, by the name of the variable: {listed(names)}.",
        (item for item, _ in those),
        cause="Everybody who may read the workload can read it, and it is in every backup and every diff.",
        doc="concepts/configuration/secret/",
        facts={"variable": those[0][1][0] if those else None},
    )


def _tells(variable: SetVariable) -> bool:
    """Whether the name says that the value is a secret, and the value may be one."""
    plain = bool(variable.value) and variable.valueFrom is None
    return plain and _SECRET.search(variable.name) is not None and _HARMLESS.match(variable.value) is None
