"""Writing the log: durable when the call returns, and the first row of a contact stays.

One statement, `INSERT ... ON CONFLICT DO NOTHING`, holds under any number of writers; what it
left out is read back.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import reduce
from itertools import islice
from operator import or_

import msgspec
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Q

from experiments.exposures.rows import ExposureRow
from experiments.models import Exposure

Cell = str | int | datetime | None
COLUMNS = ExposureRow._fields
TABLE = Exposure._meta.db_table  # noqa: SLF001  # Django's documented way to a name
NAMES = ", ".join(f'"{name}"' for name in COLUMNS)
PLACES = f"({', '.join(['%s'] * len(COLUMNS))})"
COPIED = "copied_exposures"
ROWS_PER_STATEMENT = 500
ROWS_PER_TRANSACTION = 20_000


def record(rows: Sequence[ExposureRow]) -> list[ExposureRow]:
    """Return each row as it is stored: the given one, or the one that was there before it."""
    first = {row.identity: row for row in reversed(rows)}
    stored: dict[tuple[str, str, str], ExposureRow] = {}
    for chunk in _chunks(sorted(first.values(), key=_identity), ROWS_PER_STATEMENT):
        new = set(_insert(chunk))
        stored.update((row.identity, row) for row in chunk if row.assignment_id in new)
        left = [row.identity for row in chunk if row.assignment_id not in new]
        stored.update((row.identity, row) for row in _read(left))
    return [stored[row.identity] for row in rows]


def record_many(rows: Iterable[ExposureRow], *, at_once: int = ROWS_PER_TRANSACTION) -> int:
    """Write a whole history, `at_once` rows in a transaction; return how many were new.

    Again writes none.
    """
    return sum(_insert_all(chunk) for chunk in _chunks(rows, at_once))


def _insert(rows: Sequence[ExposureRow]) -> list[str]:
    """Insert the rows and return the ids of those that are new."""
    as_one = connection.vendor == "postgresql"
    source, values = _document(rows) if as_one else _places(rows)
    statement = (
        f"INSERT INTO {TABLE} ({NAMES}) {source} "  # names are ours
        "ON CONFLICT DO NOTHING RETURNING assignment_id"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [identifier for (identifier,) in cursor.fetchall()]


def _document(rows: Sequence[ExposureRow]) -> tuple[str, list[Cell]]:
    """Return the rows as one JSON value: binding a value each takes five times as long."""
    source = f"SELECT {NAMES} FROM jsonb_populate_recordset(NULL::{TABLE}, %s::jsonb)"  # noqa: S608  # names are ours
    return source, [msgspec.json.encode([row._asdict() for row in rows]).decode()]


def _places(rows: Sequence[ExposureRow]) -> tuple[str, list[Cell]]:
    """Return the rows a value each."""
    places = ", ".join([PLACES] * len(rows))
    return f"VALUES {places}", [value for row in rows for value in _values(row)]


def _insert_all(rows: Sequence[ExposureRow]) -> int:
    insert = _copy_all if connection.vendor == "postgresql" else _execute_all
    with transaction.atomic(), connection.cursor() as cursor:
        return insert(cursor, rows)


def _execute_all(cursor: CursorWrapper, rows: Sequence[ExposureRow]) -> int:
    statement = f"INSERT INTO {TABLE} ({NAMES}) VALUES {PLACES} ON CONFLICT DO NOTHING"  # noqa: S608  # names are ours
    cursor.executemany(statement, [_values(row) for row in rows])
    return int(cursor.rowcount)


def _copy_all(cursor: CursorWrapper, rows: Sequence[ExposureRow]) -> int:
    """Copy the rows beside the log and insert them from there: PostgreSQL's fastest way in."""
    empty = f"SELECT {NAMES} FROM {TABLE} WITH NO DATA"  # noqa: S608  # names are ours
    cursor.execute(f"CREATE TEMPORARY TABLE {COPIED} ON COMMIT DROP AS {empty}")
    with cursor.copy(f"COPY {COPIED} ({NAMES}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(_values(row))
    cursor.execute(
        f"INSERT INTO {TABLE} ({NAMES}) SELECT {NAMES} FROM {COPIED} ON CONFLICT DO NOTHING"  # noqa: S608  # names are ours
    )
    inserted = int(cursor.rowcount)
    cursor.execute(f"DROP TABLE {COPIED}")
    return inserted


def _read(identities: Sequence[tuple[str, str, str]]) -> Iterable[ExposureRow]:
    if not identities:
        return []
    asked = reduce(or_, (_where(*identity) for identity in identities))
    return map(ExposureRow._make, Exposure.objects.filter(asked).values_list(*COLUMNS))


def _where(experiment: str, kind: str, identifier: str) -> Q:
    if kind == "contact":
        return Q(experiment=experiment, contact_id=identifier)
    return Q(experiment=experiment, contact_id=None, unit_id=identifier)


def _values(row: ExposureRow) -> list[Cell]:
    adapt = connection.ops.adapt_datetimefield_value
    attributes = msgspec.json.encode(row.attributes, order="sorted").decode()
    times = adapt(row.assigned_at), row.exposed_at and adapt(row.exposed_at)
    return [*row[:-4], attributes, *times, row.router]


def _identity(row: ExposureRow) -> tuple[str, str, str]:
    return row.identity


def _chunks(rows: Iterable[ExposureRow], size: int) -> Iterable[list[ExposureRow]]:
    remaining = iter(rows)
    while chunk := list(islice(remaining, size)):
        yield chunk
