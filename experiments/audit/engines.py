"""Where the hash is computed: by PostgreSQL on its own table, or by DuckDB on rows lent to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from django.db import connection
from django.db.models import Count

from experiments.assignment.sql import Dialect
from experiments.audit.queries import COLUMNS, MOST_LISTED, Difference, counted_sql, listed_sql
from experiments.models import Exposure

ROWS_AT_ONCE = 50_000
TABLE = Exposure._meta.db_table  # noqa: SLF001  # Django's documented way to a name


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How many differences there are, and the first of them."""

    number: int
    listed: tuple[Difference, ...]


class Engine(Protocol):
    """What recomputes a log."""

    dialect: Dialect

    def versions(self, experiment: str) -> Mapping[int, int]:
        """Return how many rows the log has of each version."""

    def differences(self, experiment: str, statement: str) -> Found:
        """Return what the statement finds in the rows, which it calls `log`."""


def engine() -> Engine:
    """Return the engine of this database."""
    return _PostgreSql() if connection.vendor == "postgresql" else _DuckDb()


class _Counting:
    def versions(self, experiment: str) -> Mapping[int, int]:
        rows = Exposure.objects.filter(experiment=experiment).values_list("version")
        return dict(rows.annotate(number=Count("id")).order_by("version"))


class _PostgreSql(_Counting):
    dialect = Dialect.POSTGRESQL

    def differences(self, experiment: str, statement: str) -> Found:
        names = ", ".join(COLUMNS)
        log = f"WITH log AS (SELECT {names} FROM {TABLE} WHERE experiment = %s)"  # noqa: S608  # names are ours
        with connection.cursor() as cursor:
            cursor.execute(f"{log} {counted_sql(_escaped(statement))}", [experiment])
            ((number,),) = cursor.fetchall()
            if not number:
                return Found(number=0, listed=())
            cursor.execute(f"{log} {listed_sql(_escaped(statement))}", [experiment])
            listed = tuple(map(Difference._make, cursor.fetchall()))
        return Found(number=number, listed=listed)


class _DuckDb(_Counting):
    dialect = Dialect.DUCKDB

    def differences(self, experiment: str, statement: str) -> Found:
        import duckdb  # noqa: PLC0415  # web processes must not pay for it at their start

        number, listed = 0, list[Difference]()
        with duckdb.connect() as memory:
            for log in _batches(experiment):
                memory.register("log", log)
                ((found,),) = memory.execute(counted_sql(statement)).fetchall()
                if found:
                    rows = memory.execute(listed_sql(statement)).fetchall()
                    listed = sorted([*listed, *map(Difference._make, rows)])[:MOST_LISTED]
                number += found
                memory.unregister("log")
        return Found(number=number, listed=tuple(listed))


def _batches(experiment: str) -> Iterator[Any]:
    """Yield the log as Arrow tables that fit into memory."""
    import pyarrow as pa  # noqa: PLC0415  # web processes must not pay for it at their start

    rows = Exposure.objects.filter(experiment=experiment).values_list(*COLUMNS)
    remaining = rows.iterator(ROWS_AT_ONCE)
    types = (pa.string(), pa.string(), pa.int64(), pa.int64(), pa.string(), pa.bool_(), pa.string())
    while chunk := list(islice(remaining, ROWS_AT_ONCE)):
        columns = zip(*chunk, strict=True)
        arrays = [pa.array(each, type_) for each, type_ in zip(columns, types, strict=True)]
        yield pa.table(arrays, names=list(COLUMNS))


def _escaped(statement: str) -> str:
    """Double the signs that the database driver would take for parameters."""
    return statement.replace("%", "%%")
