"""What Lin's model needs: moments of outcome and covariates by arm, then the squared errors.

Two passes: the moments give every arm's regression, and with it each unit has a residual, a weight
and a leverage, whose sum is the squared error.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import ibis
from ibis.expr.types import FloatingValue, StringValue, Table

from experiments.plan.document import Covariate, CovariateKind, Metric, Plan
from impact.analysis.adjusted import fits_of, used
from impact.analysis.sufficient import ALL, ArmAdjusted, ArmMoments
from impact.engine import Engine
from impact.join.adjusted_errors import squared_errors
from impact.join.checks import counted_units
from impact.join.covariates import covariate_value
from impact.join.measures import before, numerator
from impact.join.moments import moments_of
from impact.join.vector import Vector
from impact.stats.estimable import NotEstimable
from impact.stats.means.lin import ArmFit

MOST_LEVELS = 50
BEFORE = "before"
DECIDES_ALONE = "one unit alone decides a coefficient of the model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One covariate of the model as a number per unit."""

    name: str
    value: FloatingValue


def adjusted_of(
    connection: Engine, measured: Table, plan: Plan, metric: Metric, *, as_of: datetime
) -> tuple[ArmAdjusted, ...]:
    """Return every arm of a mean that Lin's model adjusts: of all units, then of each segment.

    A missing number counts as the mean, and a column of its own says that it was missing. A
    category has a column for every label but the first of the alphabet.
    """
    units = measured.filter(counted_units(measured, metric, as_of))
    units = units.mutate(y_=units[numerator(metric).name].cast("float64"))
    units = units.filter(units["y_"].notnull())
    columns = tuple(_columns(units, metric))
    wide = units.mutate(**{f"x{place}_": item.value for place, item in enumerate(columns)})
    kept = connection.keep(wide)
    values = tuple(kept[f"x{place}_"] for place in range(len(columns)))
    vector = Vector(
        key=metric.key,
        names=("y", *(item.name for item in columns)),
        values=(kept["y_"], *values),
        counts=kept.eligible,
    )
    arms = moments_of(kept, [vector], plan, plan.segments)[metric.key]
    return tuple(
        arm
        for segments in ("", *plan.segments)
        for arm in _with_errors(connection, kept, _of(arms, segments), segments)
    )


def _of(arms: tuple[ArmMoments, ...], column: str) -> list[ArmMoments]:
    """Return the arms of the segments of one column; of all units for none."""
    return [arm for arm in arms if arm.segment.partition("=")[0] == (column or ALL)]


def _columns(units: Table, metric: Metric) -> Iterator[Column]:
    earlier = before(metric)
    if earlier is not None:
        yield from _numbers(units, BEFORE, units[earlier.name].cast("float64"))
    for covariate in metric.lin.covariates if metric.lin else ():
        value = covariate_value(units, covariate)
        if covariate.kind is CovariateKind.NUMERIC:
            yield from _numbers(units, covariate.name, value)
        else:
            yield from _labels(units, covariate, value)


def _numbers(units: Table, name: str, value: FloatingValue) -> Iterator[Column]:
    missing = value.isnull()
    yield Column(name=name, value=value.fill_null(value.mean().over(ibis.window())).fill_null(0.0))
    if units.aggregate(any_=missing.any()).to_pyarrow().to_pylist()[0]["any_"]:
        yield Column(name=f"{name}=(missing)", value=missing.cast("float64"))


def _labels(units: Table, covariate: Covariate, value: StringValue) -> Iterator[Column]:
    found = units.select(label_=value).distinct().order_by("label_").limit(MOST_LEVELS + 1)
    for text in found.to_pyarrow()["label_"].to_pylist()[1:]:
        yield Column(name=f"{covariate.name}={text}", value=(value == text).cast("float64"))


def _with_errors(
    connection: Engine, units: Table, arms: list[ArmMoments], column: str
) -> Iterator[ArmAdjusted]:
    segments = dict.fromkeys(arm.segment for arm in arms)
    fits: dict[tuple[str, str], ArmFit | NotEstimable] = {}
    kept: dict[str, list[int]] = {}
    for segment in segments:
        inside = {arm.variant: arm.moments for arm in arms if arm.segment == segment}
        kept[segment] = used(inside)
        fits |= {(segment, variant): fit for variant, fit in fits_of(inside).items()}
    fitted = {key: fit for key, fit in fits.items() if isinstance(fit, ArmFit)}
    errors = squared_errors(connection, units, fitted, kept, column) if fitted else {}
    for arm in arms:
        fit = fits[arm.segment, arm.variant]
        reason = fit.reason if isinstance(fit, NotEstimable) else DECIDES_ALONE
        error = errors.get((arm.segment, arm.variant))
        yield ArmAdjusted(
            variant=arm.variant,
            segment=arm.segment,
            moments=arm.moments,
            squared_error=error,
            reason="" if error is not None else reason,
        )
