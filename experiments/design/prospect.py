"""What a planned test can see: how many units and days it needs, and what it sees when."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, replace

from experiments.design.bounds import check_positive
from experiments.design.clusters import cluster_deviation, design_effect
from experiments.design.comparisons import Comparison, smallest_comparison
from experiments.design.demands import Demands, Unreachable
from experiments.design.enrolment import LONGEST, Enrolment, Joining
from experiments.design.expectations import Expectation
from experiments.design.findings import Finding, setting_of
from experiments.design.follow_up import FollowUp, daily_hazard, event_probability
from experiments.design.forecast import Forecast
from experiments.design.sights import MeanSight, ProportionSight, Sight, SurvivalSight, Window
from experiments.design.units import CLUSTERS, findings, not_identified
from experiments.plan.document import Direction, Kind, Metric, Plan, Table

NOT_IDENTIFIED = Unreachable(reason="Not identified by this unit: no size helps.")
NOT_SIZED = Unreachable(reason="No formula sizes a quantile: it depends on how dense values are.")
ALL_IN = 0.99  # of a forecast the last few never call
USUAL_DAYS = (30, 60, 90, 180)


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """When the smallest change worth knowing is found, and with how many units enrolled."""

    days: int
    units: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What is seen by a day: units enrolled, and the smallest relative change of the policy.

    The change is that among units which get the policy, so it is larger than what shows by
    assignment.
    """

    day: int
    units: float
    change: float | Unreachable


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """The answer: of which metric and comparison, what is needed, what is seen, what to know."""

    metric: Metric
    comparison: Comparison
    needed: Needed | Unreachable
    moments: tuple[Moment, ...]
    findings: tuple[Finding, ...]


def foresee(
    plan: Plan,
    expected: Expectation,
    *,
    takes_part: float = 1.0,
    forecast: Forecast | None = None,
    days: Iterable[int] = USUAL_DAYS,
) -> Prospect:
    """Return what the plan's primary metric can show, if things are as expected.

    `takes_part` is the share of eligible units that coverage and layer let in. A `forecast` of
    contacts takes the place of even enrolment: then `per_day` is not asked. Several variants
    are sized by the smallest comparison with control, without a correction for their number.

    Raises:
        InvalidRequest: a number out of its range.
    """
    check_positive("coverage", takes_part)
    comparison = smallest_comparison(plan.weights, plan.control)
    everybody = forecast or Enrolment(per_day=expected.per_day, population=expected.population)
    enrolment = everybody.taking_part(takes_part)
    sight = _sight(plan, expected, enrolment, comparison)
    setting = setting_of(
        plan,
        changes_handle_time=expected.changes_handle_time,
        clusters=enrolment.population,
    )
    prospect = Prospect(
        metric=plan.primary,
        comparison=comparison,
        needed=_needed(sight, expected, enrolment),
        moments=tuple(_moment(sight, expected, enrolment, day) for day in days),
        findings=findings(setting),
    )
    if plan.primary.kind is Kind.QUANTILE:
        return _without_numbers(prospect, NOT_SIZED)
    unseen = plan.primary.key in not_identified(setting)
    return _without_numbers(prospect, NOT_IDENTIFIED) if unseen else prospect


def baseline_of(metric: Metric, expected: Expectation) -> float:
    """Return the share of units for whom a proportion happens: of churn, by its hazard."""
    if metric.source.table is not Table.CHURN:
        return expected.baseline
    seen = FollowUp(accrual=0, further=metric.window or metric.horizon or 1)
    return event_probability(daily_hazard(expected.monthly_churn), seen)


def deviation_of(plan: Plan, expected: Expectation) -> float:
    """Return the deviation between units of a mean of 1; of clusters, that between their means."""
    if plan.unit not in CLUSTERS:
        return expected.variation
    return cluster_deviation(expected.variation, expected.cluster_size, expected.icc)


def _without_numbers(prospect: Prospect, reason: Unreachable) -> Prospect:
    """A size for what no size shows would invite to start."""
    moments = tuple(replace(moment, change=reason) for moment in prospect.moments)
    return replace(prospect, needed=reason, moments=moments)


def _sight(plan: Plan, expected: Expectation, enrolment: Joining, comparison: Comparison) -> Sight:
    metric = plan.primary
    demands = Demands(alpha=1 - plan.confidence_level, power=expected.power)
    window = Window(
        enrolment=enrolment,
        comparison=comparison,
        days=metric.window or int(metric.horizon or 0),
        alike=design_effect(expected.cluster_size, expected.icc) if plan.switchback else 1.0,
    )
    match metric.kind:
        case Kind.TIME_TO_EVENT:
            return SurvivalSight(
                enrolment=enrolment,
                comparison=comparison,
                demands=demands,
                hazard=daily_hazard(expected.monthly_churn),
                loss=daily_hazard(expected.monthly_loss) if expected.monthly_loss else 0.0,
            )
        case Kind.PROPORTION:
            return ProportionSight(
                window=window,
                demands=demands,
                baseline=baseline_of(metric, expected),
                rises=metric.direction is Direction.INCREASE,
            )
        case Kind.MEAN | Kind.RATIO | Kind.QUANTILE:
            return MeanSight(window=window, demands=demands, deviation=deviation_of(plan, expected))


def _needed(sight: Sight, expected: Expectation, enrolment: Joining) -> Needed | Unreachable:
    """Power never falls while time passes, so the first day is found by halving."""
    if expected.smallest_change >= sight.largest:
        return Unreachable(reason="No policy can change it by so much.")

    def found(day: int) -> float:
        return sight.power(day, expected.shown_change)

    day = 1 + bisect_left(range(1, LONGEST + 1), expected.power, key=found)
    if day <= LONGEST:
        return Needed(days=day, units=enrolment.enrolled(day))
    if enrolment.population is not None and _are_all_in(enrolment, enrolment.population):
        return Unreachable(reason="Even all there are would be too few, however long it runs.")
    return Unreachable(reason="At this rate ten years are not enough.")


def _are_all_in(enrolment: Joining, population: float) -> bool:
    return enrolment.enrolled(LONGEST) > ALL_IN * population


def _moment(sight: Sight, expected: Expectation, enrolment: Joining, day: int) -> Moment:
    shown = sight.detectable(day)
    change = shown if isinstance(shown, Unreachable) else shown / expected.adherence
    if not isinstance(change, Unreachable) and change >= sight.largest:
        change = Unreachable(reason="Too few: not even the best of all policies would show.")
    return Moment(day=day, units=enrolment.enrolled(day), change=change)
