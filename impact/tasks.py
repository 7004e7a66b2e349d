"""Background work of impact: an id in, one call."""

import logging

from celery import shared_task
from django.utils import timezone

from impact import ingest
from impact.errors import StaleLease
from impact.reports.charts import render_charts
from impact.runs import computing, requests

log = logging.getLogger(__name__)


@shared_task(name="impact.ingest_batch")
def ingest_batch(batch_id: str) -> None:
    """Work off a batch."""
    try:
        ingest.process(batch_id, timezone.now())
    except StaleLease as error:
        log.warning("batch.taken_over batch=%s reason=%s", batch_id, error)


@shared_task(name="impact.compute_run")
def compute_run(run_id: str) -> None:
    """Work off a run."""
    try:
        computing.compute(run_id, now=timezone.now(), render=render_charts)
    except StaleLease as error:
        log.warning("run.taken_over run=%s reason=%s", run_id, error)


@shared_task(name="impact.sweep")
def sweep() -> None:
    """Wake what was left."""
    now = timezone.now()
    ingest.sweep(now)
    requests.sweep(now)
