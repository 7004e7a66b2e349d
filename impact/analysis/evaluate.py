"""From sufficient statistics to the analysis: estimates, curves, checks and the decision."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from experiments.plan.document import Kind, Metric, Plan
from impact.analysis.checks.context import CheckContext
from impact.analysis.checks.registry import run_checks
from impact.analysis.checks.sample_ratio import sample_ratio_row
from impact.analysis.compliance.estimating import estimate_compliance
from impact.analysis.decision import decide
from impact.analysis.estimates import Analysis, Curve, Estimate
from impact.analysis.families import adjusted_for_multiplicity
from impact.analysis.headlines import headline_of
from impact.analysis.lifetimes import estimate_lifetimes
from impact.analysis.means import estimate_means
from impact.analysis.money import estimate_money
from impact.analysis.proportions import estimate_proportions
from impact.analysis.ratios import estimate_ratios
from impact.analysis.rows import Sides, row, subject_of
from impact.analysis.sufficient import SufficientStatistics
from impact.analysis.survival.estimating import estimate_survival
from impact.stats.estimable import NotEstimable

NO_UNIT = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a method says about one metric."""

    estimates: tuple[Estimate, ...]
    curves: tuple[Curve, ...] = ()


Method = Callable[[Plan, Metric, SufficientStatistics, int | None], Found]


def evaluate(plan: Plan, statistics: SufficientStatistics, *, as_of: datetime) -> Analysis:
    """Return everything that the statistics say about the plan's question.

    A pure function of its arguments: the same stored statistics give the same digits. `as_of` is
    aware. Before the plan's end the analysis is interim: look 1, no fixed-sample p-value.
    """
    look = look_at(plan, as_of)
    found = [_metric(plan, metric, statistics, look) for metric in plan.metrics]
    rows = [row for part in found for row in part.estimates]
    rows.extend(estimate_money(plan, statistics.money, look=look))
    estimates = adjusted_for_multiplicity(plan, tuple(rows))
    context = CheckContext(
        plan=plan,
        counts=statistics.checks,
        arms=statistics.arms,
        as_of=as_of,
        final=look is None,
        estimates=estimates,
    )
    checks = run_checks(context)
    return Analysis(
        estimates=(*estimates, sample_ratio_row(context)),
        curves=tuple(curve for part in found for curve in part.curves),
        checks=checks,
        decision=decide(plan, estimates, checks, look=look),
    )


def look_at(plan: Plan, as_of: datetime) -> int | None:
    """Return 1 while the planned end lies ahead in the plan's zone, None once it is reached.

    A plan without a planned end may be read at any time.
    """
    end = plan.looks.planned_end
    return 1 if end is not None and as_of.astimezone(plan.zone).date() < end else None


def _metric(
    plan: Plan, declared: Metric, statistics: SufficientStatistics, look: int | None
) -> Found:
    metric = replace(declared, unit=declared.unit or statistics.currency or NO_UNIT)
    if (reason := statistics.not_estimable.get(metric.key)) is not None:
        return Found(estimates=tuple(_reasons(plan, metric, reason, look)))
    found = METHODS[metric.kind](plan, metric, statistics, look)
    complied = estimate_compliance(plan, metric, statistics, look=look)
    return replace(found, estimates=(*found.estimates, *complied))


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
    return Found(estimates=estimate_means(plan, metric, arms, look=look, cap=cap))


def _proportion(
    plan: Plan, metric: Metric, statistics: SufficientStatistics, look: int | None
) -> Found:
    arms = statistics.proportions.get(metric.key, ())
    return Found(estimates=estimate_proportions(plan, metric, arms, look=look))


def _ratio(plan: Plan, metric: Metric, statistics: SufficientStatistics, look: int | None) -> Found:
    arms = statistics.moments.get(metric.key, ())
    return Found(estimates=estimate_ratios(plan, metric, arms, look=look))


METHODS: Mapping[Kind, Method] = MappingProxyType(
    {
        Kind.TIME_TO_EVENT: _survival,
        Kind.MEAN: _mean,
        Kind.PROPORTION: _proportion,
        Kind.RATIO: _ratio,
    }
)
