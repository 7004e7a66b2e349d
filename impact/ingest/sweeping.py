"""Finding batches whose message was lost, or whose worker was."""

from datetime import datetime, timedelta

from impact.ingest.accepting import TASK
from impact.lease import due, give_up_exhausted
from impact.models import Batch
from impact.wake import wake

FRESH = timedelta(seconds=2)  # its own message is still on the way
AT_ONCE = 100  # a long queue is woken piece by piece, lest messages pile up


def sweep(now: datetime) -> int:
    """Wake workers for batches that are due; return for how many."""
    give_up_exhausted(Batch, now)
    waiting = Batch.objects.filter(due(now), received_at__lte=now - FRESH)
    oldest = waiting.order_by("received_at", "id").values_list("pk", flat=True)[:AT_ONCE]
    woken = 0
    for batch_id in oldest:
        if not wake(TASK, batch_id):
            break
        woken += 1
    return woken
