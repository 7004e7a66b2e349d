"""What each kind of metric is estimated by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from experiments.plan.document import Kind, Metric, Plan
from impact.analysis.adjusted import estimate_adjusted
from impact.analysis.estimates import Curve, Estimate
from impact.analysis.lifetimes import estimate_lifetimes
from impact.analysis.means import estimate_means
from impact.analysis.proportions import estimate_proportions
from impact.analysis.quantiles import estimate_quantiles
from impact.analysis.ratios import estimate_ratios
from impact.analysis.sufficient import SufficientStatistics
from impact.analysis.survival.estimating import estimate_survival


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a method says about one metric; `raw` before a look took from it what it must hide."""

    estimates: tuple[Estimate, ...]
    curves: tuple[Curve, ...] = ()
    raw: tuple[Estimate, ...] = ()


Method = Callable[[Plan, Metric, SufficientStatistics, int | None], Found]


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
