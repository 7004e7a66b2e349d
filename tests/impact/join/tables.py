"""Tiny tables for the join: rows as dictionaries in, the canonical columns out."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa

from experiments.plan.document import Plan
from experiments.plan.reading import read_plan
from impact.analysis.sufficient import ArmMoments, SufficientStatistics, SurvivalCounts
from impact.engine import connect
from impact.join.inputs import from_arrow
from impact.join.statistics import sufficient_statistics
from impact.records.kinds import ASSIGNMENT_COLUMNS, COLUMNS, Column, ColumnType, RecordKind
from impact.records.schema import canonical_schema

Row = Mapping[str, object]

HEAD = """\
key: calm
unit: customer
control: a
weights: {a: 5000, b: 5000}
"""
SURVIVAL = "- {key: kept, role: primary, kind: time_to_event, source: churn}"
AS_OF = datetime(2026, 6, 30, tzinfo=UTC)


def plan_of(*metrics: str, head: str = "", unit: str = "customer") -> Plan:
    """Return a plan of these metric lines, after further lines of the head."""
    return read_plan(
        HEAD.replace("unit: customer", f"unit: {unit}")
        + head
        + "\nmetrics:\n"
        + "\n".join(f"  {line}" for line in metrics)
    )


def at(text: str) -> datetime:
    """Return an instant from ISO text; UTC where it has no offset."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def table(columns: Sequence[Column], rows: Sequence[Row]) -> pa.Table:
    """Return rows as a canonical table."""
    schema = canonical_schema(columns)
    types = {column.name: column.type for column in columns}
    cells = [
        {
            "row_number": number,
            **{name: _cell(value, types.get(name)) for name, value in row.items()},
        }
        for number, row in enumerate(rows, start=1)
    ]
    names = set(schema.names) | {name for row in rows for name in row}
    further = [pa.field(name, pa.string()) for name in sorted(names - set(schema.names))]
    return pa.Table.from_pylist(cells, schema=pa.schema([*schema, *further]))


def compute(
    plan: Plan,
    assignments: Sequence[Row],
    as_of: datetime = AS_OF,
    **rows: Sequence[Row],
) -> SufficientStatistics:
    """Join tiny tables and return the sufficient statistics."""
    tables = {name: table(COLUMNS[RecordKind(name)], given) for name, given in rows.items()}
    tables["assignments"] = table(ASSIGNMENT_COLUMNS, assignments)
    connection = connect()
    return sufficient_statistics(connection, from_arrow(connection, tables), plan, as_of=as_of)


def cells(counts: SurvivalCounts) -> list[tuple[str, int, int, int]]:
    """Return the rows of counts: variant, time, event, n."""
    columns = (counts.variant, counts.time, counts.event, counts.n)
    return sorted(
        (str(variant), int(time), int(event), int(n))
        for variant, time, event, n in zip(*columns, strict=True)
    )


def moments(arms: Sequence[ArmMoments], variant: str, segment: str = "all") -> tuple[int, float]:
    """Return how many units an arm has and their mean."""
    arm = next(arm for arm in arms if (arm.variant, arm.segment) == (variant, segment))
    return arm.moments.n, float(arm.moments.means[0])


def _cell(value: object, type_: ColumnType | None) -> object:
    if type_ is ColumnType.INSTANT and isinstance(value, str):
        return at(value)
    if type_ is ColumnType.AMOUNT and isinstance(value, str):
        return Decimal(value)
    return value
