"""A real call log goes in through an upload and comes out of the lake with its known figures.

The log of a bank's call centre, January 1999 (Technion, A. Mandelbaum).
"""

from io import BytesIO
from typing import Any

import duckdb
import pytest
from celery import current_app
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pyarrow import csv, parquet

from experiments.access import issue_key
from impact import ingest, lake
from impact.models import Batch
from tests.reference import SHARED, needs_reference

pytestmark = [
    pytest.mark.django_db,
    needs_reference,
]
AS_CONTACTS = """
    SELECT concat_ws('-', vru_line, call_id, date, vru_entry) AS contact_id,
        customer_id::VARCHAR AS customer_id,
        date || 'T' || lpad(vru_entry, 8, '0') || '+02:00' AS arrived_at,
        nullif(server, 'NO_SERVER') AS agent_id,
        type AS queue,
        q_time AS wait_seconds,
        ser_time AS talk_seconds,
        outcome = 'HANG' AS abandoned,
        outcome AS disposition,
        priority::VARCHAR AS priority
    FROM calls
"""
FIGURES = """
    SELECT count(*),
        avg(talk_seconds) FILTER (handled),
        stddev_samp(talk_seconds) FILTER (handled),
        median(talk_seconds) FILTER (handled),
        avg((wait_seconds > 0)::INT),
        avg(abandoned::INT) FILTER (wait_seconds > 0),
        count(DISTINCT attributes ->> 'priority')
    FROM (SELECT *, NOT abandoned AND talk_seconds > 0 AS handled FROM contacts)
"""


@pytest.fixture(autouse=True)
def messages_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current_app.conf, "broker_url", "memory://")
    monkeypatch.setattr(current_app.conf, "broker_write_url", "memory://")


@pytest.fixture
def loader() -> Client:
    _, secret = issue_key(name="bank", scopes=["ingest"], now=timezone.now())
    return Client(headers={"X-API-Key": secret})


def call_log(format_: str) -> bytes:
    assert SHARED is not None
    connection = duckdb.connect()
    calls = parquet.read_table(SHARED / "data" / "anonymous_bank_1999_01.parquet")
    connection.register("calls", calls)
    contacts = connection.sql(AS_CONTACTS).to_arrow_table()
    file = BytesIO()
    if format_ == "csv":
        csv.write_csv(contacts, file)
    else:
        parquet.write_table(contacts, file)
    return file.getvalue()


def figures() -> tuple[Any, ...]:
    files = lake.files("contacts", lake.versions()["contacts"])
    connection = duckdb.connect()
    calls = connection.read_parquet(files).filter("disposition <> 'PHANTOM'")
    connection.register("contacts", calls)
    row = connection.execute(FIGURES).fetchone()
    assert row is not None
    return row


@pytest.mark.parametrize("format_", ["csv", "parquet"])
def test_the_banks_figures_come_out_of_the_lake(loader: Client, format_: str) -> None:
    file = SimpleUploadedFile(f"calls.{format_}", call_log(format_))

    response = loader.post("/api/v1/uploads", {"kind": "contacts", "file": file})

    assert response.status_code == 202
    ingest.process(response.json()["batch_id"], timezone.now())
    batch = Batch.objects.get()
    assert (batch.status, batch.rows_accepted, batch.rows_rejected) == ("done", 31_599, 0)
    n, mean, deviation, median, queued, abandoning, priorities = figures()
    assert (n, priorities) == (31_359, 3)
    assert (round(mean, 1), round(deviation, 1), median) == (185.3, 230.2, 114)
    assert (round(100 * queued, 1), round(100 * abandoning, 1)) == (53.1, 18.5)
