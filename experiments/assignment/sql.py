"""The same assignment as SQL, for auditors who recompute it in their own warehouse."""

import re
from enum import StrEnum
from typing import NamedTuple

from experiments.assignment.allocation import bucket_ranges
from experiments.assignment.definition import ExperimentDefinition
from experiments.assignment.hashing import BUCKETS, Purpose
from experiments.assignment.program import DIGITS
from experiments.assignment.refusals import violation
from experiments.errors import InvalidDefinition

_COLUMN_RULE = "must be a name, or table.name"
_COLUMN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?")


class Dialect(StrEnum):
    """Databases whose own functions can compute the hash."""

    DUCKDB = "duckdb"
    POSTGRESQL = "postgresql"

    @property
    def label(self) -> str:
        """Return the name as its makers write it."""
        return {"duckdb": "DuckDB", "postgresql": "PostgreSQL"}[self.value]


class AssignmentSql(NamedTuple):
    """Expressions over the column of canonical unit ids; put them into any SELECT.

    `bucket` is the experiment's hash for every unit, also outside of the layer's range.
    `assigned_variant` is control where `eligible` is false. Not in it: forced units, whose
    assigned variant is the hash's all the same.
    """

    bucket: str
    in_layer: str
    eligible: str
    assigned_variant: str


_DIGITS = {
    Dialect.DUCKDB: "sha256({text})",
    Dialect.POSTGRESQL: "encode(sha256(convert_to({text}, 'UTF8')), 'hex')",
}
_HASH = {
    Dialect.DUCKDB: f"(('0x' || substr({_DIGITS[Dialect.DUCKDB]}, 1, 13))::BIGINT) % {{buckets}}",
    Dialect.POSTGRESQL: (
        f"(('x' || substr({_DIGITS[Dialect.POSTGRESQL]}, 1, 13))::bit(52)::bigint) % {{buckets}}"
    ),
}


def bucket_sql(dialect: Dialect, purpose: Purpose, salt: str, column: str = "unit_id") -> str:
    """Return the expression of the bucket of the ids in `column` (a name, or table.name).

    >>> print(bucket_sql(Dialect.DUCKDB, Purpose.EXPERIMENT, "kX3_vT9-aB2mQ7pR"))
    (('0x' || substr(sha256('x:kX3_vT9-aB2mQ7pR:' || unit_id), 1, 13))::BIGINT) % 10000
    """
    if not _COLUMN.fullmatch(column):
        raise InvalidDefinition(violation("column", column, _COLUMN_RULE))
    return _HASH[dialect].format(text=f"'{purpose}:{salt}:' || {column}", buckets=BUCKETS)


def digest_sql(dialect: Dialect, salt: str, column: str = "customer_id") -> str:
    """Return the expression of what the list of the never treated keeps of the ids in `column`.

    >>> print(digest_sql(Dialect.DUCKDB, "kX3_vT9-aB2mQ7pR"))
    substr(sha256('n:kX3_vT9-aB2mQ7pR:' || customer_id), 1, 32)
    """
    if not _COLUMN.fullmatch(column):
        raise InvalidDefinition(violation("column", column, _COLUMN_RULE))
    text = f"'{Purpose.NEVER_TREAT}:{salt}:' || {column}"
    return f"substr({_DIGITS[dialect].format(text=text)}, 1, {DIGITS})"


def assignment_sql(
    definition: ExperimentDefinition, dialect: Dialect, column: str = "unit_id"
) -> AssignmentSql:
    """Return the expressions that recompute an experiment without targeting.

    Of one with targeting, pass `dataclasses.replace(definition, targeting={})` and keep to the
    units that were targeted: attributes are not in the hash.

    Raises:
        InvalidDefinition: it has targeting, a schedule or a saturation, or `column` is no name.
    """
    if definition.targeting:
        rule = "must be empty: attributes are no part of the hash"
        raise InvalidDefinition(violation("targeting", definition.targeting, rule))
    if definition.schedule is not None or definition.saturation is not None:
        rule = "must be recomputed by schedule_sql or saturation_sql: more than units was drawn"
        raise InvalidDefinition(violation("key", definition.key, rule))
    bucket = bucket_sql(dialect, Purpose.EXPERIMENT, definition.salt, column)
    in_layer = layer_sql(definition, dialect, column)
    owner = owner_sql(definition, bucket)
    return AssignmentSql(
        bucket=bucket,
        in_layer=in_layer,
        eligible=f"({in_layer}) AND ({owner}) IS NOT NULL",
        assigned_variant=(
            f"CASE WHEN {in_layer} THEN coalesce({owner}, '{definition.control.key}') "
            f"ELSE '{definition.control.key}' END"
        ),
    )


def layer_sql(definition: ExperimentDefinition, dialect: Dialect, column: str = "unit_id") -> str:
    """Return the expression of whether a unit falls into the experiment's range of its layer.

    >>> from experiments.assignment.definition import LayerPlacement, VariantDefinition
    >>> placed = ExperimentDefinition(
    ...     key="patience", version=1, salt="kX3_vT9-aB2mQ7pR",
    ...     variants=(
    ...         VariantDefinition(key="control", weight=5000, is_control=True),
    ...         VariantDefinition(key="patient", weight=5000)),
    ...     layer=LayerPlacement(salt="Lw8-fJ2_nD5sZ0yC", start=1000, end=7000))
    >>> layer_sql(placed, Dialect.DUCKDB).partition(" % 10000 ")[2]
    'BETWEEN 1000 AND 6999'
    """
    layer = definition.layer
    if layer is None:
        return "TRUE"
    bucket = bucket_sql(dialect, Purpose.LAYER, layer.salt, column)
    return f"{bucket} BETWEEN {layer.start} AND {layer.end - 1}"


def owner_sql(
    definition: ExperimentDefinition,
    bucket: str,
    weights: tuple[tuple[str, int], ...] | None = None,
) -> str:
    """Return the expression of the variant that owns the bucket, NULL where none does.

    `weights` stand in for those of the definition.
    """
    ranges = bucket_ranges(weights or definition.weights, coverage=definition.coverage)
    cases = [
        f"WHEN {bucket} BETWEEN {each.start} AND {each.end - 1} THEN '{each.variant}'"
        for each in ranges
        if each.start < each.end
    ]
    return f"CASE {' '.join(cases)} END" if cases else "NULL"
