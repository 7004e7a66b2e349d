"""Where the join runs: DuckDB inside of the process, spoken to through Ibis."""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import gettempdir
from uuid import uuid4

import duckdb
import ibis
import pyarrow as pa
import sqlglot.expressions as sql
from ibis.backends.duckdb import Backend
from ibis.expr.types import Expr, Table

DEFAULT_MEMORY = "3GB"
DEFAULT_THREADS = 2
DIALECT = "duckdb"
FREED_AT_ONCE = "8MB"  # given back to the system as soon as a query has freed so much


class Engine(Backend):  # type: ignore[misc]  # Ibis carries no types
    """Ibis on DuckDB, without a call that DuckDB 2 has renamed and without pandas."""

    def get_schema(
        self, table_name: str, *, catalog: str | None = None, database: str | None = None
    ) -> ibis.Schema:
        """Return the columns of a table."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "fetch_arrow_table", DeprecationWarning)
            return super().get_schema(table_name, catalog=catalog, database=database)

    def to_pyarrow(self, expr: Expr, /, **options: object) -> pa.Table:
        """Return the rows of an expression; Ibis itself would load pandas first, and not use it."""
        rows = self._to_duckdb_relation(expr, **options).to_arrow_table()
        return expr.__pyarrow_result__(rows)

    def keep(self, rows: Table, labels: Mapping[str, Sequence[str]] | None = None) -> Table:
        """Return the rows computed once and kept in memory until the connection ends.

        A column of `labels` has those values alone, or none, and is kept as their numbers: one byte
        a row up to 255 of them, where text takes sixteen. Queries see text.
        """
        self._run_pre_execute_hooks(rows)
        stored = {
            name: sql.cast(sql.column(name, quoted=True), _enum(values)).as_(name, quoted=True)
            for name, values in (labels or {}).items()
        }
        query = sql.select(sql.Star(replace=list(stored.values()) or None))
        query = query.from_(self.compiler.to_sqlglot(rows).subquery("rows"))
        name = ibis.util.gen_name("kept")
        statement = sql.Create(
            this=sql.to_identifier(name, quoted=True),
            kind="TABLE",
            properties=sql.Properties(expressions=[sql.TemporaryProperty()]),
            expression=query,
        )
        self.con.execute(statement.sql(DIALECT))
        return self.table(name, database=("temp", "main"))


def _enum(values: Sequence[str]) -> sql.DataType:
    """Return the type of a column of these values, which compare as their texts do."""
    return sql.DataType(
        this=sql.DataType.Type.ENUM,
        expressions=[sql.Literal.string(value) for value in sorted(values)],
    )


def connect(
    *,
    threads: int = DEFAULT_THREADS,
    memory_limit: str = DEFAULT_MEMORY,
    temp_directory: Path | None = None,
) -> Engine:
    """Return a private, empty database in memory that spills to a folder of its own.

    The folder is made under `temp_directory` at the first spill and goes with the connection: two
    databases that share one would overwrite each other's files. No extension is ever downloaded,
    dates are taken in no zone but the one asked for, and slow queries draw nothing on the output.

    >>> connect().con.execute("select current_setting('TimeZone')").fetchall()
    [('UTC',)]
    """
    folder = (temp_directory or Path(gettempdir())) / f"equipoise-duckdb-{uuid4().hex}"
    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": threads,
            "memory_limit": memory_limit,
            "temp_directory": str(folder),
            "preserve_insertion_order": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allocator_flush_threshold": FREED_AT_ONCE,
            "allocator_bulk_deallocation_flush_threshold": FREED_AT_ONCE,
        },
    )
    connection.execute("set enable_progress_bar = false")  # not known before there is a database
    engine = Engine.from_connection(connection)
    if not isinstance(engine, Engine):
        message = f"an engine of no known kind: {engine}"
        raise TypeError(message)
    return engine
