"""Rows of a quantile of values that belong to units, with intervals at the unit."""

from collections.abc import Iterator
from dataclasses import replace

from experiments.plan.document import Metric, Plan
from impact.analysis.arms import by_segment, pairs
from impact.analysis.estimates import Estimate
from impact.analysis.rows import Sides, Subject, row, subject_of
from impact.analysis.sufficient import ArmQuantile
from impact.stats.means.quantile_differences import quantile_difference, relative_quantile
from impact.stats.means.quantiles import (
    QuantileSample,
    missing_interval,
    quantile,
)

METHOD = "woodruff"


def estimate_quantiles(
    plan: Plan, metric: Metric, arms: tuple[ArmQuantile, ...], *, look: int | None
) -> tuple[Estimate, ...]:
    """Return the rows of one quantile, all segments; `at` is the share at or below it.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: wait, role: primary, kind: quantile, source: contacts.wait_seconds,
    ... quantile: 0.9, window: 30}]}''')
    >>> arms = tuple(ArmQuantile(variant=arm, units=900, rows=2000, value=value, low=value - 10,
    ...     high=value + 10, level=0.95) for arm, value in (("a", 95.0), ("b", 110.0)))
    >>> for estimate in estimate_quantiles(plan, plan.primary, arms, look=None):
    ...     print(estimate.quantity, estimate.at, round(estimate.value, 4))
    quantile 0.9 95.0
    quantile 0.9 110.0
    quantile_difference 0.9 15.0
    relative_difference 0.9 0.1579
    """
    subject = subject_of(plan, metric, look)
    return tuple(
        replace(estimate, at=metric.quantile)
        for segment, found in by_segment(arms, plan.variants, _empty)
        for estimate in _segment(subject.within(segment), found)
    )


def _segment(subject: Subject, arms: dict[str, ArmQuantile]) -> Iterator[Estimate]:
    for arm in arms.values():
        sides, sample = Sides(variant=arm.variant, n_variant=arm.units), _sample(arm)
        answer = quantile(sample, level=subject.level)
        yield row(subject, "quantile", METHOD, sides, answer, missing_interval(sample))
    for variant, control in pairs(arms, subject.control):
        yield from _comparison(subject, variant, control)


def _comparison(subject: Subject, variant: ArmQuantile, control: ArmQuantile) -> Iterator[Estimate]:
    samples = _sample(variant), _sample(control)
    sides = Sides(
        variant=variant.variant,
        n_variant=variant.units,
        baseline=control.variant,
        n_baseline=control.units,
    )
    difference = quantile_difference(*samples, level=subject.level)
    yield row(subject, "quantile_difference", METHOD, sides, difference)
    relative = relative_quantile(*samples, level=subject.level)
    yield row(subject.without_unit(), "relative_difference", METHOD, sides, relative)


def _sample(arm: ArmQuantile) -> QuantileSample:
    return QuantileSample(
        units=arm.units, rows=arm.rows, value=arm.value, low=arm.low, high=arm.high, level=arm.level
    )


def _empty(variant: str, segment: str) -> ArmQuantile:
    return ArmQuantile(
        variant=variant,
        segment=segment,
        units=0,
        rows=0,
        value=None,
        low=None,
        high=None,
        level=0.0,
    )
