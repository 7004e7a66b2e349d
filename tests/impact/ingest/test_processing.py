"""A worker reads a batch, keeps what it rejects and appends the rest to the lake, once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from pytest_django import Settings

from impact import ingest, lake
from impact.errors import BatchNotFound, StaleLease
from impact.ingest import inbox
from impact.lease import DURATION, LOST, MAX_ATTEMPTS, take
from impact.models import Batch, Rejection

pytestmark = pytest.mark.django_db
Send = Callable[..., Batch]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def rows(columns: str = "*") -> list[tuple[object, ...]]:
    files = lake.files("contacts", lake.versions()["contacts"])
    query = f"SELECT {columns} FROM read_parquet({files}) ORDER BY row_number"  # noqa: S608
    return duckdb.connect().execute(query).fetchall()


def test_good_rows_reach_the_lake_with_their_origin(send: Send) -> None:
    batch = send()

    assert ingest.process(batch.pk, NOW)

    found = rows("contact_id, arrived_at AT TIME ZONE 'UTC', attributes, batch_id, row_number")
    assert found == [
        ("0012", datetime(2026, 11, 21, 10), '{"segment":"gold"}', batch.pk, 1),  # noqa: DTZ001
        ("0014", datetime(2026, 11, 21), "{}", batch.pk, 3),  # noqa: DTZ001
    ]


def test_the_row_of_the_batch_counts_what_happened(send: Send) -> None:
    batch = send()

    ingest.process(batch.pk, NOW)

    batch.refresh_from_db()
    assert (batch.status, batch.attempts, batch.error) == ("done", 1, "")
    assert (batch.rows_read, batch.rows_accepted, batch.rows_rejected) == (3, 2, 1)
    assert batch.finished_at is not None
    assert batch.finished_at >= NOW


def test_rejected_rows_are_kept_with_their_reason(send: Send) -> None:
    ingest.process(send().pk, NOW)

    (rejection,) = Rejection.objects.all()
    assert (rejection.row_number, rejection.field) == (2, "arrived_at")
    assert rejection.value == "2026-11-21T10:00:00"
    assert rejection.rule == "must carry an offset from UTC, such as Z or +01:00"


def test_the_future_is_judged_from_the_moment_of_receipt(send: Send) -> None:
    batch = send(b"contact_id,customer_id,arrived_at\nc1,k1,2026-11-23\n")

    ingest.process(batch.pk, NOW + timedelta(days=7))

    assert Rejection.objects.get().rule == "must not lie in the future"


def test_a_batch_without_a_good_row_is_done_too(send: Send) -> None:
    batch = send(b"contact_id,customer_id,arrived_at\n")

    ingest.process(batch.pk, NOW)

    assert lake.files("contacts", lake.versions()["contacts"]) == []


def test_a_batch_in_the_hands_of_a_worker_is_left_alone(send: Send) -> None:
    batch = send()
    take(Batch, batch.pk, NOW)

    assert not ingest.process(batch.pk, NOW + DURATION / 2)


def test_a_batch_whose_worker_was_lost_is_taken_over(send: Send) -> None:
    batch = send()
    lost = take(Batch, batch.pk, NOW)
    assert lost is not None

    assert ingest.process(batch.pk, NOW + DURATION)

    with pytest.raises(StaleLease):
        lost.finish(rows_read=0, rows_accepted=0)
    batch.refresh_from_db()
    assert (batch.status, batch.rows_accepted) == ("done", 2)


def test_a_file_damaged_inside_fails_with_its_reason(send: Send) -> None:
    batch = send()
    inbox.payload(batch.payload).write_bytes(b"")

    assert ingest.process(batch.pk, NOW)

    batch.refresh_from_db()
    assert (batch.status, batch.error) == (
        "failed",
        "file = contacts.csv: is empty: not even a header",
    )


def test_an_error_is_recorded_goes_on_and_is_tried_again_later(send: Send) -> None:
    batch = send()
    inbox.payload(batch.payload).rename(inbox.payload("elsewhere"))

    with pytest.raises(FileNotFoundError):
        ingest.process(batch.pk, NOW)

    batch.refresh_from_db()
    assert batch.status == "queued"
    assert batch.error.startswith("FileNotFoundError")
    assert not ingest.process(batch.pk, NOW + timedelta(seconds=1))
    inbox.payload("elsewhere").rename(inbox.payload(batch.payload))
    assert ingest.process(batch.pk, NOW + timedelta(minutes=1))
    batch.refresh_from_db()
    assert (batch.status, batch.error) == ("done", "")


def test_a_poisonous_batch_is_given_up_with_its_last_error(send: Send) -> None:
    batch = send()
    inbox.payload(batch.payload).unlink()

    for hour in range(MAX_ATTEMPTS):
        with pytest.raises(FileNotFoundError):
            ingest.process(batch.pk, NOW + timedelta(hours=hour))

    batch.refresh_from_db()
    assert (batch.status, batch.attempts) == ("failed", MAX_ATTEMPTS)
    assert batch.error.startswith("FileNotFoundError")


def test_a_batch_that_kills_its_workers_is_given_up(send: Send) -> None:
    batch = send()
    for hour in range(MAX_ATTEMPTS):
        assert take(Batch, batch.pk, NOW + timedelta(hours=hour))

    ingest.sweep(NOW + timedelta(hours=MAX_ATTEMPTS))

    batch.refresh_from_db()
    assert (batch.status, batch.error) == ("failed", LOST)


def test_an_unknown_batch_is_named() -> None:
    with pytest.raises(BatchNotFound, match="nowhere"):
        ingest.process("nowhere", NOW)


def test_the_sweep_wakes_workers_for_what_was_left(send: Send) -> None:
    send()
    taken = send(b"contact_id,customer_id,arrived_at\n")
    take(Batch, taken.pk, NOW)

    assert ingest.sweep(NOW) == 0
    assert ingest.sweep(NOW + timedelta(seconds=5)) == 1
    assert ingest.sweep(NOW + DURATION) == 2


def test_dates_without_a_time_are_midnights_of_the_configured_zone(
    send: Send, settings: Settings
) -> None:
    settings.TIME_ZONE = "America/New_York"
    ingest.process(send().pk, NOW)

    assert rows("epoch_us(arrived_at)")[1] == (
        int(datetime(2026, 11, 21, 5, tzinfo=UTC).timestamp() * 1e6),
    )


def test_the_inbox_can_lie_anywhere(send: Send, settings: Settings, tmp_path: Path) -> None:
    settings.INBOX_DIR = tmp_path

    assert (tmp_path / send().payload).exists()
