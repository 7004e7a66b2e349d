"""The rows of one metric and of the money: estimated, then shown as the look allows."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from experiments.plan.document import Metric, Plan
from impact.analysis.clusters.crossed import with_crossed
from impact.analysis.clusters.estimating import estimate_clusters
from impact.analysis.clusters.saturation import with_saturations
from impact.analysis.compliance.estimating import estimate_compliance
from impact.analysis.ended_early import of_observed
from impact.analysis.epochs.estimating import by_epoch
from impact.analysis.epochs.money import money_by_epoch
from impact.analysis.estimates import Estimate
from impact.analysis.few_units import with_few_units
from impact.analysis.headlines import headline_of
from impact.analysis.kinds import METHODS, Found
from impact.analysis.looks.bounds import bound_of
from impact.analysis.looks.showing import Showing
from impact.analysis.money import estimate_money
from impact.analysis.non_inferiority import non_inferiority_rows
from impact.analysis.respondents import of_respondents
from impact.analysis.rows import Sides, row, subject_of
from impact.analysis.segments.neighbours import without_neighbours
from impact.analysis.segments.rows import segment_rows
from impact.analysis.sufficient import MONEY, SufficientStatistics
from impact.analysis.surveys import estimate_surveys
from impact.analysis.switchback.estimating import estimate_switchback
from impact.stats.estimable import NotEstimable

NO_UNIT = "1"


def estimate_metric(
    plan: Plan,
    declared: Metric,
    statistics: SufficientStatistics,
    *,
    look: int | None,
    as_of: datetime,
) -> Found:
    """Return what the statistics say about one metric, as the look allows it to be shown.

    >>> from datetime import UTC
    >>> from experiments.plan.reading import read_plan
    >>> from impact.analysis.sufficient import ArmProportion, CheckCounts
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: solved, role: primary, kind: proportion, source: contacts, window: 30}]}''')
    >>> arms = tuple(ArmProportion(variant=arm, n=400, successes=successes)
    ...     for arm, successes in (("a", 200), ("b", 240)))
    >>> statistics = SufficientStatistics(
    ...     arms=(), checks=CheckCounts(assigned=()), proportions={"solved": arms})
    >>> found = estimate_metric(
    ...     plan, plan.primary, statistics, look=None, as_of=datetime(2026, 10, 1, tzinfo=UTC))
    >>> for estimate in found.estimates:
    ...     print(estimate.quantity, estimate.variant, round(estimate.value, 3))
    proportion a 0.5
    proportion b 0.6
    proportion_difference b 0.1
    risk_ratio b 1.2
    """
    metric = replace(declared, unit=declared.unit or statistics.currency or NO_UNIT)
    if (reason := statistics.not_estimable.get(metric.key)) is not None:
        reasons = tuple(_reasons(plan, metric, reason, look))
        return Found(estimates=reasons, raw=reasons)
    bound = bound_of(plan, metric.key, statistics, as_of=as_of)
    showing = Showing(plan=plan, bound=bound, look=look)
    found = _found(showing.computed, metric, statistics, look)
    complied = estimate_compliance(showing.computed, metric, statistics, look=look)
    answers = statistics.answers.get(metric.key, ())
    response = statistics.response.get(metric.key)
    answered = estimate_surveys(showing.computed, metric, answers, look=look, response=response)
    rows = (*found.estimates, *complied, *answered)
    epochs = by_epoch(showing.computed, metric, statistics, rows, look=look)
    observed = of_observed(plan, statistics.ended_early.get(metric.key, ()), epochs, metric)
    raw = with_few_units(of_respondents(metric, observed))
    shown = showing.rows(raw)
    clusters = statistics.clusters.get(metric.key, ())
    return Found(
        estimates=(
            *without_neighbours(shown),
            *non_inferiority_rows(plan, metric, raw, shown, bound),
            *segment_rows(plan, metric, raw, look=look, clusters=clusters),
        ),
        curves=showing.curves(found.curves),
        raw=raw,
    )


def estimate_net_value(
    plan: Plan, statistics: SufficientStatistics, *, look: int | None, as_of: datetime
) -> tuple[Estimate, ...]:
    """Return the money that the variants bring and cost, as the look allows it to be shown.

    >>> from datetime import UTC
    >>> import numpy as np
    >>> from experiments.plan.reading import read_plan
    >>> from impact.analysis.sufficient import ArmMoments, CheckCounts, Moments
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: visits, role: primary, kind: mean, source: contacts, window: 30}],
    ... economics: {currency: EUR, cost_per_handle_minute: 0.5}}''')
    >>> arms = tuple(ArmMoments(variant=arm, moments=Moments(names=("revenue", "handle_minutes"),
    ...     n=100, means=np.array(means), cross=np.diag([900.0, 400.0])))
    ...     for arm, means in (("a", [50.0, 20.0]), ("b", [53.0, 24.0])))
    >>> statistics = SufficientStatistics(
    ...     arms=(), checks=CheckCounts(assigned=()), money={"revenue_and_handling": arms})
    >>> rows = estimate_net_value(
    ...     plan, statistics, look=None, as_of=datetime(2026, 10, 1, tzinfo=UTC))
    >>> [(found.metric, round(found.value, 3)) for found in rows if found.baseline]
    [('revenue', 3.0), ('handling_cost', 2.0), ('net_value', 1.0)]
    """
    bound = bound_of(plan, MONEY, statistics, as_of=as_of)
    showing = Showing(plan=plan, bound=bound, look=look)
    reason = statistics.not_estimable.get(MONEY, "")
    rows = estimate_money(showing.computed, statistics.money, look=look, reason=reason)
    rows = money_by_epoch(showing.computed, statistics, rows, look=look)
    rows = of_observed(plan, statistics.ended_early.get(MONEY, ()), rows)
    return without_neighbours(showing.rows(rows))


def _reasons(plan: Plan, metric: Metric, reason: str, look: int | None) -> Iterator[Estimate]:
    headline, subject = headline_of(metric), subject_of(plan, metric, look)
    for variant in plan.variants:
        if variant != plan.control:
            sides = Sides(variant=variant, baseline=plan.control)
            method = headline.methods[-1]
            yield row(subject, headline.effect, method, sides, NotEstimable(reason))


def _found(plan: Plan, metric: Metric, statistics: SufficientStatistics, look: int | None) -> Found:
    alike = estimate_switchback(plan, metric, statistics, look=look) or estimate_clusters(
        plan, metric, statistics, look=look
    )
    if alike:
        found = Found(estimates=alike)
    else:
        found = METHODS[metric.kind](plan, metric, statistics, look)
    crossed = with_crossed(plan, metric, statistics, found.estimates, look=look)
    saturated = with_saturations(plan, metric, statistics, crossed, look=look)
    return replace(found, estimates=saturated)
