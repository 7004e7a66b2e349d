"""The fact tables: Delta Lake tables, appended exactly once, read at a pinned version."""

from collections.abc import Iterable
from datetime import timedelta

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError
from django.conf import settings

from impact.records.kinds import COLUMNS, RecordKind
from impact.records.schema import INSTANT, canonical_schema

# Versions stay readable so long: set when a table is made, because a checkpoint with a shorter
# retention already made old versions unreadable.
RETENTION = timedelta(days=3650)
CONFIGURATION = {
    "delta.logRetentionDuration": f"interval {RETENTION.days} days",
    "delta.deletedFileRetentionDuration": f"interval {RETENTION.days} days",
}
COMMIT_ATTEMPTS = 20
TABLES = tuple(kind.value for kind in RecordKind)


def schema(kind: str) -> pa.Schema:
    """Return the columns of the table `kind`: the canonical ones and where each row came from."""
    origin = [pa.field("batch_id", pa.string()), pa.field("received_at", INSTANT)]
    return pa.schema([*canonical_schema(COLUMNS[RecordKind(kind)]), *origin])


def append(kind: str, table: pa.Table, *, batch_id: str) -> int:
    """Append the rows of a batch, once however often this is called; return the version.

    The application transaction alone would append again: the check and the write go through the
    same handle, so that a commit of somebody else in between is a conflict and asks again.
    """
    transaction = CommitProperties(app_transactions=[Transaction(batch_id, 1)])
    for _ in range(COMMIT_ATTEMPTS):
        handle = _opened(kind, schema(kind))
        if handle.transaction_version(batch_id) is not None:
            return handle.version()
        try:
            write_deltalake(handle, table, mode="append", commit_properties=transaction)
        except CommitFailedError:
            continue
        return handle.version()
    raise CommitFailedError(f"{kind}: {COMMIT_ATTEMPTS} commits in a row met another writer")


def replace(name: str, table: pa.Table) -> int:
    """Make `table` the whole content of the table `name`; return the version that holds it."""
    for _ in range(COMMIT_ATTEMPTS):
        handle = _opened(name, table.schema)
        try:
            write_deltalake(handle, table, mode="overwrite", schema_mode="overwrite")
        except CommitFailedError:
            continue
        return handle.version()
    raise CommitFailedError(f"{name}: {COMMIT_ATTEMPTS} commits in a row met another writer")


def versions(names: Iterable[str] = TABLES) -> dict[str, int]:
    """Return the newest version of each table of `names` that exists."""
    return {
        name: DeltaTable(_address(name)).version()
        for name in names
        if DeltaTable.is_deltatable(_address(name))
    }


def files(name: str, version: int) -> list[str]:
    """Return the addresses of the Parquet files of a version; none when it has no rows."""
    return DeltaTable(_address(name), version=version).file_uris()


def _address(name: str) -> str:
    return f"{str(settings.LAKE_URL).rstrip('/')}/{name}"


def _opened(name: str, table_schema: pa.Schema) -> DeltaTable:
    address = _address(name)
    if not DeltaTable.is_deltatable(address):
        try:
            DeltaTable.create(
                address, schema=table_schema, mode="ignore", configuration=CONFIGURATION
            )
        except DeltaError:
            if not DeltaTable.is_deltatable(address):  # else another process was faster
                raise
    return DeltaTable(address)
