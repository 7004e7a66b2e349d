"""Ask for a run and find runs: all that the web needs, with no engine behind it."""

from datetime import datetime, timedelta
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from experiments.plan.canonical import plan_sha256
from experiments.plan.reading import read_plan
from experiments.registry import analysable
from impact.errors import RunNotFound
from impact.lease import due, give_up_exhausted
from impact.models import Run
from impact.wake import wake

TASK = "impact.compute_run"
FRESH = timedelta(seconds=2)  # its own message is still on the way
AT_ONCE = 20


def request(
    experiment_key: str,
    *,
    as_of: datetime,
    requested_by: AbstractBaseUser | None,
    now: datetime,
) -> Run:
    """Queue an analysis of what was known at `as_of` and wake a worker for it.

    Raises:
        ExperimentNotFound: no experiment with a locked plan has that key.
    """
    experiment = analysable(experiment_key)
    run = Run(
        id=f"r-{uuid4().hex}",
        experiment=experiment.key,
        experiment_version=experiment.version,
        requested_by_id=requested_by.pk if requested_by else None,
        requested_at=now,
        as_of=as_of,
        plan_source=experiment.plan_source,
        plan_sha256=plan_sha256(read_plan(experiment.plan_source)),
    )
    run.save(force_insert=True)
    transaction.on_commit(lambda: wake(TASK, run.id))
    return run


def get(run_id: str) -> Run:
    """Return the run with that id.

    Raises:
        RunNotFound: there is none.
    """
    try:
        return Run.objects.get(pk=run_id)
    except Run.DoesNotExist:
        message = f"run = {run_id}: no run has this id"
        raise RunNotFound(message) from None


def finished(run_id: str) -> Run:
    """Return the run with that id once it is done.

    Raises:
        RunNotFound: there is none, or it has no report yet.
    """
    run = get(run_id)
    if run.status != Run.Status.DONE:
        message = f"run = {run_id}: has no report, it is {run.status}"
        raise RunNotFound(message)
    return run


def latest_done(experiment_key: str) -> Run | None:
    """Return the experiment's newest finished run, if it has one."""
    done = Run.objects.filter(experiment=experiment_key, status=Run.Status.DONE)
    return done.order_by("-as_of", "-requested_at").first()


def sweep(now: datetime) -> int:
    """Wake workers for runs that nobody works on; return for how many."""
    give_up_exhausted(Run, now)
    waiting = Run.objects.filter(due(now), requested_at__lte=now - FRESH)
    woken = 0
    for run_id in waiting.order_by("requested_at").values_list("pk", flat=True)[:AT_ONCE]:
        if not wake(TASK, run_id):
            break
        woken += 1
    return woken
