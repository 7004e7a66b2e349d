"""The draw of a schedule as SQL, for auditors who have its published list of slots."""

from experiments.assignment.definition import ExperimentDefinition
from experiments.assignment.hashing import Purpose
from experiments.assignment.refusals import violation
from experiments.assignment.saturation import label
from experiments.assignment.slots import block_counts
from experiments.assignment.sql import Dialect
from experiments.errors import InvalidDefinition

_ORDER = {
    Dialect.DUCKDB: "sha256('{text}' || slot_id)",
    Dialect.POSTGRESQL: (
        "encode(sha256(convert_to('{text}' || slot_id, 'UTF8')), 'hex') COLLATE \"C\""
    ),
}


def schedule_sql(definition: ExperimentDefinition, dialect: Dialect) -> str:
    """Return a query over a table `slots` (slot_id, block): every slot and what it drew.

    That is `assigned_variant`, or `saturation` in per cent, as text, where windows draw shares.

    Raises:
        InvalidDefinition: the experiment has no schedule.
    """
    if definition.schedule is None:
        raise InvalidDefinition(violation("schedule", None, "must be given: no slots were drawn"))
    order = _ORDER[dialect].format(text=f"{Purpose.WINDOW}:{definition.salt}:")
    cases, below = [], 0
    for level, count in block_counts(definition.schedule, _levels(definition)):
        below += count
        cases.append(f"WHEN place <= {below} THEN '{level}'")
    drawn = "saturation" if definition.saturation else "assigned_variant"
    return (
        f"SELECT slot_id, CASE {' '.join(cases)} END AS {drawn} FROM ("  # noqa: S608  # a salt is letters
        f"SELECT slot_id, row_number() OVER (PARTITION BY block ORDER BY {order}) AS place "
        "FROM slots) AS drawn"
    )


def _levels(definition: ExperimentDefinition) -> list[tuple[str, int]]:
    if definition.saturation is None:
        return list(definition.weights)
    return [(label(share), weight) for share, weight in definition.saturation.weights]
