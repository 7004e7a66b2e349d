"""Workers that die and workers that race: every row reaches the lake once.

Each worker is a process of its own, on a database and a lake that they share.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.processes import PROJECT, Environment, installation

SET_UP = """
import json, os, signal, sys
from datetime import UTC, datetime, timedelta
import django
django.setup()
from deltalake import DeltaTable
from django.core.management import call_command
from impact import ingest, lake
from impact.errors import StaleLease
from impact.ingest import processing
from impact.models import Batch, Rejection
from impact.records.kinds import RecordKind
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
"""
ACCEPT = """
call_command("migrate", verbosity=0)
for number in range(int(sys.argv[1])):
    rows = b"%d,k1,2026-01-31\\n%d,k1,nonsense\\n" % (number, number)
    content = b"contact_id,customer_id,arrived_at\\n" + rows
    delivery = ingest.Delivery(kind=RecordKind.CONTACTS, format="csv", sender="test")
    ingest.accept(delivery, [content], now=NOW)
"""
DIE_BETWEEN_THE_COMMITS = """
append = lake.append

def append_and_die(*arguments, **named):
    append(*arguments, **named)
    os.kill(os.getpid(), signal.SIGKILL)

processing.lake.append = append_and_die
ingest.process(Batch.objects.get().pk, NOW)
"""
WORK_OFF = """
later = NOW + timedelta(minutes=int(sys.argv[1]))
for batch in Batch.objects.order_by("id"):
    try:
        ingest.process(batch.pk, later)
    except StaleLease:
        pass
"""
TELL = """
batches = list(Batch.objects.values("status", "attempts", "rows_read", "rows_accepted"))
table = DeltaTable(lake.settings.LAKE_URL + "/contacts").to_pyarrow_table()
rows = sorted(table["contact_id"].to_pylist())
print(json.dumps({"batches": batches, "rows": rows, "rejections": Rejection.objects.count()}))
"""


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[Environment]:
    with installation(tmp_path, BROKER_URL="memory://") as own:
        yield own


def start(script: str, *arguments: object, environment: Environment) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SET_UP + script, *map(str, arguments)]
    return subprocess.Popen(  # noqa: S603  # our own script
        command, cwd=PROJECT, env=environment, text=True, stdout=subprocess.PIPE
    )


def run(script: str, *arguments: object, environment: Environment) -> tuple[int, str]:
    with start(script, *arguments, environment=environment) as process:
        output, _ = process.communicate(timeout=120)
    return process.returncode, output


def told(environment: Environment) -> Any:  # noqa: ANN401  # a JSON document
    return json.loads(run(TELL, environment=environment)[1])


def test_a_worker_killed_between_the_two_commits_appends_nothing_twice(
    environment: Environment,
) -> None:
    run(ACCEPT, 1, environment=environment)

    code, _ = run(DIE_BETWEEN_THE_COMMITS, environment=environment)

    assert code == -signal.SIGKILL
    left = told(environment)
    assert (left["rows"], left["batches"][0]["status"]) == (["0"], "running")
    run(WORK_OFF, 3, environment=environment)
    done = told(environment)
    assert done["rows"] == ["0"]
    assert done["rejections"] == 1
    assert done["batches"] == [
        {"status": "done", "attempts": 2, "rows_read": 2, "rows_accepted": 1}
    ]


def test_workers_that_race_for_the_same_batches_append_each_row_once(
    environment: Environment,
) -> None:
    run(ACCEPT, 8, environment=environment)

    # The later each clock runs, the sooner it holds the leases of the others to have ended.
    with (
        start(WORK_OFF, 0, environment=environment) as early,
        start(WORK_OFF, 5, environment=environment) as late,
    ):
        assert (early.wait(timeout=120), late.wait(timeout=120)) == (0, 0)

    done = told(environment)
    assert done["rows"] == sorted(str(number) for number in range(8))
    assert done["rejections"] == 8
    assert {batch["status"] for batch in done["batches"]} == {"done"}
