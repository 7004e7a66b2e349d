"""A known effect of a policy, put into the outcomes of those who got it."""

from dataclasses import dataclass, replace

import numpy as np

from experiments.errors import InvalidRequest, Violation
from experiments.plan.document import Direction, Kind, Metric
from impact.simulation.trials.outcomes import Booleans, Crossed, Outcomes, Payments, Ranked, Values
from impact.simulation.trials.slowing import slower


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How an effect comes about.

    Churn falls from day `delay` on. Lifetime revenue changes by what is paid or, `by_staying`, by
    how long customers stay.
    """

    delay: int = 0
    by_staying: bool = False


AT_ONCE = Manner()


def with_effect(
    metric: Metric,
    outcomes: Outcomes,
    treated: Booleans,
    change: float,
    rng: np.random.Generator,
    *,
    how: Manner = AT_ONCE,
) -> Outcomes:
    """Return the outcomes with a metric changed by a share, in the good direction, for some units.

    A mean, a ratio's numerator and the values of a quantile are multiplied. A share of units is
    changed by drawing who else it happens to, or to whom it no longer does. A time to churn gets a
    hazard lower by that share at all times: each unit's cumulative hazard at churn (drawn beyond
    its last day, for who stayed) is divided by 1 - change, what it passed before the delay is over
    or before it was at risk not, and read as a time again. Who still churns does so for the same
    cause. Lifetime revenue is changed by what is paid or, by staying, by a hazard lower by that
    share: who stays goes on to pay.

    Raises:
        InvalidRequest: no policy can change it by so much.

    >>> from experiments.plan.document import Role, Source, Table
    >>> metric = Metric(key="paid", role=Role.PRIMARY, kind=Kind.MEAN,
    ...     source=Source(table=Table.REVENUE))
    >>> values = Values(names=("y",), numbers=np.array([[10.0], [20.0]]), counts=np.full(2, True))
    >>> changed = with_effect(metric, Outcomes(size=2, values={"paid": values}),
    ...     np.array([False, True]), 0.1, np.random.default_rng(1))
    >>> changed.values["paid"].numbers.tolist()
    [[10.0], [22.0]]
    """
    if metric.kind is Kind.TIME_TO_EVENT:
        times = slower(outcomes.times[metric.key], treated, change, rng, delay=how.delay)
        return replace(outcomes, times={**outcomes.times, metric.key: times})
    signed = change if metric.direction is Direction.INCREASE else -change
    if metric.is_lifetime:
        paid = _paying(outcomes.payments[metric.key], treated, signed, rng, how)
        return replace(outcomes, payments={**outcomes.payments, metric.key: paid})
    if metric.kind is Kind.QUANTILE:
        ranked = _raised(outcomes.ranked[metric.key], treated, 1 + signed)
        return replace(outcomes, ranked={**outcomes.ranked, metric.key: ranked})
    values = outcomes.values[metric.key]
    if metric.kind is Kind.PROPORTION:
        values = _shifted(values, treated, signed, rng)
    else:
        values = _multiplied(values, treated, 1 + signed)
    crossed = {
        key: _crossed(pairs, treated, 1 + signed) if key == metric.key else pairs
        for key, pairs in outcomes.crossed.items()
    }
    return replace(outcomes, values={**outcomes.values, metric.key: values}, crossed=crossed)


def _paying(
    paid: Payments, treated: Booleans, signed: float, rng: np.random.Generator, how: Manner
) -> Payments:
    """Multiply what is paid, or let customers stay: then it falls with the share of churn."""
    if how.by_staying:
        return replace(paid, times=slower(paid.times, treated, signed, rng, delay=how.delay))
    factors = np.where(treated[paid.unit], 1 + signed, 1.0)
    return replace(paid, amount=paid.amount * factors)


def _multiplied(values: Values, treated: Booleans, factor: float) -> Values:
    """Multiply the outcome; what is capped is capped again."""
    numbers, y = values.numbers.copy(), values.names.index("y")
    numbers[treated, y] *= factor
    if values.cap is not None:
        numbers[:, values.names.index("w")] = np.minimum(numbers[:, y], values.cap)
    return replace(values, numbers=numbers)


def _crossed(crossed: Crossed, treated: Booleans, factor: float) -> Crossed:
    """Multiply the numerator of every pair of a treated unit."""
    numbers = crossed.numbers.copy()
    numbers[treated[crossed.unit], 0] *= factor
    return replace(crossed, numbers=numbers)


def _raised(ranked: Ranked, treated: Booleans, factor: float) -> Ranked:
    """Multiply every value of the treated units."""
    values = np.where(treated[ranked.unit], ranked.values * factor, ranked.values)
    return replace(ranked, values=values)


def _shifted(values: Values, treated: Booleans, signed: float, rng: np.random.Generator) -> Values:
    numbers, y = values.numbers.copy(), values.names.index("y")
    happened = numbers[:, y] > 0
    share = float(happened[values.complete].mean()) if values.complete.any() else 0.0
    if share * (1 + signed) > 1:
        raise _too_much(f"{signed:g}", f"cannot raise a share of {share:.3g} by so much")
    draws = rng.random(len(numbers))
    if signed > 0:
        chance = share * signed / (1 - share) if share < 1 else 0.0
        numbers[treated & ~happened & (draws < chance), y] = 1.0
    else:
        numbers[treated & happened & (draws < -signed), y] = 0.0
    numbers[np.isnan(values.numbers[:, y]), y] = np.nan
    return replace(values, numbers=numbers)


def _too_much(value: str, rule: str) -> InvalidRequest:
    return InvalidRequest(Violation(field="effect", value=value, rule=rule))
