"""From sufficient statistics to the analysis: estimates, curves, checks and the decision."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from experiments.plan.document import Kind, Metric, Plan
from impact.analysis.adjusted import estimate_adjusted
from impact.analysis.bayes.view import bayesian_views
from impact.analysis.checks.context import CheckContext
from impact.analysis.checks.registry import run_checks
from impact.analysis.checks.sample_ratio import sample_ratio_row
from impact.analysis.checks.saturated import saturated
from impact.analysis.checks.versions import by_version
from impact.analysis.checks.whole_clusters import whole_clusters
from impact.analysis.clusters.crossed import with_crossed
from impact.analysis.clusters.estimating import estimate_clusters
from impact.analysis.clusters.saturation import with_saturations
from impact.analysis.compliance.estimating import estimate_compliance
from impact.analysis.epochs.estimating import by_epoch
from impact.analysis.epochs.mixing import CHANGED, mixes_epochs, without_answer
from impact.analysis.estimates import Analysis, Curve, Estimate
from impact.analysis.families import adjusted_for_multiplicity
from impact.analysis.headlines import headline_of
from impact.analysis.identification import decide_identified, identified_only
from impact.analysis.lifetimes import estimate_lifetimes
from impact.analysis.looks.bounds import bound_of, money_bound
from impact.analysis.looks.showing import Showing, hidden
from impact.analysis.magnitudes import within_range
from impact.analysis.means import estimate_means
from impact.analysis.money import KEY, estimate_money
from impact.analysis.non_inferiority import non_inferiority_rows
from impact.analysis.proportions import estimate_proportions
from impact.analysis.quantiles import estimate_quantiles
from impact.analysis.ratios import estimate_ratios
from impact.analysis.rows import Sides, row, subject_of
from impact.analysis.segments.neighbours import without_neighbours
from impact.analysis.segments.rows import adjusted_interactions, interactions, segment_rows
from impact.analysis.sufficient import SufficientStatistics
from impact.analysis.surveys import estimate_surveys, of_respondents
from impact.analysis.survival.estimating import estimate_survival
from impact.analysis.switchback.estimating import estimate_switchback
from impact.stats.estimable import NotEstimable

NO_UNIT = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a method says about one metric; `raw` before a look took from it what it must hide."""

    estimates: tuple[Estimate, ...]
    curves: tuple[Curve, ...] = ()
    raw: tuple[Estimate, ...] = ()


Method = Callable[[Plan, Metric, SufficientStatistics, int | None], Found]


def evaluate(plan: Plan, statistics: SufficientStatistics, *, as_of: datetime) -> Analysis:
    """Return everything that the statistics say about the plan's question.

    A pure function of its arguments: the same stored statistics give the same digits. `as_of` is
    aware. Before the plan's end the analysis is interim: rows bear the number of the look and the
    interval that is valid under looking, by the plan's rule, or none.
    """
    look, statistics = look_at(plan, as_of), within_range(statistics)
    found = [_metric(plan, metric, statistics, as_of) for metric in plan.metrics]
    raw = [row for part in found for row in part.raw]
    rows = [row for part in found for row in part.estimates]
    money = _money(plan, statistics, as_of)
    seen = identified_only(plan, (*rows, *money))
    estimates = adjusted_interactions(adjusted_for_multiplicity(plan, seen))
    clusters = whole_clusters(plan, statistics)
    context = CheckContext(
        plan=plan,
        counts=statistics.checks,
        arms=statistics.arms,
        as_of=as_of,
        final=look is None,
        answers=statistics.answers,
        estimates=(*identified_only(plan, (*raw, *money)), *interactions(estimates)),
        clusters=clusters,
        splits=saturated(plan, statistics) or (() if clusters else by_version(plan, statistics)),
    )
    checks = run_checks(context)
    return Analysis(
        estimates=hidden((*estimates, sample_ratio_row(context))),
        curves=tuple(curve for part in found for curve in part.curves),
        checks=checks,
        decision=decide_identified(plan, estimates, checks, look=look),
        bayesian=bayesian_views(plan, estimates, statistics.past, look=look),
    )


def look_at(plan: Plan, as_of: datetime) -> int | None:
    """Return the number of the look while the planned end lies ahead in the plan's zone.

    None once it is reached. A plan without a planned end may be read at any time.
    """
    return plan.looks.number_on(as_of.astimezone(plan.zone).date())


def _metric(
    plan: Plan, declared: Metric, statistics: SufficientStatistics, as_of: datetime
) -> Found:
    metric = replace(declared, unit=declared.unit or statistics.currency or NO_UNIT)
    look = look_at(plan, as_of)
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
    raw = of_respondents(metric, epochs)
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


def _money(plan: Plan, statistics: SufficientStatistics, as_of: datetime) -> tuple[Estimate, ...]:
    look = look_at(plan, as_of)
    bound = money_bound(plan, statistics, as_of=as_of)
    showing = Showing(plan=plan, bound=bound, look=look)
    reason = statistics.not_estimable.get(KEY, "")
    rows = estimate_money(showing.computed, statistics.money, look=look, reason=reason)
    if statistics.splits:
        rows = tuple(without_answer(row, CHANGED) if mixes_epochs(row) else row for row in rows)
    return without_neighbours(showing.rows(rows))


def _reasons(plan: Plan, metric: Metric, reason: str, look: int | None) -> Iterator[Estimate]:
    headline, subject = headline_of(metric), subject_of(plan, metric, look)
    for variant in plan.variants:
        if variant != plan.control:
            sides = Sides(variant=variant, baseline=plan.control)
            method = headline.methods[-1]
            yield row(subject, headline.effect, method, sides, NotEstimable(reason))


def _survival(
    plan: Plan, metric: Metric, statistics: SufficientStatistics, look: int | None
) -> Found:
    found = estimate_survival(plan, metric, statistics.survival.get(metric.key, ()), look=look)
    return Found(estimates=found.estimates, curves=found.curves)


def _mean(plan: Plan, metric: Metric, statistics: SufficientStatistics, look: int | None) -> Found:
    if metric.is_lifetime:
        lifetimes = statistics.lifetimes.get(metric.key, ())
        return Found(estimates=estimate_lifetimes(plan, metric, lifetimes, look=look))
    arms = statistics.moments.get(metric.key, ())
    cap = statistics.caps.get(metric.key)
    adjusted = statistics.adjusted.get(metric.key, ())
    estimates = estimate_means(plan, metric, arms, look=look, cap=cap)
    return Found(estimates=(*estimates, *estimate_adjusted(plan, metric, adjusted, look=look)))


def _proportion(
    plan: Plan, metric: Metric, statistics: SufficientStatistics, look: int | None
) -> Found:
    arms = statistics.proportions.get(metric.key, ())
    return Found(estimates=estimate_proportions(plan, metric, arms, look=look))


def _ratio(plan: Plan, metric: Metric, statistics: SufficientStatistics, look: int | None) -> Found:
    arms = statistics.moments.get(metric.key, ())
    return Found(estimates=estimate_ratios(plan, metric, arms, look=look))


def _quantile(
    plan: Plan, metric: Metric, statistics: SufficientStatistics, look: int | None
) -> Found:
    arms = statistics.quantiles.get(metric.key, ())
    return Found(estimates=estimate_quantiles(plan, metric, arms, look=look))


METHODS: Mapping[Kind, Method] = MappingProxyType(
    {
        Kind.TIME_TO_EVENT: _survival,
        Kind.MEAN: _mean,
        Kind.PROPORTION: _proportion,
        Kind.RATIO: _ratio,
        Kind.QUANTILE: _quantile,
    }
)
