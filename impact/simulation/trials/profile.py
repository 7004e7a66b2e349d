"""What history says of each metric: its level and its real spread, for sizing the next test."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from experiments.design.ratios import RatioMoments, ratio_deviation
from experiments.plan.document import Kind, Metric, Plan
from impact.analysis.clusters.units import clusters_of_units
from impact.simulation.trials.grouped import of_groups, of_windows
from impact.simulation.trials.outcomes import (
    Booleans,
    Floats,
    Outcomes,
    Slots,
    Times,
    Values,
)
from impact.simulation.trials.spending import monthly, of_payments

FEWEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One metric over all units: how many count, and its numbers by name.

    `mean` and `deviation` are in its own unit, `variation` is their ratio; a ratio's deviation is
    that of its linearised value, and a quantile's that of the single values. `baseline` is the
    share of units of a proportion, `monthly_churn` the share that churns within 30 days.
    `reduction` is the share of the variance that an adjustment takes off. Where units are alike,
    `cluster_size`, `size_variation` and `icc` say how. Of lifetime revenue the mean is until the
    horizon and weighted for the end of observation, the variation is that of what customers paid at
    a time. Names are those of the questions before a start, where they are asked there.
    """

    metric: str
    kind: str
    units: int
    numbers: dict[str, float]


def profiles(plan: Plan, outcomes: Outcomes) -> Iterator[Profile]:
    """Yield what is known of every metric that has outcomes.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: solved, role: primary, kind: proportion, source: contacts, window: 30}]}''')
    >>> from impact.simulation.trials.outcomes import Values
    >>> happened = np.array([[1.0], [1], [0], [1]])
    >>> values = Values(names=("y",), numbers=happened, counts=np.full(4, True))
    >>> (found,) = profiles(plan, Outcomes(size=4, values={"solved": values}))
    >>> found.units, found.numbers
    (4, {'baseline': 0.75})
    """
    for metric in plan.metrics:
        if metric.key in outcomes.times:
            times = outcomes.times[metric.key]
            yield _profile(metric, len(times.time), _of_times(metric, times))
        elif metric.key in outcomes.payments:
            paid = outcomes.payments[metric.key]
            yield _profile(metric, len(paid.times.time), of_payments(paid))
        elif metric.key in outcomes.ranked:
            ranked = outcomes.ranked[metric.key]
            counted = ranked.values[ranked.counts[ranked.unit]]
            units = int(ranked.counts.sum())
            yield _profile(metric, units, _of_numbers(counted))
        elif metric.key in outcomes.values:
            values = outcomes.values[metric.key]
            numbers = _of_values(metric, values) | _alike(plan, metric, values, outcomes.slots)
            if clusters_of_units(plan, metric):  # of groups, not of the contacts that are asked for
                numbers.pop("variation", None)
            yield _profile(metric, int(values.complete.sum()), numbers)


def _profile(metric: Metric, units: int, numbers: dict[str, float]) -> Profile:
    known = {name: number for name, number in numbers.items() if math.isfinite(number)}
    return Profile(metric=metric.key, kind=metric.kind.value, units=units, numbers=known)


def _of_times(metric: Metric, times: Times) -> dict[str, float]:
    """Churn over the days that customers were watched, as if it were the same on each."""
    events, days = int(times.event.sum()), float(times.time.sum())
    if not days:
        return {"events": float(events)}
    found = {"events": float(events), "days": days, "monthly_churn": monthly(events, days)}
    if metric.cluster:
        found |= of_groups(times.event.astype(np.float64), times.clusters[metric.cluster])
    return found


def _alike(plan: Plan, metric: Metric, values: Values, slots: Slots | None) -> dict[str, float]:
    """Say of the units that count how alike they are, where the plan has clusters or windows."""
    kept = values.complete
    if clusters_of_units(plan, metric):
        contacts = values.column("d")[kept]
        return (
            {}
            if len(contacts) < FEWEST or not contacts.mean() > 0
            else {
                "cluster_size": float(contacts.mean()),
                "size_variation": float(contacts.std(ddof=1) / contacts.mean()),
            }
        )
    if slots is not None:
        kept = kept & slots.settled
        return of_windows(_linear(values, kept), slots.within(kept))
    if values.cluster is None:
        return {}
    return of_groups(_linear(values, kept), values.cluster[kept])


def _linear(values: Values, kept: Booleans) -> Floats:
    """Return the numbers of those kept; of a ratio what each adds to it."""
    above = values.column("y")[kept]
    if "d" not in values.names:
        return above
    below = values.column("d")[kept]
    return above - below * (above.sum() / below.sum() if below.sum() else 0.0)


def _of_values(metric: Metric, values: Values) -> dict[str, float]:
    rows = values.numbers[values.complete]
    if len(rows) < FEWEST:
        return {}
    y = rows[:, values.names.index("y")]
    if metric.kind is Kind.PROPORTION:
        return {"baseline": float((y > 0).mean())}
    if metric.kind is Kind.RATIO:
        return _of_ratio(y, rows[:, values.names.index("d")])
    numbers = _of_numbers(y)
    if "x" in values.names:
        together = np.corrcoef(y, rows[:, values.names.index("x")])[0, 1] if y.std() else 0.0
        numbers["reduction"] = float(together) ** 2
    return numbers


def _of_numbers(numbers: np.ndarray) -> dict[str, float]:
    if len(numbers) < FEWEST:
        return {}
    return _spread(float(numbers.mean()), float(numbers.std(ddof=1)))


def _of_ratio(above: np.ndarray, below: np.ndarray) -> dict[str, float]:
    spread = np.cov(above, below, ddof=1)
    if not below.mean() > 0:
        return {}
    moments = RatioMoments(
        mean_numerator=float(above.mean()),
        mean_denominator=float(below.mean()),
        variance_numerator=float(spread[0, 0]),
        variance_denominator=float(spread[1, 1]),
        covariance=float(spread[0, 1]),
    )
    return _spread(moments.ratio, ratio_deviation(moments))


def _spread(mean: float, deviation: float) -> dict[str, float]:
    variation = {"variation": deviation / abs(mean)} if mean else {}
    return {"mean": mean, "deviation": deviation, **variation}
