"""What a planned test can see: how many units and days it needs, and what it sees when."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from experiments.design.asked import Asked, guard_of, sight_of
from experiments.design.bounds import check_positive
from experiments.design.comparisons import Comparison, smallest_comparison
from experiments.design.demands import Unreachable
from experiments.design.enrolment import Enrolment, Joining
from experiments.design.expectations import Expectation
from experiments.design.findings import Finding, setting_of
from experiments.design.first_day import Needed, first_day
from experiments.design.forecast import Forecast
from experiments.design.guards import Guarded, guarded
from experiments.design.sights import Sight
from experiments.design.units import findings, not_identified
from experiments.plan.document import Metric, Plan, Role

NOT_IDENTIFIED = Unreachable(reason="Not identified by this unit: no size helps.")
USUAL_DAYS = (30, 60, 90, 180)


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
    """The answer: of which metric and comparison, what is needed, what is seen, what to know.

    `guardrails` are those with a margin that the unit can identify.
    """

    metric: Metric
    comparison: Comparison
    needed: Needed | Unreachable
    moments: tuple[Moment, ...]
    findings: tuple[Finding, ...]
    guardrails: tuple[Guarded, ...] = ()


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

    >>> from experiments.plan.document import Kind, Source, Table, Unit
    >>> talk = Metric(key="talk", role=Role.PRIMARY, kind=Kind.MEAN, window=30,
    ...               source=Source(table=Table.CONTACTS, column="handle_seconds"))
    >>> plan = Plan(key="scripts", unit=Unit.CUSTOMER, control="old", metrics=(talk,),
    ...             weights=(("old", 5000), ("new", 5000)))
    >>> foresee(plan, Expectation(per_day=1000, adherence=1)).needed  # 6,409 units, then 30 days
    Needed(days=37, units=37000.0)
    """
    check_positive("coverage", takes_part)
    comparison = smallest_comparison(plan.weights, plan.control)
    everybody = forecast or Enrolment(per_day=expected.per_day, population=expected.population)
    enrolment = everybody.taking_part(takes_part)
    asked, days = Asked(plan, expected, enrolment, comparison), tuple(days)
    sight = sight_of(plan.primary, asked)
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
    unseen = not_identified(setting)
    prospect = replace(
        prospect,
        guardrails=tuple(
            guarded(metric, guard_of(metric, asked), enrolment, demanded=expected.power, days=days)
            for metric in plan.metrics
            if metric.role is Role.GUARDRAIL and metric.margin and metric.key not in unseen
        ),
    )
    return _without_numbers(prospect, NOT_IDENTIFIED) if plan.primary.key in unseen else prospect


def _without_numbers(prospect: Prospect, reason: Unreachable) -> Prospect:
    """A size for what no size shows would invite to start."""
    moments = tuple(replace(moment, change=reason) for moment in prospect.moments)
    return replace(prospect, needed=reason, moments=moments)


def _needed(sight: Sight, expected: Expectation, enrolment: Joining) -> Needed | Unreachable:
    """Return when the smallest change worth knowing is found."""
    if expected.smallest_change >= sight.largest:
        return Unreachable(reason="No policy can change it by so much.")

    return first_day(lambda day: sight.power(day, expected.shown_change), expected.power, enrolment)


def _moment(sight: Sight, expected: Expectation, enrolment: Joining, day: int) -> Moment:
    shown = sight.detectable(day)
    change = shown if isinstance(shown, Unreachable) else shown / expected.adherence
    if not isinstance(change, Unreachable) and change >= sight.largest:
        change = Unreachable(reason="Too few: not even the best of all policies would show.")
    return Moment(day=day, units=enrolment.enrolled(day), change=change)
