"""Quantiles of the rows of units, or of one number per unit, in a few passes of the engine.

First the quantile, then how many values of each unit lie at or below it, which gives the limits
of that share, then the quantiles at those limits.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

import ibis
import pyarrow as pa
from ibis.expr.types import StringValue, Table

from experiments.plan.document import Aggregate, Metric, Plan
from impact.analysis.sufficient import ALL, ArmQuantile
from impact.engine import Engine
from impact.join.checks import counted_units
from impact.join.covariates import label
from impact.join.inputs import Inputs, registered
from impact.join.measures import numerator
from impact.join.windows import rows_inside
from impact.stats.means.quantiles import limits_of_share
from impact.stats.means.ratio import RatioSample

FEWEST = 2  # units: a variance needs two
Group = tuple[str, str]  # segment, variant
Limits = Mapping[Group, tuple[float, float]]


def quantiles_of(
    connection: Engine, measured: Table, inputs: Inputs, plan: Plan, metric: Metric, *,
    as_of: datetime,
) -> tuple[ArmQuantile, ...]:  # fmt: skip
    """Return the quantile of every arm with its interval: of all units, then of each segment."""
    units = measured.filter(counted_units(measured, metric, as_of))
    rows = value_rows(units, inputs, plan, metric)
    kept = connection.keep(rows)
    return tuple(
        arm
        for segment in _segments(units, plan)
        for arm in _arms(connection, units.mutate(segment=segment), kept, plan, metric)
    )


def _segments(units: Table, plan: Plan) -> Iterator[StringValue]:
    yield ibis.literal(ALL)
    for column in plan.segments:
        yield ibis.literal(f"{column}=") + label(units, column)


def value_rows(units: Table, inputs: Inputs, plan: Plan, metric: Metric) -> Table:
    """Return the values that a quantile is of, as `value` with their `fact_unit`."""
    if metric.source.aggregate is Aggregate.EACH:
        return rows_inside(units, inputs, plan, numerator(metric))
    of_units = units.select(
        fact_unit=units.unit_id, value=units[numerator(metric).name].cast("float64")
    )
    return of_units.filter(of_units["value"].notnull())


def _arms(
    connection: Engine, units: Table, rows: Table, plan: Plan, metric: Metric
) -> Iterator[ArmQuantile]:
    share = metric.quantile or 0.0
    valued = units.inner_join(rows, units.unit_id == rows.fact_unit).select(
        "segment", "variant", "unit_id", "value"
    )
    grouped = valued.group_by(["segment", "variant"])
    found = grouped.aggregate(at=valued["value"].quantile(share), rows=valued.count()).to_pyarrow()
    counts = _counts(units, valued, registered(connection, found))
    limits = _limits(counts, share, plan.confidence_level)
    ends = _ends(valued, limits)
    at = {_group(row): row for row in found.to_pylist()}
    for segment in dict.fromkeys(row["segment"] for row in counts.to_pylist()):
        for variant in plan.variants:
            group = (segment, variant)
            low, high = ends.get(group, (None, None))
            yield ArmQuantile(
                variant=variant,
                segment=segment,
                units=next((row["n"] for row in counts.to_pylist() if _group(row) == group), 0),
                rows=at[group]["rows"] if group in at else 0,
                value=at[group]["at"] if group in at else None,
                low=low,
                high=high,
                level=plan.confidence_level,
            )


def _counts(units: Table, valued: Table, found: Table) -> pa.Table:
    """Return the moments of the values per unit, and of those at or below the arm's quantile."""
    near = valued.inner_join(found, ["segment", "variant"])
    per_unit = near.group_by(near_unit=near.unit_id).aggregate(
        rows=near.count().cast("float64"),
        below=(near["value"] <= near["at"]).sum().cast("float64"),
    )
    every = units.left_join(per_unit, units.unit_id == per_unit.near_unit)
    every = every.mutate(rows=every.rows.fill_null(0.0), below=every.below.fill_null(0.0))
    return (
        every.group_by(["segment", "variant"])
        .aggregate(
            n=every.count(),
            rows=every.rows.mean(),
            below=every.below.mean(),
            rows_variance=every.rows.var(how="sample"),
            below_variance=every.below.var(how="sample"),
            covariance=every.rows.cov(every.below, how="sample"),
        )
        .order_by(["segment", "variant"])
        .to_pyarrow()
    )


def _limits(counts: pa.Table, share: float, level: float) -> Limits:
    """Return the shares at both ends where there are values on both sides of them."""
    limits: dict[Group, tuple[float, float]] = {}
    for row in counts.to_pylist():
        if row["n"] < FEWEST or not row["rows"]:
            continue
        sample = RatioSample(
            n=row["n"],
            numerator=row["below"],
            denominator=row["rows"],
            numerator_variance=row["below_variance"],
            denominator_variance=row["rows_variance"],
            covariance=row["covariance"],
        )
        low, high = limits_of_share(share, sample, level=level)
        if low > 0 and high < 1:
            limits[_group(row)] = low, high
    return limits


def _ends(valued: Table, limits: Limits) -> dict[Group, tuple[float, float]]:
    asked = {}
    for number, ((segment, variant), ends) in enumerate(limits.items()):
        of_group = (valued.segment == segment) & (valued.variant == variant)
        for side, share in zip(("low", "high"), ends, strict=True):
            asked[f"{side}_{number}"] = valued["value"].quantile(share, where=of_group)
    if not asked:
        return {}
    found = valued.aggregate(**asked).to_pyarrow().to_pylist()[0]
    return {
        group: (found[f"low_{number}"], found[f"high_{number}"])
        for number, group in enumerate(limits)
    }


def _group(row: Mapping[str, str]) -> Group:
    return row["segment"], row["variant"]
