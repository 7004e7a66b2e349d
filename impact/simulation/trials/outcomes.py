"""What is known of every unit before it is in an arm: the numbers of each metric."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from experiments.plan.document import CovariateKind, Kind, Metric, Plan
from experiments.plan.time_to_event import NOTHING
from impact.analysis.clusters.units import clusters_of_units

Booleans = NDArray[np.bool_]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Texts = NDArray[np.str_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Values:
    """The numbers of one windowed metric: `numbers` has shape (units, names).

    Names are those of its moments (y, d, x, w). `counts` says which units count; a unit with a
    missing number (NaN) does not. `cap` is where w ends.
    """

    names: tuple[str, ...]
    numbers: Floats
    counts: Booleans
    cap: float | None = None

    @property
    def complete(self) -> Booleans:
        """The units that count and miss nothing."""
        return np.asarray(self.counts & ~np.isnan(self.numbers).any(axis=1))

    def column(self, name: str) -> Floats:
        """Return one of the numbers, of all units."""
        return np.asarray(self.numbers[:, self.names.index(name)])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Times:
    """Whole days until churn (`event` 1) or until the end of observation, `end` at the latest.

    `covariates` and `strata` are the columns of the metric's model, per unit. `hazard` is the
    cumulative one at the end of every day, where the law is known; else it is estimated.
    """

    time: Integers
    event: Integers
    end: Integers
    covariates: dict[str, Texts | Floats] = field(default_factory=dict)
    strata: dict[str, Texts] = field(default_factory=dict)
    hazard: Floats | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcomes:
    """All units, in one order everywhere; keys are those of metrics."""

    size: int
    values: dict[str, Values] = field(default_factory=dict)
    times: dict[str, Times] = field(default_factory=dict)
    not_estimable: dict[str, str] = field(default_factory=dict)
    currency: str = ""


def lacking(plan: Plan, metric: Metric) -> str:
    """Return why trials cannot be run for a metric of a plan; "" where they can."""
    return next((reason for lacks, reason in _limits(plan, metric) if lacks), "")


def _limits(plan: Plan, metric: Metric) -> Iterator[tuple[bool, str]]:
    alike = bool(metric.cluster or metric.crossed_with) or clusters_of_units(plan, metric)
    asked = metric.time_to_event or NOTHING
    numeric = any(item.kind is CovariateKind.NUMERIC for item in metric.covariates)
    yield (
        plan.switchback is not None,
        "a switchback is not replayed: its windows would have to be drawn",
    )
    yield (
        metric.kind is Kind.QUANTILE,
        "a quantile is not replayed: it needs every row of every draw",
    )
    yield (
        metric.is_lifetime,
        "lifetime revenue is not replayed: its weights need every payment of every draw",
    )
    yield alike, "units that are alike are not replayed: their clusters would have to be drawn"
    yield (
        bool(asked.causes) or asked.at_risk is not None,
        "causes of churn and times at risk are not replayed",
    )
    yield numeric, "a numeric covariate of a time to event is not replayed: give it bins"
