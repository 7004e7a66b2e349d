"""Rows that test a margin: is harm as large as that ruled out, one-sided?"""

import math
from collections.abc import Iterator
from dataclasses import replace

from scipy import special

from experiments.plan.document import Metric, Plan
from impact.analysis.benefits import favours_less
from impact.analysis.estimates import Estimate
from impact.analysis.headlines import effect_row, has_one_limit, headline_of
from impact.analysis.looks.bounds import Bound
from impact.analysis.notes import joined
from impact.stats.estimable import NotEstimable
from impact.stats.inference import normal_quantile
from impact.stats.means.newcombe import Successes
from impact.stats.non_inferiority import distance, one_sided_p_value, share_distance

METHOD = "non_inferiority"
BY_COUNTS = "newcombe"  # has no standard error
LIMIT_ALONE = "no test: the limit decides"
BY_SIDES = "woodruff"  # has one on each side


def non_inferiority_rows(
    plan: Plan,
    metric: Metric,
    raw: tuple[Estimate, ...],
    shown: tuple[Estimate, ...],
    bound: Bound | NotEstimable | None,
) -> Iterator[Estimate]:
    """Yield per variant the test of the metric's margin; nothing without a margin.

    `raw` are the rows as computed and `shown` as the look allows: the limit on the side of harm is
    that of the interval shown, one-sided at half of its error rate. The p-value stands at the
    planned end alone, and holds under the looks before it.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: csat, role: primary, kind: mean, source: surveys.csat, window: 30,
    ... margin: 0.2}]}''')
    >>> row = Estimate(metric="csat", kind="mean", method="welch", quantity="mean_difference",
    ...     variant="b", value=-0.1, std_error=0.05, df=800.0, ci_low=-0.198, ci_high=-0.002,
    ...     confidence_level=0.95)
    >>> (found,) = non_inferiority_rows(plan, plan.primary, (row,), (row,), None)
    >>> found.term, round(found.statistic, 6), round(found.p_value, 4)
    ('margin=0.2', 2.0, 0.0229)
    >>> found.ci_low, found.ci_high, found.confidence_level
    (-0.198, None, 0.975)
    """
    if metric.margin is None:
        return
    for variant in plan.variants:
        computed, allowed = effect_row(metric, variant, raw), effect_row(metric, variant, shown)
        if variant != plan.control and computed is not None and allowed is not None:
            yield _row(metric, computed, allowed, bound)


def _row(
    metric: Metric, computed: Estimate, allowed: Estimate, bound: Bound | NotEstimable | None
) -> Estimate:
    blank = replace(
        allowed,
        method=METHOD,
        term=f"margin={metric.margin:g}",
        std_error=None,
        statistic=None,
        df=None,
        p_value=None,
    )
    statistic = _statistic(metric, computed)
    if isinstance(statistic, NotEstimable):
        tested = _one_sided(metric, blank)
        return replace(tested, ci_set="", note=_joined(tested.note, statistic.reason))
    tested = _one_sided(metric, blank)
    if allowed.look is not None or allowed.ci_low is None:
        return tested
    df = None if computed.method == BY_COUNTS else computed.df
    p_value = one_sided_p_value(statistic, df)
    if bound is not None and not isinstance(bound, NotEstimable):
        p_value = _under_looking(p_value, bound)
    return replace(tested, statistic=statistic, df=df, p_value=p_value)


def _one_sided(metric: Metric, row: Estimate) -> Estimate:
    """Keep the limit on the side of harm; one-sided, half of the error rate lies beyond it."""
    if row.confidence_level is None:
        return row
    level = round((1 + row.confidence_level) / 2, 12)
    facing = row.ci_high if favours_less(metric) else row.ci_low
    if facing is None:
        return replace(row, ci_low=None, ci_high=None, confidence_level=None)
    if favours_less(metric):
        return replace(row, ci_low=None, confidence_level=level)
    return replace(row, ci_high=None, confidence_level=level)


def _statistic(metric: Metric, row: Estimate) -> float | NotEstimable:
    margin = metric.margin or 0.0
    if has_one_limit(row):
        return NotEstimable(LIMIT_ALONE)
    if row.value is None:
        return NotEstimable(row.note or "no estimate")
    if row.method == BY_COUNTS:
        return _share_statistic(metric, row, margin)
    std_error = _facing(metric, row) if row.method == BY_SIDES else row.std_error
    if not std_error:
        return NotEstimable("no spread to test the margin by")
    sign = -1 if favours_less(metric) else 1
    if headline_of(metric).no_effect == 1:
        return distance(sign * math.log(row.value), std_error, math.log(margin))
    return distance(sign * row.value, std_error, margin)


def _facing(metric: Metric, row: Estimate) -> float | None:
    """Return the standard error that the side of harm stands for, None without limits."""
    limit = row.ci_high if favours_less(metric) else row.ci_low
    if limit is None or row.value is None or row.confidence_level is None:
        return None
    return abs(limit - row.value) / normal_quantile(row.confidence_level)


def _share_statistic(metric: Metric, row: Estimate, margin: float) -> float | NotEstimable:
    variant = Successes(n=row.n_variant or 0, successes=row.events_variant or 0)
    baseline = Successes(n=row.n_baseline or 0, successes=row.events_baseline or 0)
    return share_distance(variant, baseline, margin, less_is_better=favours_less(metric))


def _under_looking(p_value: float, bound: Bound) -> float:
    """Return the one-sided p-value under looking: half of that of both sides."""
    z = -float(special.ndtri(p_value))
    half = bound.p_value(abs(z)) / 2
    return half if z > 0 else 1 - half


def _joined(note: str, more: str) -> str:
    return note if more in note else joined(note, more)
