"""The exposure log as the table of assignments that the join reads."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

import msgspec
import pyarrow as pa

from experiments.exposures.reading import assigned_elsewhere, log
from experiments.exposures.rows import ExposureRow
from experiments.plan.document import Plan
from impact.analysis.segments.neighbours import PREFIX
from impact.join.splits import split_names
from impact.records.schema import INSTANT

ROWS = 50_000
CANONICAL = pa.schema(
    [
        pa.field("unit_id", pa.string()),
        pa.field("variant", pa.string()),
        pa.field("assigned_at", INSTANT),
        pa.field("customer_id", pa.string()),
        pa.field("contact_id", pa.string()),
        pa.field("queue", pa.string()),
        pa.field("served_variant", pa.string()),
        pa.field("exposed_at", INSTANT),
        pa.field("eligible", pa.bool_()),
        pa.field("forced", pa.bool_()),
        pa.field("version", pa.string()),
        pa.field("router", pa.string()),
    ]
)


def export_exposures(plan: Plan, experiment: str, as_of: datetime) -> pa.Table:
    """Return the log of one experiment up to `as_of`: assigned, served, exposed.

    Beside the columns of an assignments file it holds what the plan splits by, as it was known
    when the router asked, and the contact for which it asked.
    """
    names = [name for name in split_names(plan) if name not in CANONICAL.names]
    schema = pa.schema([*CANONICAL, *(pa.field(name, pa.string()) for name in names)])
    rows = log(experiment, until=as_of)
    batches = (_batch(chunk, names, schema) for chunk in _chunks(rows))
    return _with_neighbours(pa.Table.from_batches(batches, schema=schema), experiment, as_of)


def _with_neighbours(table: pa.Table, experiment: str, as_of: datetime) -> pa.Table:
    """Add a column per other experiment with units in both: the variant of each unit in it."""
    units = table["unit_id"].to_pylist()
    own = set(units)
    elsewhere: dict[str, dict[str, str]] = {}
    for other, unit, variant in assigned_elsewhere(experiment, until=as_of):
        if unit in own:
            elsewhere.setdefault(other, {}).setdefault(unit, variant)
    for other, variants in sorted(elsewhere.items()):
        name = f"{PREFIX}{other}"
        if name not in table.column_names:
            column = pa.array([variants.get(unit) for unit in units], pa.string())
            table = table.append_column(name, column)
    return table


def _chunks(rows: Iterator[ExposureRow]) -> Iterator[list[ExposureRow]]:
    while chunk := list(islice(rows, ROWS)):
        yield chunk


def _batch(rows: Sequence[ExposureRow], names: Sequence[str], schema: pa.Schema) -> pa.RecordBatch:
    columns: list[Sequence[object]] = [
        [row.unit_id for row in rows],
        [row.assigned_variant for row in rows],
        [row.assigned_at for row in rows],
        [row.customer_id or None for row in rows],
        [row.contact_id for row in rows],
        [row.queue or None for row in rows],
        [row.served_variant for row in rows],
        [row.exposed_at for row in rows],
        [row.eligible for row in rows],
        [row.forced for row in rows],
        [str(row.version) for row in rows],
        [row.router or None for row in rows],
    ]
    columns.extend([attribute_text(row.attributes, name) for row in rows] for name in names)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def attribute_text(attributes: Mapping[str, object], name: str) -> str | None:
    """Return an attribute as the text that a file would hold; None where there is none.

    >>> attribute_text({"vip": True, "tier": "gold", "age": 41}, "vip")
    'true'
    >>> attribute_text({"age": 41}, "age")
    '41'
    """
    value = attributes.get(name)
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
