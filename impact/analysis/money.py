"""Rows of money per unit: revenue, handling cost and their net, with exact variances."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from experiments.plan.document import Plan
from impact.analysis.arms import by_segment, empty_moments, pairs
from impact.analysis.estimates import Estimate
from impact.analysis.means import arm_rows, difference_row
from impact.analysis.rows import Sides, Subject, row
from impact.analysis.sufficient import MONEY, ArmMoments, Moments
from impact.economics.handling import MINUTES, REVENUE, money_per_unit
from impact.stats.estimable import NotEstimable

KIND = "money"
SOURCE = {REVENUE: "revenue", MINUTES: "contacts"}


def estimate_money(
    plan: Plan,
    money: Mapping[str, tuple[ArmMoments, ...]],
    *,
    look: int | None,
    reason: str = "",
) -> tuple[Estimate, ...]:
    """Return the money rows, all segments, in the plan's currency; none without economics.

    `money["revenue_and_handling"]` holds moments named "revenue" and "handle_minutes", or one of
    the two: what the missing one is needed for is then a row with the reason, and every measure
    where there is a `reason` already.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: visits, role: primary, kind: mean, source: contacts, window: 30}],
    ... economics: {currency: EUR, cost_per_handle_minute: 0.5}}''')
    >>> arms = tuple(ArmMoments(variant=arm, moments=Moments(names=("handle_minutes",),
    ...     n=100, means=np.array([mean]), cross=np.array([[400.0]])))
    ...     for arm, mean in (("a", 20.0), ("b", 24.0)))
    >>> for found in estimate_money(plan, {"revenue_and_handling": arms}, look=None):
    ...     print(found.metric, found.quantity, found.value and round(found.value, 2))
    revenue mean_difference None
    handling_cost mean 10.0
    handling_cost standard_deviation 1.01
    handling_cost mean 12.0
    handling_cost standard_deviation 1.01
    handling_cost mean_difference 2.0
    net_value net_value None
    """
    if plan.economics is None:
        return ()
    arms = money.get(MONEY, ())
    measures = money_per_unit(plan.economics.cost_per_handle_minute)
    if reason:
        subjects = (money_subject(plan, measure, look) for measure in measures)
        absent = (_absent(subject, plan, NotEstimable(reason)) for subject in subjects)
        return tuple(estimate for rows in absent for estimate in rows)
    return tuple(
        estimate
        for measure, weights in measures.items()
        for estimate in _measure(money_subject(plan, measure, look), plan, arms, weights)
    )


def combined(moments: Moments, weights: Mapping[str, float]) -> Moments:
    """Return the moments of a weighted sum of the numbers of a vector.

    >>> pair = Moments(names=("a", "b"), n=2, means=np.array([3.0, 1.0]), cross=np.eye(2))
    >>> combined(pair, {"a": 1.0, "b": -2.0}).means
    array([1.])
    """
    weight = np.array([weights.get(name, 0.0) for name in moments.names])
    spread = max(float(weight @ moments.cross @ weight), 0.0)
    return Moments(
        names=("y",),
        n=moments.n,
        means=np.array([float(weight @ moments.means)]),
        cross=np.array([[spread]]),
    )


def money_subject(plan: Plan, measure: str, look: int | None) -> Subject:
    """Return what rows of a measure of money speak of; a metric of the same name keeps it.

    >>> from experiments.plan.document import Economics, Unit
    >>> plan = Plan(key="calls", unit=Unit.CUSTOMER, control="a", metrics=(), weights=(),
    ...     economics=Economics(currency="EUR"))
    >>> found = money_subject(plan, "revenue", None)
    >>> found.metric, found.unit
    ('revenue', 'EUR')
    """
    taken = any(metric.key == measure for metric in plan.metrics)
    return Subject(
        metric=f"economics_{measure}" if taken else measure,
        kind=KIND,
        unit=plan.economics.currency if plan.economics else "1",
        level=plan.confidence_level,
        control=plan.control,
        look=look,
    )


def _measure(
    subject: Subject, plan: Plan, arms: tuple[ArmMoments, ...], weights: Mapping[str, float]
) -> Iterator[Estimate]:
    known = arms[0].moments.names if arms else ()
    missing = [SOURCE[name] for name in weights if name not in known]
    if missing:
        yield from _absent(subject, plan, NotEstimable(f"no {' and no '.join(missing)} given"))
        return
    summed = [replace(arm, moments=combined(arm.moments, weights)) for arm in arms]
    for segment, found in by_segment(summed, plan.variants, _empty):
        yield from _segment(subject.within(segment), found)


def _segment(subject: Subject, arms: dict[str, ArmMoments]) -> Iterator[Estimate]:
    for arm in arms.values():
        yield from arm_rows(subject, arm)
    for variant, control in pairs(arms, subject.control):
        difference = difference_row(subject, variant, control)
        yield replace(difference, quantity=money_quantity(subject))


def _absent(subject: Subject, plan: Plan, reason: NotEstimable) -> Iterator[Estimate]:
    for variant in plan.variants:
        if variant != plan.control:
            sides = Sides(variant=variant, baseline=plan.control)
            yield row(subject, money_quantity(subject), "welch", sides, reason)


def money_quantity(subject: Subject) -> str:
    """Return what the difference of a measure of money is called.

    >>> money_quantity(Subject(metric="revenue", kind="money", unit="EUR", level=0.95,
    ...     control="a", look=None))
    'mean_difference'
    """
    return "net_value" if subject.metric.endswith("net_value") else "mean_difference"


def _empty(variant: str, segment: str) -> ArmMoments:
    return empty_moments(("y",), variant, segment)
