"""Working off one batch: read, store what was rejected, append to the lake, mark as done."""

from datetime import datetime

import pyarrow as pa
from django.utils import timezone

from impact import lake
from impact.errors import BatchNotFound, InvalidBatch, StaleLease
from impact.ingest import inbox
from impact.lease import Lease, take
from impact.models import Batch, Rejection
from impact.records.findings import RowRejection
from impact.records.kinds import COLUMNS, RecordKind
from impact.records.reading import ReadResult, joined, read_blocks
from impact.records.schema import INSTANT

STORED_AT_ONCE = 5_000
ERROR_LENGTH = 2_000


def process(batch_id: str, now: datetime) -> bool:
    """Work off a batch if nobody else does; return whether this call finished it.

    A batch that cannot be read fails with the reason. After any other error it is tried again
    later, and the error goes on to the caller.

    Raises:
        BatchNotFound: there is none with that id.
        StaleLease: another worker took the batch over; what this one did has no effect of its own.
    """
    lease = _taken(batch_id, now)
    if lease is None:
        return False
    try:
        _ingest(lease)
    except InvalidBatch as error:
        lease.fail(_text(error.of(lease.job.name)))
    except StaleLease:
        raise
    except Exception as error:
        lease.retry_later(f"{type(error).__name__}: {_text(error)}")
        raise
    return True


def _taken(batch_id: str, now: datetime) -> Lease[Batch] | None:
    try:
        return take(Batch, batch_id, now)
    except Batch.DoesNotExist:
        message = f"batch {batch_id} does not exist"
        raise BatchNotFound(message) from None


def _ingest(lease: Lease[Batch]) -> None:
    batch = lease.job
    result = _read(lease)
    for start in range(0, len(result.rejections), STORED_AT_ONCE):
        lease.renew()
        _store(batch, result.rejections[start : start + STORED_AT_ONCE])
    lease.renew()
    lake.append(batch.kind, _with_origin(batch, result.table), batch_id=batch.pk)
    lease.finish(
        rows_read=result.rows_read,
        rows_accepted=result.table.num_rows,
        rows_rejected=result.rows_read - result.table.num_rows,
    )


def _read(lease: Lease[Batch]) -> ReadResult:
    """Read as of the moment of receipt, so that a second attempt judges every row alike."""
    batch = lease.job
    columns = COLUMNS[RecordKind(batch.kind)]
    blocks = []
    for block in read_blocks(
        inbox.payload(batch.payload),
        columns,
        format=batch.format,
        zone=timezone.get_default_timezone(),
        now=batch.received_at,
    ):
        blocks.append(block)
        lease.renew()
    return joined(blocks, columns)


def _store(batch: Batch, rejections: list[RowRejection]) -> None:
    rows = [
        Rejection(batch=batch, row_number=r.row_number, field=r.field, value=r.value, rule=r.rule)
        for r in rejections
    ]
    Rejection.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)


def _with_origin(batch: Batch, table: pa.Table) -> pa.Table:
    origin = [
        pa.repeat(pa.scalar(batch.pk, pa.string()), table.num_rows),
        pa.repeat(pa.scalar(batch.received_at, INSTANT), table.num_rows),
    ]
    return pa.table([*table.columns, *origin], schema=lake.schema(batch.kind))


def _text(error: Exception) -> str:
    return str(error).replace("\x00", "")[:ERROR_LENGTH]
