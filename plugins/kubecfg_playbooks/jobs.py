"""Jobs that have failed or never end."""

from typing import Final

from kubecfg_core import Playbook
from kubecfg_playbooks.workloads import ADMIT, DESCRIBE, POD_LOG, QUOTA
from kubecfg_playbooks.writing import book, delete, look, merge, outside, patch, verify

ENDED_POD: Final = look(
    "Read how its pod {pod} ended ({pod_code}).",
    "kubectl describe pod {pod} {scope}",
    "The state of each container, with its exit code and reason.",
)
_ANEW: Final = outside(
    "Mend what made it fail, and apply the Job's manifest again: a Job that has failed is not tried again.",
    "A new Job of that name runs.",
)
_DELETE: Final = delete(
    "Delete the Job, so that it can be made again; its pods and their logs go with it.",
    "kubectl delete job {name} {scope}",
    "The Job is gone.",
)
_COMPLETE: Final = verify(
    "See whether it completes now.",
    "kubectl get job {name} {scope}",
    "STATUS is Complete.",
)

JOBS: Final[tuple[Playbook, ...]] = (
    book(
        "job.backoff_limit",
        "Job {name} has given up: its pods failed more often than its backoffLimit of {backoff_limit} allows.",
        "Each failed pod was replaced, ever more slowly, until the limit was reached. The pods' log says why they "
        "failed; more tries help only against what passes by itself.",
        DESCRIBE,
        ENDED_POD,
        POD_LOG,
        _ANEW,
        _DELETE,
        _COMPLETE,
        minutes=15,
    ),
    book(
        "job.deadline_exceeded",
        "Job {name} was stopped, because it ran longer than its deadline.",
        "activeDeadlineSeconds bounds the whole Job, with all its tries. What ran was ended, its work is not done.",
        DESCRIBE,
        ENDED_POD,
        outside(
            "Find what took so long (waiting for a node, an image or another service, or more data than usual), or "
            "raise activeDeadlineSeconds in the manifest above {seconds}, and apply it again.",
            "A new Job of that name ends in time.",
        ),
        _ANEW,
        _DELETE,
        _COMPLETE,
        minutes=15,
    ),
    book(
        "job.failed",
        "Job {name} has failed ({reason}).",
        "A condition of the Job says so: it is not tried again, and its work is not done.",
        DESCRIBE,
        ENDED_POD,
        POD_LOG,
        _ANEW,
        _DELETE,
        _COMPLETE,
        confidence=0.7,
        minutes=15,
    ),
    book(
        "job.create_failed",
        "Pods of Job {name} are refused by the API server.",
        "The controller asks for the pods and is turned down, by a quota, a limit, a policy, a webhook or a missing "
        "ServiceAccount. The message names which.",
        DESCRIBE,
        QUOTA,
        ADMIT,
        _COMPLETE,
        minutes=15,
    ),
    book(
        "job.sidecar_blocks",
        "Job {name} does not complete: {done} is done, and {container} runs on.",
        "A Job completes once every container of its pod has ended. A proxy or an agent beside the work never ends by "
        "itself, unless it is a sidecar in Kubernetes' sense: an init container with restartPolicy Always.",
        look(
            "See which containers of the pod run and which have ended.",
            "kubectl describe pod {pod} {scope}",
            "{done} is Terminated (Completed), {container} is Running.",
        ),
        look(
            "Read what {container} does.",
            "kubectl logs {pod} -c {container} {scope} --tail 50",
            "It waits for work, and does none of the Job's.",
        ),
        outside(
            "In the manifest, move {container} to initContainers with restartPolicy Always (or let the injector do "
            "so: istio and linkerd have a setting for it).",
            "The next run completes as soon as {done} has ended.",
        ),
        delete(
            "The work of this run is done: delete the pod's Job if nothing waits for it.",
            "kubectl delete job {name} {scope}",
            "The Job is gone, and a CronJob starts its next one.",
        ),
        _COMPLETE,
        minutes=20,
    ),
    book(
        "job.running_long",
        "Job {name} has run for more than a day, and nothing bounds it.",
        "A Job without activeDeadlineSeconds may wait for ever. Only its log can tell whether it still works.",
        DESCRIBE,
        look(
            "Read what its pods write.",
            "kubectl logs job/{name} {scope} --tail 50 --timestamps",
            "The newest lines are of the last minutes, and tell of progress.",
        ),
        patch(
            "If it may not take so long, give it a deadline: put the seconds in place of 172800.",
            merge("job {name}", {"spec": {"activeDeadlineSeconds": 172800}}),
            "It is ended once that time is over, counted from its start.",
        ),
        _DELETE,
        _COMPLETE,
        confidence=0.5,
        minutes=15,
    ),
)
