"""The tables that a join reads: from files, or from pinned versions of the lake."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import ibis
import pyarrow as pa
from ibis.expr.types import Table

from impact.engine import Engine
from impact.records.kinds import ASSIGNMENT_COLUMNS, COLUMNS, Column, RecordKind
from impact.records.schema import canonical_schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Outcomes and assignments as Ibis tables with the columns of their kind; None: not given.

    Beside its columns a table may have `attributes` (a JSON object of further columns),
    `received_at`, `batch_id` and `row_number`, which say which of two versions came later.
    """

    assignments: Table
    customers: Table | None = None
    contacts: Table | None = None
    churn: Table | None = None
    revenue: Table | None = None
    surveys: Table | None = None
    observations: Table | None = None


NAMES = tuple(field.name for field in fields(Inputs))


def from_arrow(connection: Engine, tables: Mapping[str, pa.Table]) -> Inputs:
    """Return the inputs over Arrow tables, by the names of `Inputs`; nothing is copied."""
    return Inputs(**{name: registered(connection, tables[name]) for name in _given(tables)})


def from_parquet(connection: Engine, files: Mapping[str, list[str]]) -> Inputs:
    """Return the inputs over Parquet files, by the names of `Inputs`.

    A table that is named and has no files is there and empty: nobody churned yet.
    """
    return Inputs(**{name: _read(connection, name, files[name]) for name in _given(files)})


def _given(tables: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(name for name in NAMES if name in tables)


def _read(connection: Engine, name: str, files: list[str]) -> Table:
    if not files:
        return registered(connection, canonical_schema(columns_of(name)).empty_table())
    return connection.read_parquet(files, table_name=ibis.util.gen_name(name))


def columns_of(name: str) -> tuple[Column, ...]:
    """Return the canonical columns of an input."""
    return ASSIGNMENT_COLUMNS if name == "assignments" else COLUMNS[RecordKind(name)]


def registered(connection: Engine, table: pa.Table) -> Table:
    """Return an Arrow table as one of the engine; nothing is copied."""
    name = ibis.util.gen_name("input")
    connection.con.register(name, table)
    return connection.table(name)
