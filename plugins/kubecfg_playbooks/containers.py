"""Containers that do not start, do not stay up, or are not ready."""

from typing import Final

from kubecfg_core import Playbook
from kubecfg_playbooks.writing import (
    DESCRIBE_POD,
    LOGS,
    LOGS_BEFORE,
    ROLLED_OUT,
    UNDO,
    book,
    delete,
    in_container,
    look,
    outside,
    patch,
    verify,
)

_FIX_AND_DEPLOY: Final = outside(
    "Correct what the log names: a setting, a missing file or service, or a defect of the application.",
    "The cause is in the hands of whoever can change it.",
)
_LATER_TRIES: Final = verify(
    "See the restarts and the exit code of {container}.",
    "kubectl get pod {name} {scope} -o wide",
    "RESTARTS no longer grows once the cause is gone.",
)
_COMMAND_OF_POD: Final = look(
    "Compare the command and arguments of {container} with what its image holds.",
    "kubectl get pod {name} {scope} -o yaml",
    "command or args name a program that {image} does not have under that path, or that is not executable.",
)

CONTAINERS: Final[tuple[Playbook, ...]] = (
    book(
        "pod.crashloop",
        "Container {container} of pod {name} ends again and again: its log says why.",
        "Kubernetes starts the container again after each end, waiting longer each time, up to five minutes. Starting "
        "it more often helps nothing: the program ends by itself, or a probe has it killed. Exit code 1 or 2 is the "
        "application's own error, 126 and 127 a command that cannot be run, 137 a kill, 139 a crash.",
        LOGS_BEFORE,
        LOGS,
        DESCRIBE_POD,
        _FIX_AND_DEPLOY,
        UNDO,
        ROLLED_OUT,
        confidence=0.7,
        minutes=20,
    ),
    book(
        "pod.init_crashloop",
        "Init container {container} of pod {name} ends with an error, so the pod never starts.",
        "Init containers run one after another, each to its successful end, before the others start. This one fails, "
        "often because what it waits for or migrates (a database, a file, a service) is not there.",
        LOGS_BEFORE,
        LOGS,
        DESCRIBE_POD,
        _FIX_AND_DEPLOY,
        UNDO,
        ROLLED_OUT,
        confidence=0.7,
        minutes=20,
    ),
    book(
        "pod.oomkilled",
        "Container {container} of pod {name} needs more memory than it may have.",
        "The kernel ends a container at its memory limit, and any container when the node itself has none left. Either "
        "the limit is too low for the normal use, or the application takes ever more: a leak, an unbounded cache, or "
        "a heap that is sized by the node's memory and not by the limit.",
        DESCRIBE_POD,
        look(
            "See how much memory the containers use now.",
            "kubectl top pod {name} {scope} --containers",
            "MEMORY of {container} is near its limit, or grows towards it.",
        ),
        patch(
            "Raise the memory limit of {container} from {limit} to {suggested_limit}.",
            "kubectl set resources {controller} {scope} -c {container} --limits=memory={suggested_limit}",
            "New pods start with a limit of {suggested_limit}.",
        ),
        outside(
            "If it grows past any limit, bound the application's heap or cache below the limit, or mend the leak.",
            "Memory use levels off below the limit.",
        ),
        ROLLED_OUT,
        minutes=15,
    ),
    book(
        "pod.container_failed",
        "Container {container} of pod {name} has ended with exit code {exit_code} and is not started again.",
        "The pod's restart policy does not start it again after this end, so the pod goes on without it or stays "
        "failed until it is replaced.",
        LOGS,
        DESCRIBE_POD,
        _FIX_AND_DEPLOY,
        delete(
            "Once the cause is gone, delete the pod so that {controller} makes a new one.",
            "kubectl delete pod {name} {scope}",
            "A new pod of {controller} takes its place.",
        ),
        confidence=0.7,
        minutes=15,
    ),
    book(
        "pod.command_not_found",
        "The command of container {container} does not exist in image {image}, or cannot be run.",
        "The container is made, but the program it should start is missing from the image, misspelt, a script with a "
        "wrong interpreter line, or without execute permission. No restart mends that.",
        DESCRIBE_POD,
        _COMMAND_OF_POD,
        patch(
            "If the command was overridden by mistake, take the override away so that the image's own command runs.",
            in_container(command=None, args=None),
            "New pods run the entry point of {image}.",
        ),
        outside(
            "Correct the command or the image, and make {naked_pod} anew: the command of a pod cannot be changed.",
            "The new pod starts its program.",
        ),
        UNDO,
        ROLLED_OUT,
        minutes=15,
    ),
    book(
        "pod.container_create_failed",
        "Container {container} of pod {name} cannot be made: {reason}.",
        "The runtime on the node refuses to make or start the container: a mount path that cannot be used, a name that "
        "is still taken, a hook that fails, or a security setting that the node does not support.",
        DESCRIBE_POD,
        look(
            "Read the runtime's own words about this pod.",
            "kubectl get events {scope} --field-selector involvedObject.name={name},type=Warning",
            "The newest warning names the part of the specification that it refuses.",
        ),
        outside(
            "Correct that part of the pod template: mounts, securityContext, lifecycle hooks or the runtime class.",
            "The template asks only for what the node can give.",
        ),
        UNDO,
        ROLLED_OUT,
        confidence=0.6,
        minutes=20,
    ),
    book(
        "pod.config_error",
        "Container {container} of pod {name} cannot be configured.",
        "Before it makes a container, the kubelet puts together its environment and mounts. Something that it needs is "
        "missing or cannot be read; the message names it.",
        DESCRIBE_POD,
        look(
            "See which ConfigMaps there are to refer to.",
            "kubectl get configmaps {scope}",
            "The name that the message complains about is in the list, or is not.",
        ),
        look(
            "See which Secrets there are to refer to, by name alone.",
            "kubectl get secrets {scope}",
            "The name that the message complains about is in the list, or is not.",
        ),
        outside(
            "Make the missing object or key, or correct the reference in the pod template.",
            "Every reference of the template points to something that exists.",
        ),
        ROLLED_OUT,
        confidence=0.7,
    ),
    book(
        "pod.runs_as_root",
        "Container {container} must not run as root, and image {image} would.",
        "runAsNonRoot is set, and the kubelet refuses to start an image whose user is root or is given by name, since "
        "it cannot tell what number a name stands for. The container needs a numeric user that is not 0.",
        DESCRIBE_POD,
        patch(
            "Give {container} a user of its own; 1000 is a guess, take the number that owns the image's files.",
            in_container(securityContext={"runAsUser": 1000}),
            "New pods start {container} as user 1000.",
        ),
        outside(
            "For good, give the image a numeric USER, and let that user own the files it writes.",
            "The image starts without an override.",
        ),
        ROLLED_OUT,
    ),
    book(
        "pod.restarts",
        "Container {container} of pod {name} runs, but has restarted {restarts} times, last {minutes} min ago.",
        "It works for a while and then ends: memory that fills up, a connection that breaks, or a probe that is too "
        "strict under load. The end of the previous run's log and its exit code tell them apart.",
        look(
            "Read the end of the previous run's log.",
            "kubectl logs {name} -c {container} {scope} --previous --tail 50",
            "The last lines name the error that ended it.",
        ),
        DESCRIBE_POD,
        look(
            "See how much CPU and memory it uses.",
            "kubectl top pod {name} {scope} --containers",
            "Use near a limit explains kills and slow probes.",
        ),
        _FIX_AND_DEPLOY,
        _LATER_TRIES,
        confidence=0.6,
        minutes=20,
    ),
)
