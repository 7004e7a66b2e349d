"""A known effect of a policy, put into the outcomes of those who got it."""

from dataclasses import replace

import numpy as np

from experiments.errors import InvalidRequest, Violation
from experiments.plan.document import Direction, Kind, Metric
from impact.simulation.trials.outcomes import (
    Booleans,
    Floats,
    Integers,
    Outcomes,
    Ranked,
    Times,
    Values,
)


def with_effect(
    metric: Metric,
    outcomes: Outcomes,
    treated: Booleans,
    change: float,
    rng: np.random.Generator,
    *,
    delay: int = 0,
) -> Outcomes:
    """Return the outcomes with a metric changed by a share, in the good direction, for some units.

    A mean, a ratio's numerator and the values of a quantile are multiplied. A share of units is
    changed by drawing who else it happens to, or to whom it no longer does. A time to churn gets a
    hazard lower by that share at all times: each unit's cumulative hazard at churn (drawn beyond
    its last day, for who stayed) is divided by 1 - change, what it passed before day `delay` or
    before it was at risk not, and read as a time again. Who still churns does so for the same
    cause.

    Raises:
        InvalidRequest: no policy can change it by so much.
    """
    if metric.kind is Kind.TIME_TO_EVENT:
        times = _slower(outcomes.times[metric.key], treated, change, rng, delay=delay)
        return replace(outcomes, times={**outcomes.times, metric.key: times})
    signed = change if metric.direction is Direction.INCREASE else -change
    if metric.kind is Kind.QUANTILE:
        ranked = _raised(outcomes.ranked[metric.key], treated, 1 + signed)
        return replace(outcomes, ranked={**outcomes.ranked, metric.key: ranked})
    values = outcomes.values[metric.key]
    if metric.kind is Kind.PROPORTION:
        values = _shifted(values, treated, signed, rng)
    else:
        values = _multiplied(values, treated, 1 + signed)
    return replace(outcomes, values={**outcomes.values, metric.key: values})


def _multiplied(values: Values, treated: Booleans, factor: float) -> Values:
    """Multiply the outcome; what is capped is capped again."""
    numbers, y = values.numbers.copy(), values.names.index("y")
    numbers[treated, y] *= factor
    if values.cap is not None:
        numbers[:, values.names.index("w")] = np.minimum(numbers[:, y], values.cap)
    return replace(values, numbers=numbers)


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


def _slower(
    times: Times, treated: Booleans, change: float, rng: np.random.Generator, *, delay: int
) -> Times:
    if not change < 1:
        raise _too_much(f"{change:g}", "must be below 1: churn cannot fall by more than all of it")
    hazard = times.hazard
    if hazard is None:
        hazard = cumulative_hazard(times.time, times.event, times.entry)
    first = np.full(len(times.time), delay) if times.entry is None else times.entry + 1
    first = np.minimum(np.maximum(first, delay), len(hazard))
    untouched = np.where(first > 0, hazard[first - 1], 0.0)
    passed = _passed(times, hazard, rng)
    later = untouched + (passed - untouched) / (1 - change)
    passed = np.where(passed > untouched, later, passed)
    churned_on = np.searchsorted(hazard, passed, side="left")
    churns = (churned_on <= times.end) & (churned_on < len(hazard))
    moved_time = np.where(churns, churned_on, times.end)
    # Who is never at risk has nothing that a policy could change.
    moved = treated if times.entry is None else treated & (times.entry < times.time)
    event = np.where(moved, churns, times.event).astype(np.int64)
    return replace(
        times,
        time=np.where(moved, moved_time, times.time).astype(np.int64),
        event=event,
        cause=None if times.cause is None else np.where(event == 1, times.cause, ""),
    )


def cumulative_hazard(time: Integers, event: Integers, entry: Integers | None = None) -> Floats:
    """Return -log of the Kaplan-Meier estimate at the end of every day, from day 0 on.

    A unit is at risk on the days after its `entry`. It becomes infinite on a day on which all who
    are left churn.

    >>> cumulative_hazard(np.array([0, 1, 1, 2]), np.array([1, 1, 0, 0])).round(4)
    array([0.2877, 0.6931, 0.6931])
    """
    days = int(time.max(initial=0)) + 1
    churned = np.bincount(time[event == 1], minlength=days)
    at_risk = np.bincount(time, minlength=days)[::-1].cumsum()[::-1]
    if entry is not None:
        inside = entry < time
        churned = np.bincount(time[inside & (event == 1)], minlength=days)
        left = np.bincount(time[inside], minlength=days)[::-1].cumsum()[::-1]
        still_out = np.bincount(entry[inside] + 1, minlength=days + 1)[:days]
        at_risk = left - still_out[::-1].cumsum()[::-1] + still_out
    with np.errstate(divide="ignore"):
        return np.asarray(np.cumsum(-np.log1p(-churned / np.maximum(at_risk, 1))))


def _passed(times: Times, hazard: Floats, rng: np.random.Generator) -> Floats:
    """Return the cumulative hazard at which each unit churns, drawn where that is not known.

    A churn lies anywhere in its day; who stayed has passed the hazard of the last day, and how
    much more is exponential, as if the customer went on as everybody does.
    """
    at_end = hazard[times.time]
    before = np.where(times.time > 0, hazard[times.time - 1], 0.0)
    with np.errstate(invalid="ignore"):  # where all who were left churned: any later hazard
        inside = before + rng.random(len(at_end)) * np.where(np.isinf(at_end), 1.0, at_end - before)
    beyond = at_end + rng.exponential(size=len(at_end))
    return np.where(times.event == 1, inside, beyond)


def _too_much(value: str, rule: str) -> InvalidRequest:
    return InvalidRequest(Violation(field="effect", value=value, rule=rule))
