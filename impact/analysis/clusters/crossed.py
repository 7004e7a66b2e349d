"""The row of a ratio whose units are crossed by groups, such as customers by agents."""

from collections.abc import Iterable, Iterator

import numpy as np

from experiments.plan.document import Metric, Plan
from impact.analysis.arms import sides_of
from impact.analysis.clusters.comparing import sums_of
from impact.analysis.clusters.units import clusters_of_units
from impact.analysis.estimates import Estimate
from impact.analysis.rows import row, subject_of
from impact.analysis.sufficient import (
    ALL,
    ArmMoments,
    ClusterCounts,
    CrossedCounts,
    Floats,
    Moments,
    SufficientStatistics,
)
from impact.stats.clusters.comparison import compared, correction_for, freedom
from impact.stats.clusters.regression import cluster_covariance
from impact.stats.clusters.two_way import ArmSums, TwoWay, two_way
from impact.stats.estimable import NotEstimable

METHOD = "two_way"
DIFFERENCE = "ratio_difference"


def with_crossed(
    plan: Plan,
    metric: Metric,
    statistics: SufficientStatistics,
    estimates: tuple[Estimate, ...],
    *,
    look: int | None,
) -> tuple[Estimate, ...]:
    """Return the rows of a metric with its differences clustered both ways.

    Where customers or contacts were randomised they stand after the others, as a sensitivity
    analysis: agents alike in both arms move both. Where agents, teams or queues were randomised
    they stand in place of the one-way differences, because customers who meet several of them
    carry one arm's treatment into the other's numbers.

    >>> from experiments.plan.reading import read_plan
    >>> from impact.analysis.sufficient import CheckCounts
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: handle_time, role: primary, kind: ratio, window: 30, crossed_with: agent_id,
    ... source: contacts.handle_seconds, denominator: contacts.handled}]}''')
    >>> units = tuple(ArmMoments(variant=arm, moments=Moments(names=("y", "d"), n=100,
    ...     means=np.array([seconds, 2.0]), cross=np.diag([9e5, 50.0])))
    ...     for arm, seconds in (("a", 600.0), ("b", 660.0)))
    >>> seconds = np.repeat([3000.0, 3300.0], 20) + np.resize([-200.0, 0, 100, 100], 40)
    >>> groups = ClusterCounts(names=("y", "d"), cluster=np.arange(40) % 20, n=np.full(40, 5),
    ...     variant=np.repeat(["a", "b"], 20), sums=np.column_stack([seconds, np.full(40, 10.0)]))
    >>> statistics = SufficientStatistics(arms=(), checks=CheckCounts(assigned=()),
    ...     moments={"handle_time": units},
    ...     crossed={"handle_time": CrossedCounts(pairs=units, groups=groups)})
    >>> (found,) = with_crossed(plan, plan.primary, statistics, (), look=None)
    >>> found.method, round(found.value, 4), found.note
    ('two_way', 30.0, 'errors by customer and by agent_id; alone 17.2 and 0')
    """
    counts = statistics.crossed.get(metric.key)
    if counts is None:
        return estimates
    rows = tuple(_rows(plan, metric, statistics, counts, look))
    if clusters_of_units(plan, metric):
        kept = (row for row in estimates if row.quantity != DIFFERENCE or row.segment != ALL)
        return (*kept, *rows)
    return (*estimates, *rows)


def _rows(
    plan: Plan,
    metric: Metric,
    statistics: SufficientStatistics,
    counts: CrossedCounts,
    look: int | None,
) -> Iterator[Estimate]:
    subject = subject_of(plan, metric, look)
    units = _whole(statistics.moments.get(metric.key, ()))
    pairs = _whole(counts.pairs)
    for variant in plan.variants:
        if variant == plan.control or not {variant, plan.control} <= set(units):
            continue
        arms = (variant, plan.control)
        error = _unit_error(statistics.clusters.get(metric.key, ()), arms)
        found: TwoWay | NotEstimable
        if isinstance(error, NotEstimable):
            found = error
        else:
            found = two_way(
                (_sums(units[variant].moments), _sums(units[plan.control].moments)),
                (_sums(pairs[variant].moments), _sums(pairs[plan.control].moments)),
                _side_by_side(counts.groups, *arms),
                level=plan.confidence_level,
                unit_error=error,
            )
        sides = sides_of(units[variant], units[plan.control])
        answer = found if isinstance(found, NotEstimable) else found.difference
        yield row(subject, DIFFERENCE, METHOD, sides, answer, _note(plan, metric, found, look))


def _whole(arms: Iterable[ArmMoments]) -> dict[str, ArmMoments]:
    return {arm.variant: arm for arm in arms if arm.segment == ALL}


def _sums(moments: Moments) -> ArmSums:
    y, d = (moments.names.index(name) for name in ("y", "d"))
    places = np.ix_([y, d], [y, d])
    means = moments.means[[y, d]]
    return ArmSums(
        n=moments.n,
        totals=moments.n * means,
        squares=moments.cross[places] + moments.n * np.outer(means, means),
    )


def _unit_error(
    clusters: Iterable[ClusterCounts], arms: tuple[str, str]
) -> tuple[float, float] | NotEstimable | None:
    """Return the corrected squared error where units are few groups of contacts."""
    whole = next((counts for counts in clusters if counts.segment == ALL), None)
    if whole is None:
        return None
    fit = compared(sums_of(whole, np.isin(whole.variant, arms), arms[0]))
    if isinstance(fit, NotEstimable):
        return fit
    df = freedom(fit, [0.0, 1.0])
    if isinstance(df, NotEstimable):
        return df
    variance = cluster_covariance(fit, [0.0, 1.0], correction_for(fit.clusters))
    return float(variance[0, 0]), df


def _side_by_side(groups: ClusterCounts, variant: str, control: str) -> Floats:
    """Return per group y and d of the variant, then of control; 0 where it has none of an arm."""
    chosen = np.isin(groups.variant, (variant, control))
    codes, place = np.unique(groups.cluster[chosen], return_inverse=True)
    table = np.zeros((codes.size, 4))
    right = 2 * (groups.variant[chosen] == control)
    np.add.at(table, (place, right), groups.number("y")[chosen])
    np.add.at(table, (place, right + 1), groups.number("d")[chosen])
    return table


def _note(plan: Plan, metric: Metric, found: TwoWay | NotEstimable, look: int | None) -> str:
    """Say what the errors are by; how large each is alone would give an interim test away."""
    if isinstance(found, NotEstimable):
        return ""
    by_both = f"errors by {plan.unit.value} and by {metric.crossed_with}"
    if look is not None:
        return by_both
    by_unit, by_group = (value**0.5 for value in (found.by_unit, found.by_group))
    return f"{by_both}; alone {by_unit:.3g} and {by_group:.3g}"
