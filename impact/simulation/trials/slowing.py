"""Churn that comes later: times to churn under a hazard that a policy has lowered."""

from dataclasses import replace

import numpy as np

from experiments.errors import InvalidRequest, Violation
from impact.simulation.trials.outcomes import Booleans, Floats, Integers, Times


def slower(
    times: Times, treated: Booleans, change: float, rng: np.random.Generator, *, delay: int
) -> Times:
    """Return the times with a hazard lower by a share from day `delay` on, of the treated.

    Raises:
        InvalidRequest: all of the hazard, or more.

    >>> times = Times(time=np.array([10, 20, 30]), event=np.array([1, 1, 0]), end=np.full(3, 30))
    >>> later = slower(times, np.array([True, True, False]), 0.5, np.random.default_rng(1), delay=0)
    >>> bool((later.time >= times.time).all()), int(later.time[2])
    (True, 30)
    """
    if not change < 1:
        rule = "must be below 1: churn cannot fall by more than all of it"
        raise InvalidRequest(Violation(field="effect", value=f"{change:g}", rule=rule))
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
    inside = np.ones(len(time), dtype=np.bool_) if entry is None else entry < time
    seen, days = time[inside], int(time.max(initial=0)) + 1
    churned = np.bincount(seen[event[inside] == 1], minlength=days)
    at_risk = _not_before(seen, days)
    if entry is not None:
        at_risk = at_risk - _not_before(entry[inside] + 1, days + 1)[1:]
    with np.errstate(divide="ignore"):
        return np.asarray(np.cumsum(-np.log1p(-churned / np.maximum(at_risk, 1))))


def _not_before(day: Integers, days: int) -> Integers:
    """Count, for every day, those whose own is that one or a later one."""
    return np.asarray(np.bincount(day, minlength=days)[::-1].cumsum()[::-1])


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
