"""What befalls batches and their workers, told by the process that sends the batches.

A test runs it in an installation of its own. Workers are processes as in production; the first is
killed in the middle of a batch, then all messages are lost, and two workers clear up together.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen
from typing import Any
from uuid import uuid4

from celery import current_app
from deltalake import DeltaTable
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from impact import ingest
from impact.models import Batch
from impact.records.kinds import RecordKind
from tests.processes import PATIENCE, kill_session, process

BIG = 100_000  # rows: work for a second or two
NAME = "story.json"


def tell() -> None:
    """Write the whole story into a file of the installation."""
    call_command("migrate", verbosity=0)
    told: dict[str, Any] = {}
    with worker() as first:
        _outcome(_send("warm", 1))
        start = time.monotonic()
        told["prompt"] = _outcome(_send("prompt", 2))
        told["seconds"] = time.monotonic() - start
        big = _send("big", BIG)
        _wait(big, lambda: big.status == "running")
        kill_session(first)
    big.refresh_from_db()
    told["killed"] = big.status
    _let_the_lease_end(big)
    forgotten = _send("forgotten", 3)
    told["lost_messages"] = current_app.control.purge()
    with worker("--beat") as one, worker() as other:
        told["forgotten"], told["big"] = _outcome(forgotten), _outcome(big)
        told["living"] = [one.poll() is None, other.poll() is None]
    told["rows"] = _rows_in_the_lake()
    Path(os.environ["EQUIPOISE_VAR"], NAME).write_text(json.dumps(told))


@contextmanager
def worker(*more: str) -> Iterator[Popen[bytes]]:
    """Run a worker; without `--beat` nothing but messages tells it what to do."""
    options = ["--pool", "solo", "--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
    celery = ["-m", "celery", "-A", "config.celery:application", "--quiet"]
    output = Path(os.environ["EQUIPOISE_VAR"], f"worker-{uuid4().hex}.txt")
    words = [*celery, "worker", *options, *more]
    with process(*words, environment=dict(os.environ), output=output) as started:
        yield started


def _send(name: str, rows: int) -> Batch:
    lines = (f"{name}-{number},k{number % 97},2026-01-31\n" for number in range(rows))
    content = "contact_id,customer_id,arrived_at\n" + "".join(lines)
    delivery = ingest.Delivery(kind=RecordKind.CONTACTS, format="csv", sender="a test")
    return ingest.accept(delivery, [content.encode()], now=timezone.now())


def _outcome(batch: Batch) -> list[object]:
    _wait(batch, lambda: batch.status in ("done", "failed"))
    return [batch.status, batch.rows_accepted, batch.attempts]


def _wait(batch: Batch, is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > deadline:
            message = f"batch is still {batch.status} after {PATIENCE} s"
            raise TimeoutError(message)
        time.sleep(0.01)
        batch.refresh_from_db()


def _let_the_lease_end(batch: Batch) -> None:
    """Let the two minutes pass in which a worker that is only slow keeps its batch."""
    Batch.objects.filter(pk=batch.pk).update(leased_until=timezone.now())
    connection.close()


def _rows_in_the_lake() -> list[int]:
    """Return how many rows there are and how many different ones."""
    table = DeltaTable(f"{os.environ['EQUIPOISE_VAR']}/lake/contacts").to_pyarrow_table()
    return [table.num_rows, len(table["contact_id"].unique())]
