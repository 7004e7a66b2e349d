"""A worker's claim on a job, for a while: taken, renewed and given up by conditional updates.

A job is a row: a batch to ingest, a run to compute.
"""

import time
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from uuid import uuid4

from django.db.models import F, Q, QuerySet

from impact.errors import StaleLease
from impact.models import Job

DURATION = timedelta(minutes=2)  # renewed between the steps of the work
MAX_ATTEMPTS = 5
FIRST_PAUSE = timedelta(seconds=5)  # doubles with every attempt
LOST = "The worker was lost in each of the attempts."
OPEN = (Job.Status.QUEUED, Job.Status.RUNNING)

JobT = TypeVar("JobT", bound=Job)


def due(now: datetime) -> Q:
    """Return the condition of jobs that wait for a worker, or whose worker was lost."""
    return Q(status__in=OPEN) & (Q(leased_until=None) | Q(leased_until__lte=now))


def give_up_exhausted(model: type[JobT], now: datetime) -> int:
    """Mark jobs as failed that were tried too often; return how many."""
    exhausted = _rows(model).filter(due(now), attempts__gte=MAX_ATTEMPTS)
    end = {"status": Job.Status.FAILED, "finished_at": now, "lease": "", "leased_until": None}
    return exhausted.filter(error="").update(error=LOST, **end) + exhausted.update(**end)


class Lease(Generic[JobT]):
    """The right to work on one job, until it ends or somebody else takes it over."""

    def __init__(self, job: JobT, now: datetime) -> None:
        self.job = job
        self._taken_at = now
        self._clock = time.monotonic()

    @property
    def now(self) -> datetime:
        """The time by the clock of the taking: `now` then, and what has passed since."""
        return self._taken_at + timedelta(seconds=time.monotonic() - self._clock)

    def renew(self, **fields: object) -> None:
        """Keep the job for another while, and note how far it is in its own columns.

        Raises:
            StaleLease: another worker has it.
        """
        self._update(leased_until=self.now + DURATION, **fields)

    def finish(self, **results: object) -> None:
        """Store the results in the job's own columns and mark it as done.

        Raises:
            StaleLease: another worker has it; nothing is stored.
        """
        self._end(status=Job.Status.DONE, error="", **results)

    def fail(self, error: str) -> None:
        """Mark the job as failed for good.

        Raises:
            StaleLease: another worker has it.
        """
        self._end(status=Job.Status.FAILED, error=error)

    def retry_later(self, error: str) -> None:
        """Give the job back, to be tried again after a pause; after the last attempt, fail.

        Raises:
            StaleLease: another worker has it.
        """
        if self.job.attempts >= MAX_ATTEMPTS:
            self.fail(error)
            return
        pause = FIRST_PAUSE * 2 ** (self.job.attempts - 1)
        self._update(status=Job.Status.QUEUED, error=error, lease="", leased_until=self.now + pause)

    def _end(self, **fields: object) -> None:
        self._update(finished_at=self.now, lease="", leased_until=None, **fields)

    def _update(self, **fields: object) -> None:
        mine = _rows(type(self.job)).filter(
            pk=self.job.pk, lease=self.job.lease, status=Job.Status.RUNNING
        )
        if not mine.update(**fields):
            message = f"job {self.job.pk} was taken over by another worker"
            raise StaleLease(message)


def take(model: type[JobT], pk: str, now: datetime) -> Lease[JobT] | None:
    """Claim a job; None when it is done, failed, or in the hands of another worker.

    Raises:
        ObjectDoesNotExist: there is none with that key.
    """
    token = str(uuid4())
    claimed = (
        _rows(model)
        .filter(due(now), pk=pk, attempts__lt=MAX_ATTEMPTS)
        .update(
            status=Job.Status.RUNNING,
            lease=token,
            leased_until=now + DURATION,
            attempts=F("attempts") + 1,
        )
    )
    if claimed:
        return Lease(_rows(model).get(pk=pk, lease=token), now)
    _rows(model).only("pk").get(pk=pk)
    return None


def _rows(model: type[JobT]) -> QuerySet[JobT]:
    return model._default_manager.all()  # noqa: SLF001  # Django's documented name
