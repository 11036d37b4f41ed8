"""CronJobs, as far as kubecfg reads them."""

from datetime import datetime

import msgspec

from kubecfg_core.kinds.meta import KubeObject
from kubecfg_core.kinds.pods import Named
from kubecfg_core.resources import Resource


class CronJobSpec(msgspec.Struct, frozen=True, gc=False):
    """When to start Jobs. `timeZone` is empty where the controller manager's own zone counts: UTC nearly everywhere."""

    schedule: str = ""
    timeZone: str = ""
    suspend: bool = False
    concurrencyPolicy: str = "Allow"
    startingDeadlineSeconds: int | None = None


class CronJobStatus(msgspec.Struct, frozen=True, gc=False):
    """The Jobs that run, and when one was last started and last succeeded."""

    active: tuple[Named, ...] = ()
    lastScheduleTime: datetime | None = None
    lastSuccessfulTime: datetime | None = None


class CronJob(KubeObject, frozen=True, gc=False):
    """A CronJob: makes a Job for each time of its schedule."""

    spec: CronJobSpec = CronJobSpec()
    status: CronJobStatus = CronJobStatus()


CRONJOBS = Resource("batch", "v1", "cronjobs", "CronJob", CronJob)
