"""Rows of lifetime revenue: every customer counts, weighted for the end of observation."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from experiments.plan.document import Metric, Plan
from impact.analysis.arms import by_segment, pairs
from impact.analysis.estimates import Estimate
from impact.analysis.rows import Sides, Subject, row, subject_of
from impact.analysis.sufficient import ArmLifetime
from impact.stats.means.lifetime_revenue import (
    LifetimeSample,
    lifetime_difference,
    lifetime_revenue,
    relative_lifetime,
)

METHOD = "partitioned_weighting"


def estimate_lifetimes(
    plan: Plan, metric: Metric, arms: tuple[ArmLifetime, ...], *, look: int | None
) -> tuple[Estimate, ...]:
    """Return the rows of one metric, all segments; `at` is the horizon in the plan's time unit.

    There is no mean of those seen to the end, nor of everybody as seen: both are biased low.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: worth, role: primary, kind: mean, source: revenue.amount, horizon: 90}]}''')
    >>> def arm(variant, earned):
    ...     return ArmLifetime(variant=variant, horizon=90, time=np.array([90]), n=np.array([50]),
    ...         complete=np.array([True]), churned=np.array([False]), earned=np.array([earned]),
    ...         squares=np.array([200.0]), known=np.array([90]), paid=np.array([50 * earned]))
    >>> arms = arm("a", 40.0), arm("b", 42.0)
    >>> for estimate in estimate_lifetimes(plan, plan.primary, arms, look=None):
    ...     print(estimate.quantity, estimate.at, round(estimate.value, 4))
    lifetime_revenue 90.0 40.0
    lifetime_revenue 90.0 42.0
    lifetime_revenue_difference 90.0 2.0
    relative_difference 90.0 0.05
    """
    horizon, subject = metric.horizon or 0.0, subject_of(plan, metric, look)
    at = plan.time_unit.of(horizon)
    segments = by_segment(arms, plan.variants, partial(_empty, int(horizon)))
    return tuple(
        replace(estimate, at=at)
        for segment, found in segments
        for estimate in _segment(subject.within(segment), found)
    )


def _segment(subject: Subject, arms: dict[str, ArmLifetime]) -> Iterator[Estimate]:
    for arm in arms.values():
        sides = Sides(variant=arm.variant, n_variant=_units(arm), events_variant=_churned(arm))
        answer = lifetime_revenue(_sample(arm), level=subject.level)
        yield row(subject, "lifetime_revenue", METHOD, sides, answer)
    for variant, control in pairs(arms, subject.control):
        yield from _comparison(subject, variant, control)


def _comparison(subject: Subject, variant: ArmLifetime, control: ArmLifetime) -> Iterator[Estimate]:
    samples = _sample(variant), _sample(control)
    sides = Sides(
        variant=variant.variant,
        n_variant=_units(variant),
        baseline=control.variant,
        n_baseline=_units(control),
        events_variant=_churned(variant),
        events_baseline=_churned(control),
    )
    difference = lifetime_difference(*samples, level=subject.level)
    yield row(subject, "lifetime_revenue_difference", METHOD, sides, difference)
    relative = relative_lifetime(*samples, level=subject.level)
    yield row(subject.without_unit(), "relative_difference", METHOD, sides, relative)


def _sample(arm: ArmLifetime) -> LifetimeSample:
    return LifetimeSample(
        horizon=float(arm.horizon),
        time=arm.time.astype(np.float64),
        complete=arm.complete,
        n=arm.n.astype(np.float64),
        earned=arm.earned,
        squares=arm.squares,
        known=arm.known.astype(np.float64),
        paid=arm.paid,
    )


def _units(arm: ArmLifetime) -> int:
    return int(arm.n.sum())


def _churned(arm: ArmLifetime) -> int:
    return int(arm.n[arm.churned].sum())


def _empty(horizon: int, variant: str, segment: str) -> ArmLifetime:
    counts, amounts = np.zeros(0, dtype=np.int64), np.zeros(0)
    flags = np.zeros(0, dtype=np.bool_)
    return ArmLifetime(
        variant=variant,
        segment=segment,
        horizon=horizon,
        time=counts,
        complete=flags,
        churned=flags,
        n=counts,
        earned=amounts,
        squares=amounts,
        known=counts,
        paid=amounts,
    )
