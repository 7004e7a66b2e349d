"""Two-stage assignment as SQL: the share that a cluster drew, and the variant of a unit in it."""

from typing import NamedTuple

from experiments.assignment.definition import ExperimentDefinition
from experiments.assignment.hashing import Purpose
from experiments.assignment.refusals import violation
from experiments.assignment.saturation import label, saturated_weights
from experiments.assignment.sql import Dialect, bucket_sql, owner_sql
from experiments.errors import InvalidDefinition


class SaturationSql(NamedTuple):
    """Expressions over the columns of clusters and of units.

    `saturation` is in per cent, as text; of windows it is NULL: the published schedule, or
    `schedule_sql`, has it. `assigned_variant` is control where `eligible` is false; both read a
    column `saturation` and know nothing of targeting and layer.
    """

    saturation: str
    bucket: str
    eligible: str
    assigned_variant: str


def saturation_sql(
    definition: ExperimentDefinition,
    dialect: Dialect,
    *,
    unit: str = "unit_id",
    cluster: str = "queue",
) -> SaturationSql:
    """Return the expressions that recompute a two-stage experiment.

    Raises:
        InvalidDefinition: the experiment has no saturation, or a column is no name.
    """
    if definition.saturation is None:
        raise InvalidDefinition(violation("saturation", None, "must be given: no cluster drew"))
    bucket = bucket_sql(dialect, Purpose.EXPERIMENT, definition.salt, unit)
    owner = share_owner_sql(definition, bucket)
    return SaturationSql(
        saturation=_drawn(definition, dialect, cluster),
        bucket=bucket,
        eligible=f"({owner}) IS NOT NULL",
        assigned_variant=f"coalesce({owner}, '{definition.control.key}')",
    )


def share_owner_sql(definition: ExperimentDefinition, bucket: str) -> str:
    """Return the expression of the variant that owns the bucket where `saturation` was drawn.

    NULL where none does, or nothing was drawn.

    >>> from experiments.assignment.definition import VariantDefinition
    >>> from experiments.assignment.saturation import Level, Saturation
    >>> levels = (Level(share=0, weight=5000), Level(share=10_000, weight=5000))
    >>> two_stages = ExperimentDefinition(
    ...     key="patience", version=1, salt="kX3_vT9-aB2mQ7pR",
    ...     variants=(
    ...         VariantDefinition(key="a", weight=5000, is_control=True),
    ...         VariantDefinition(key="b", weight=5000)),
    ...     saturation=Saturation(cluster="queue", levels=levels))
    >>> for part in share_owner_sql(two_stages, "bucket").split("WHEN '"):
    ...     print(part.strip())
    CASE saturation
    0' THEN CASE WHEN bucket BETWEEN 0 AND 9999 THEN 'a' END
    100' THEN CASE WHEN bucket BETWEEN 0 AND 9999 THEN 'b' END END
    """
    levels = definition.saturation.weights if definition.saturation is not None else ()
    owners = []
    for share, _ in levels:
        weights = saturated_weights(definition.weights, definition.control.key, share)
        owner = owner_sql(definition, bucket, weights)
        owners.append(f"WHEN '{label(share)}' THEN {owner}")
    return f"CASE saturation {' '.join(owners)} END" if owners else "NULL"


def _drawn(definition: ExperimentDefinition, dialect: Dialect, cluster: str) -> str:
    if definition.saturation is None or definition.schedule is not None:
        return "NULL"
    bucket = bucket_sql(dialect, Purpose.SATURATION, definition.salt, cluster)
    cases, below = [], 0
    for share, weight in definition.saturation.weights:
        below += weight
        cases.append(f"WHEN {bucket} < {below} THEN '{label(share)}'")
    return f"CASE {' '.join(cases)} END"
