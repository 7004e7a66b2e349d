"""A batch is durable before it is answered, and sending it again changes nothing."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from impact import ingest
from impact.errors import BatchTooLarge, InvalidBatch, KeyReused
from impact.lease import MAX_ATTEMPTS
from impact.models import Batch
from impact.records.kinds import RecordKind

pytestmark = pytest.mark.django_db
Send = Callable[..., Batch]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CONTENT = b"contact_id,customer_id,arrived_at\n0012,k1,2026-11-21T10:00:00Z\n"


def in_inbox(settings: Settings) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(settings.INBOX_DIR).iterdir()}


def test_the_payload_lies_in_the_inbox_when_the_row_is_there(
    send: Send, settings: Settings
) -> None:
    batch = send(CONTENT)

    assert in_inbox(settings) == {batch.payload: CONTENT}
    assert (batch.status, batch.size, batch.received_at) == ("queued", len(CONTENT), NOW)


def test_a_batch_sent_again_is_the_same_row(send: Send, settings: Settings) -> None:
    first, second = send(), send()

    assert first.pk == second.pk
    assert Batch.objects.count() == 1
    assert len(in_inbox(settings)) == 1


def test_a_batch_sent_again_after_it_was_done_stays_done(send: Send) -> None:
    batch = send()
    ingest.process(batch.pk, NOW)

    assert send().status == "done"
    assert not ingest.process(batch.pk, NOW)


def test_the_same_content_of_another_kind_or_key_is_another_batch(send: Send) -> None:
    body = b"[]"
    batches = [
        send(body, RecordKind.CHURN, "json"),
        send(body, RecordKind.SURVEYS, "json"),
        send(body, RecordKind.CHURN, "json", key="a"),
        send(body, RecordKind.CHURN, "json", key="a", sender="key:other"),
    ]

    assert len({batch.pk for batch in batches}) == 4


def test_a_key_used_again_for_other_content_is_refused(send: Send, settings: Settings) -> None:
    batch = send(CONTENT, key="monday")

    with pytest.raises(KeyReused, match="monday"):
        send(CONTENT + b"0015,k2,2026-11-21,\n", key="monday")

    assert send(CONTENT, key="monday").pk == batch.pk
    assert in_inbox(settings) == {batch.payload: CONTENT}


@pytest.mark.parametrize("key", ["", "a b", "ü", "x" * 101, "a\x00"])
def test_a_key_that_is_none_is_named(send: Send, key: str) -> None:
    with pytest.raises(InvalidBatch) as refusal:
        send(key=key)

    assert refusal.value.field == "Idempotency-Key"


def test_what_cannot_be_read_as_a_whole_leaves_nothing_behind(
    send: Send, settings: Settings
) -> None:
    with pytest.raises(InvalidBatch):
        send(b"contact_id\nc1\n")

    assert in_inbox(settings) == {}
    assert not Batch.objects.exists()


def test_too_many_bytes_are_refused_while_they_arrive(send: Send, settings: Settings) -> None:
    settings.UPLOAD_MAX_BYTES = 100

    with pytest.raises(BatchTooLarge, match="at most 100 bytes"):
        send()

    assert in_inbox(settings) == {}


def test_a_failed_batch_sent_again_is_tried_again(send: Send) -> None:
    batch = send()
    Batch.objects.update(status="failed", attempts=MAX_ATTEMPTS, error="disk full")

    assert send().status == "queued"
    assert ingest.process(batch.pk, NOW)


def test_a_worker_is_woken_only_after_the_commit(
    send: Send, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        send()

    assert len(callbacks) == 1
