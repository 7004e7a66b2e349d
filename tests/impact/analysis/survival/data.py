"""Plans and counts for the tests of retention."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from experiments.plan.document import (
    Covariate,
    Kind,
    Metric,
    Plan,
    Role,
    Source,
    Table,
    TimeUnit,
    Unit,
)
from impact.analysis.estimates import Estimate
from impact.analysis.headlines import PIECEWISE
from impact.analysis.sufficient import ALL, SurvivalCounts
from impact.analysis.survival.estimating import SurvivalResult, estimate_survival

Labels = Mapping[str, ArrayLike]
LONG = 90  # days of follow-up


def retention(
    *,
    horizon: int | None = None,
    covariates: tuple[Covariate, ...] = (),
    strata: tuple[str, ...] = (),
) -> Metric:
    """Return a time-to-event metric."""
    return Metric(
        key="churn",
        role=Role.PRIMARY,
        kind=Kind.TIME_TO_EVENT,
        source=Source(table=Table.CHURN),
        horizon=horizon,
        covariates=covariates,
        strata=strata,
    )


def plan_of(metric: Metric, *variants: str, time_unit: TimeUnit | None = None) -> Plan:
    """Return a plan of one metric; the first variant is the control."""
    return Plan(
        key="trial",
        unit=Unit.CUSTOMER,
        control=variants[0],
        weights=tuple((variant, 10_000 // len(variants)) for variant in variants),
        metrics=(metric,),
        time_unit=time_unit or TimeUnit(),
    )


def counts_of(
    variant: ArrayLike,
    time: ArrayLike,
    event: ArrayLike,
    n: ArrayLike | None = None,
    *,
    covariates: Labels | None = None,
    strata: Labels | None = None,
) -> SurvivalCounts:
    """Return counts of the whole experiment, one unit per entry without `n`."""
    labels = np.asarray(variant, dtype=np.str_)
    return SurvivalCounts(
        variant=labels,
        time=np.asarray(time, dtype=np.int64),
        event=np.asarray(event, dtype=np.int64),
        n=np.ones(labels.size, dtype=np.int64) if n is None else np.asarray(n, dtype=np.int64),
        covariates=_columns(covariates),
        strata={name: np.asarray(values, np.str_) for name, values in (strata or {}).items()},
    )


def customers(seed: int, size: int = 400, arms: tuple[str, ...] = ("a", "b")) -> SurvivalCounts:
    rng = np.random.default_rng(seed)
    variant = rng.integers(len(arms), size=size)
    tier = rng.choice(["basic", "plus", "pro"], size=size)
    time = np.ceil(rng.exponential(60 * np.exp(0.3 * variant)))
    age = rng.normal(40, 10, size=size)
    return counts_of(
        np.array(arms)[variant],
        np.minimum(time, LONG),
        time <= LONG,
        covariates={"tier": tier, "age": age},
    )


def estimate(plan: Plan, *counts: SurvivalCounts, look: int | None = None) -> SurvivalResult:
    """Estimate the plan's only metric."""
    return estimate_survival(plan, plan.primary, counts, look=look)


def only(
    result: SurvivalResult,
    quantity: str,
    method: str | None = None,
    **wanted: str | float | None,
) -> Estimate:
    """Return the only row that has all these values; one about a part of follow-up by method."""
    wanted.setdefault("segment", ALL)
    found = [
        row
        for row in result.estimates
        if row.quantity == quantity
        and (row.method == method if method else row.method != PIECEWISE)
        and all(getattr(row, name) == value for name, value in wanted.items())
    ]
    assert len(found) == 1, found
    return found[0]


def number(value: float | None) -> float:
    """Return a number that must be there."""
    assert value is not None
    return value


def _columns(labels: Labels | None) -> dict[str, NDArray[np.str_] | NDArray[np.float64]]:
    columns: dict[str, NDArray[np.str_] | NDArray[np.float64]] = {}
    for name, values in (labels or {}).items():
        array = np.asarray(values)
        text = array.dtype.kind == "U"
        columns[name] = array.astype(np.str_) if text else array.astype(np.float64)
    return columns
