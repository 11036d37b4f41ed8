"""Containers that run and are not ready, or hold the others up."""

from typing import Final

from kubecfg_core import Playbook
from kubecfg_playbooks.writing import (
    DESCRIBE_POD,
    POD_READY,
    ROLLED_OUT,
    UNDO,
    book,
    in_container,
    look,
    outside,
    patch,
    verify,
)

PROBES: Final[tuple[Playbook, ...]] = (
    book(
        "pod.not_ready",
        "Pod {name} runs, but its {probe} probe fails, so no Service sends it anything.",
        "A pod whose readiness probe fails is taken out of its Services until it succeeds. Either the application is "
        "not able to serve (it waits for something, or has failed inside), or the probe asks the wrong path or port, "
        "or gives too little time.",
        DESCRIBE_POD,
        look(
            "Read what {container} says about its start and its dependencies.",
            "kubectl logs {name} -c {container} {scope} --tail 50",
            "The log names what it waits for, or the port and path that it serves.",
        ),
        look(
            "Compare the probe's path, port and times with what {container} serves.",
            "kubectl get pod {name} {scope} -o yaml",
            "The probe asks what the application answers, and waits long enough.",
        ),
        outside(
            "Correct the probe in the pod template, or bring up what the application waits for.",
            "The probe's target answers with a status from 200 to 399, in time.",
        ),
        UNDO,
        ROLLED_OUT,
        confidence=0.7,
        minutes=15,
    ),
    book(
        "pod.liveness_failing",
        "The {probe} probe of container {container} fails, so the kubelet kills and restarts it.",
        "A liveness probe is a promise that a restart helps. Where the application is only slow (at its start, or "
        "under load), the restart makes it worse. A probe that waits longer, or a startup probe, ends that.",
        DESCRIBE_POD,
        look(
            "Read what {container} did before the kill.",
            "kubectl logs {name} -c {container} {scope} --tail 50",
            "The log shows whether it hangs, is still starting, or serves another path.",
        ),
        patch(
            "Give it time: let the liveness probe fail six times, with five seconds for each answer.",
            in_container(livenessProbe={"failureThreshold": 6, "timeoutSeconds": 5}),
            "A slow answer no longer ends the container.",
        ),
        outside(
            "If it truly hangs, mend the application; if the probe asks a wrong path or port, correct the probe.",
            "The probe succeeds on a healthy container.",
        ),
        ROLLED_OUT,
        confidence=0.7,
        minutes=15,
    ),
    book(
        "pod.probe_port",
        "The {probe} probe of container {container} asks the port named {port}, which the container does not declare.",
        "A probe may name a port only if the same container declares a port of that name. The probe cannot succeed.",
        look(
            "See the ports that {container} declares, and the name that its probe uses.",
            "kubectl get pod {name} {scope} -o yaml",
            "The name {port} is in the probe, and not under ports.",
        ),
        outside(
            "Name the declared port {port}, or let the probe name the port that is declared, in the pod template.",
            "The probe and one declared port have the same name.",
        ),
        ROLLED_OUT,
        POD_READY,
        confidence=0.9,
    ),
    book(
        "pod.init_stalled",
        "Init container {container} of pod {name} has run for {minutes} min and holds the pod up.",
        "The pod's other containers start only once each init container has ended. This one waits, most often for a "
        "service, a database or a lock that does not come.",
        look(
            "Read what {container} waits for.",
            "kubectl logs {name} -c {container} {scope} --tail 50",
            "The last lines name what it waits for.",
        ),
        DESCRIBE_POD,
        look(
            "See whether the Services of the namespace have endpoints.",
            "kubectl get endpointslices {scope}",
            "What it waits for has an address, or has none.",
        ),
        outside(
            "Bring up what it waits for, or correct the name under which it looks for it.",
            "The init container ends by itself, and the pod goes on.",
        ),
        confidence=0.6,
        minutes=15,
    ),
    book(
        "pod.sidecar_not_started",
        "Sidecar {container} of pod {name} has not started for {minutes} min and holds the pod up.",
        "A sidecar (an init container that is restarted always) must be started, and its startup probe must succeed, "
        "before the containers after it start.",
        DESCRIBE_POD,
        look(
            "Read what {container} says.",
            "kubectl logs {name} -c {container} {scope} --tail 50",
            "The log shows why it is not up, or that its startup probe asks for something else.",
        ),
        outside(
            "Correct the sidecar's settings or its startup probe in the pod template.",
            "The sidecar starts, and the pod's other containers follow.",
        ),
        UNDO,
        ROLLED_OUT,
        confidence=0.6,
        minutes=15,
    ),
    book(
        "pod.readiness_gate",
        "Pod {name} is ready but for its readiness gate {gate}, which nobody has set.",
        "A readiness gate is a condition that a controller outside (a load balancer's, say) must set to True. The "
        "containers are fine: that controller does not run, or does not see the pod.",
        DESCRIBE_POD,
        look(
            "Find the controller that sets {gate}, and see whether it runs.",
            "kubectl get pods -A -o wide",
            "The controller's pods run, or do not.",
        ),
        outside(
            "Mend that controller; if it is gone for good, take the gate out of the pod template.",
            "The condition {gate} becomes True.",
        ),
        verify(
            "See whether the gate is passed.",
            "kubectl get pod {name} {scope} -o wide",
            "READINESS GATES shows 1/1.",
        ),
        confidence=0.6,
        minutes=20,
    ),
)
