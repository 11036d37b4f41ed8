"""CronJobs that do not start their Jobs, or whose Jobs fail or pile up."""

from typing import Final

from kubecfg_core import ActionType, Playbook
from kubecfg_playbooks.jobs import ENDED_POD
from kubecfg_playbooks.workloads import ADMIT, DESCRIBE, POD_LOG, QUOTA
from kubecfg_playbooks.writing import book, create, delete, escalate, look, merge, outside, patch, verify

_JOBS: Final = look(
    "See its Jobs, and how they ended.",
    "kubectl get jobs {scope}",
    "The newest ones are those that begin with {name}.",
)
_JOB: Final = look(
    "Read the conditions and events of Job {job}.",
    "kubectl describe job {job} {scope}",
    "The conditions say how far it came.",
)
_BY_HAND: Final = create(
    "Start a run by hand, to see whether it works now.",
    "kubectl create job {name}-by-hand --from=cronjob/{name} {scope}",
    "A Job is made at once, whatever the schedule.",
)
_SCHEDULED: Final = verify(
    "See when it was started last.",
    "kubectl get cronjob {name} {scope}",
    "LAST SCHEDULE is shorter ago than its schedule ({schedule}) leaves between two runs.",
)
_MANAGER: Final = look(
    "See whether the controller manager leads and renews its lease.",
    "kubectl get leases -n kube-system",
    "kube-controller-manager has a holder.",
)
_CONTROL_PLANE: Final = escalate(
    "If every CronJob stands still, hand it to whoever runs the control plane.",
    "The controller manager works again.",
)

CRONJOBS: Final[tuple[Playbook, ...]] = (
    book(
        "cronjob.never_scheduled",
        "CronJob {name} has never started a run, although one was due at {due}.",
        "The CronJob controller looks at every schedule several times a minute. Where it says nothing, it does not "
        "run, is far behind, or reads the schedule in another time zone.",
        DESCRIBE,
        _MANAGER,
        _BY_HAND,
        _CONTROL_PLANE,
        _SCHEDULED,
        confidence=0.6,
        minutes=20,
    ),
    book(
        "cronjob.stale",
        "CronJob {name} has not started the run that was due at {due}.",
        "It has worked before. Since then nothing was started: the controller does not run or is far behind, or the "
        "start came later than startingDeadlineSeconds allows.",
        DESCRIBE,
        _MANAGER,
        _BY_HAND,
        _CONTROL_PLANE,
        _SCHEDULED,
        confidence=0.6,
        minutes=20,
    ),
    book(
        "cronjob.too_many_missed",
        "CronJob {name} is not started any more, because too many starts were missed.",
        "After more than 100 missed starts the controller gives up. With startingDeadlineSeconds it counts only those "
        "within that time, and goes on.",
        DESCRIBE,
        patch(
            "Let it count only the last minutes.",
            merge("cronjob {name}", {"spec": {"startingDeadlineSeconds": 200}}),
            "The next run starts by the schedule.",
        ),
        _BY_HAND,
        _SCHEDULED,
        confidence=0.85,
        minutes=10,
    ),
    book(
        "cronjob.blocked",
        "CronJob {name} skips its runs, because Job {job} still runs.",
        "concurrencyPolicy Forbid lets no second run begin. A Job that hangs therefore stops the schedule.",
        _JOB,
        look(
            "Read what it does.",
            "kubectl logs job/{job} {scope} --tail 50 --timestamps",
            "The newest lines are of the last minutes if it still works.",
        ),
        delete(
            "If it hangs, delete it.",
            "kubectl delete job {job} {scope}",
            "The next run starts by the schedule.",
        ),
        patch(
            "Bound every run, so that none hangs again: put the seconds in place of 3600.",
            merge("cronjob {name}", {"spec": {"jobTemplate": {"spec": {"activeDeadlineSeconds": 3600}}}}),
            "A run that takes longer is ended.",
        ),
        _SCHEDULED,
        minutes=15,
    ),
    book(
        "cronjob.overlapping",
        "{active} Jobs of CronJob {name} run at once, and the next one will come.",
        "A run takes longer than the time to the next one. They compete for the same nodes and data, and get slower.",
        _JOBS,
        look(
            "Read what the oldest does.",
            "kubectl logs job/{job} {scope} --tail 50 --timestamps",
            "The newest lines are of the last minutes if it still works.",
        ),
        patch(
            "Let no run begin while one is under way.",
            merge("cronjob {name}", {"spec": {"concurrencyPolicy": "Forbid"}}),
            "No Job is added while another is active.",
        ),
        delete("End a run that hangs.", "kubectl delete job {job} {scope}", "One Job less is active."),
        verify("See how many are active.", "kubectl get cronjob {name} {scope}", "ACTIVE is 0 or 1."),
        minutes=15,
    ),
    book(
        "cronjob.failing",
        "The last run of CronJob {name} has failed ({reason}).",
        "Every run is a Job of its own: the next one comes by the schedule, and fails too unless the cause was a "
        "passing one.",
        _JOBS,
        _JOB,
        ENDED_POD,
        POD_LOG,
        outside(
            "Mend what made it fail, in the CronJob's jobTemplate or in what it talks to.",
            "A run that is started now succeeds.",
            ActionType.CONFIGURE,
        ),
        _BY_HAND,
        verify("See how the newest Job ends.", "kubectl get jobs {scope}", "Its STATUS is Complete."),
        minutes=15,
    ),
    book(
        "cronjob.create_failed",
        "Jobs of CronJob {name} are refused by the API server.",
        "The controller asks for the Job and is turned down, by a quota, a policy, a webhook or a field that is not "
        "valid. The message names which.",
        DESCRIBE,
        QUOTA,
        ADMIT,
        _SCHEDULED,
        minutes=15,
    ),
)
