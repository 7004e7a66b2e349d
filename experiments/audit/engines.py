"""Where the hash is computed: by PostgreSQL on its own table, or by DuckDB on rows lent to it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from django.db import connection
from django.db.models import Count, F, TextField
from django.db.models.functions import Cast

from experiments.assignment.sql import Dialect
from experiments.audit.queries import (
    ATTRIBUTES,
    MOST_LISTED,
    Difference,
    Statements,
    Unknown,
    counted_sql,
    listed_sql,
    summed_sql,
)
from experiments.models import Exposure

ROWS_AT_ONCE = 50_000
TABLE = Exposure._meta.db_table  # noqa: SLF001  # Django's documented way to a name


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How many differences there are, the first of them, and how many rows no salt tells of."""

    number: int
    listed: tuple[Difference, ...]
    unknown: Mapping[Unknown, int]


class Engine(Protocol):
    """What recomputes a log."""

    dialect: Dialect

    def versions(self, experiment: str) -> Mapping[int, int]:
        """Return how many rows the log has of each version."""

    def ask(self, experiment: str, asked: Statements) -> Found:
        """Return what the statements find in the rows, which they call `log`."""


def engine() -> Engine:
    """Return the engine of this database."""
    return _PostgreSql() if connection.vendor == "postgresql" else _DuckDb()


class _Counting:
    def versions(self, experiment: str) -> Mapping[int, int]:
        rows = Exposure.objects.filter(experiment=experiment).values_list("version")
        return dict(rows.annotate(number=Count("id")).order_by("version"))


class _PostgreSql(_Counting):
    dialect = Dialect.POSTGRESQL

    def ask(self, experiment: str, asked: Statements) -> Found:
        names = ", ".join(asked.columns)
        log = f"WITH log AS (SELECT {names} FROM {TABLE} WHERE experiment = %s)"  # noqa: S608  # names are ours

        def rows(statement: str) -> list[Any]:
            cursor.execute(f"{log} {_escaped(statement)}", [experiment])
            return list(cursor.fetchall())

        with connection.cursor() as cursor:
            ((number,),) = rows(counted_sql(asked.differences))
            listed = rows(listed_sql(asked.differences)) if number else ()
            unknown = {Unknown(reason): count for reason, count in rows(summed_sql(asked.unknown))}
        return Found(number=number, listed=tuple(map(Difference._make, listed)), unknown=unknown)


class _DuckDb(_Counting):
    dialect = Dialect.DUCKDB

    def ask(self, experiment: str, asked: Statements) -> Found:
        import duckdb  # noqa: PLC0415  # web processes must not pay for it at their start

        number, listed, unknown = 0, list[Difference](), Counter[Unknown]()
        with duckdb.connect() as memory:
            for log in _batches(experiment, asked.columns):
                memory.register("log", log)
                ((found,),) = memory.execute(counted_sql(asked.differences)).fetchall()
                if found:
                    rows = memory.execute(listed_sql(asked.differences)).fetchall()
                    listed = sorted([*listed, *map(Difference._make, rows)])[:MOST_LISTED]
                number += found
                summed = memory.execute(summed_sql(asked.unknown)).fetchall()
                unknown.update({Unknown(reason): int(count) for reason, count in summed})
                memory.unregister("log")
        return Found(number=number, listed=tuple(listed), unknown=unknown)


def _batches(experiment: str, names: Sequence[str]) -> Iterator[Any]:
    """Yield the log as Arrow tables that fit into memory; attributes as their JSON."""
    import pyarrow as pa  # noqa: PLC0415  # web processes must not pay for it at their start

    types = {"version": pa.int64(), "bucket": pa.int64(), "eligible": pa.bool_()}
    fields = [Cast(name, TextField()) if name == ATTRIBUTES else F(name) for name in names]
    rows = Exposure.objects.filter(experiment=experiment).values_list(*fields)
    remaining = rows.iterator(ROWS_AT_ONCE)
    while chunk := list(islice(remaining, ROWS_AT_ONCE)):
        columns = zip(names, zip(*chunk, strict=True), strict=True)
        yield pa.table({n: pa.array(each, types.get(n, pa.string())) for n, each in columns})


def _escaped(statement: str) -> str:
    """Double the signs that the database driver would take for parameters."""
    return statement.replace("%", "%%")
