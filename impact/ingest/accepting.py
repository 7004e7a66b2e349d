"""Taking a batch in: durable before it is answered, and once however often it is sent."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import transaction

from impact.errors import InvalidBatch, KeyReused
from impact.ingest import inbox
from impact.models import Batch
from impact.records.findings import shown
from impact.records.kinds import COLUMNS, RecordKind
from impact.records.reading import inspect
from impact.wake import wake

FORMATS = ("json", "csv", "parquet")
KEY = re.compile(r"[!-~]{1,100}")
TASK = "impact.ingest_batch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What is said about a batch: `format` is json, csv or parquet, `sender` who brought it."""

    kind: RecordKind
    format: str
    sender: str
    name: str = ""
    idempotency_key: str | None = None


def accept(delivery: Delivery, content: Iterable[bytes], *, now: datetime) -> Batch:
    """Take a batch in and wake a worker; the same batch sent again is the same row.

    A batch is the same when kind, content and idempotency key are. One that failed is tried anew.

    Raises:
        InvalidBatch: the batch as a whole cannot be read: nothing is kept.
        BatchTooLarge: it has more bytes than settings allow.
        KeyReused: the sender used the key for other content before.
    """
    _check(delivery)
    draft = inbox.write(content, limit=byte_limit(delivery.format))
    try:
        _inspect(delivery, draft)
        batch = _batch(delivery, draft, now)
        draft.keep_as(batch.payload)
    finally:
        draft.discard()
    stored = _stored(batch)
    if stored.status == Batch.Status.QUEUED:
        transaction.on_commit(partial(wake, TASK, stored.pk))
    return stored


def _inspect(delivery: Delivery, draft: inbox.Draft) -> None:
    try:
        inspect(draft.path, COLUMNS[delivery.kind], format=delivery.format)
    except InvalidBatch as error:
        raise error.of(shown(delivery.name)) from error


def byte_limit(format_: str) -> int:
    """Return how many bytes a batch may have: JSON is parsed in memory, files are streamed."""
    if format_ == "json":
        return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
    return int(settings.UPLOAD_MAX_BYTES)


def _check(delivery: Delivery) -> None:
    key = delivery.idempotency_key
    if key is not None and not KEY.fullmatch(key):
        rule = "must have 1 to 100 printable ASCII characters without spaces"
        raise InvalidBatch(field="Idempotency-Key", value=shown(key), rule=rule)
    if delivery.format not in FORMATS:
        rule = f"must be one of: {', '.join(FORMATS)}"
        raise InvalidBatch(field="format", value=shown(delivery.format), rule=rule)


def _batch(delivery: Delivery, draft: inbox.Draft, now: datetime) -> Batch:
    key = delivery.idempotency_key and f"{delivery.sender}/{delivery.idempotency_key}"
    identity = f"{delivery.kind}\n{draft.sha256}\n{key or ''}"
    batch_id = hashlib.sha256(identity.encode()).hexdigest()[:32]
    return Batch(
        id=batch_id,
        kind=delivery.kind.value,
        format=delivery.format,
        name=shown(delivery.name),
        payload=f"{batch_id}.{delivery.format}",
        sha256=draft.sha256,
        size=draft.size,
        idempotency_key=key,
        sender=delivery.sender,
        received_at=now,
    )


def _stored(batch: Batch) -> Batch:
    """Store the batch unless it is there; of senders at the same moment, one stores it."""
    Batch.objects.bulk_create([batch], ignore_conflicts=True)
    anew = {"status": Batch.Status.QUEUED, "attempts": 0, "error": "", "leased_until": None}
    Batch.objects.filter(pk=batch.pk, status=Batch.Status.FAILED).update(**anew)
    try:
        return Batch.objects.get(pk=batch.pk)
    except Batch.DoesNotExist:
        inbox.payload(batch.payload).unlink(missing_ok=True)
        message = f"Idempotency-Key = {batch.idempotency_key}: came with other content before"
        raise KeyReused(message) from None
