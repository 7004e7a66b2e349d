"""From sufficient statistics to the analysis: estimates, curves, checks and the decision."""

from datetime import date, datetime

from experiments.plan.document import Plan
from impact.analysis.bayes.view import bayesian_views
from impact.analysis.checks.context import CheckContext
from impact.analysis.checks.registry import run_checks
from impact.analysis.checks.sample_ratio import sample_ratio_row
from impact.analysis.checks.saturated import saturated
from impact.analysis.checks.versions import by_version
from impact.analysis.checks.whole_clusters import whole_clusters
from impact.analysis.estimates import Analysis
from impact.analysis.estimating import estimate_metric, estimate_net_value
from impact.analysis.families import adjusted_for_multiplicity
from impact.analysis.identification import decide_identified, identified_only
from impact.analysis.looks.showing import hidden
from impact.analysis.magnitudes import within_range
from impact.analysis.segments.rows import adjusted_interactions, interactions
from impact.analysis.sufficient import SufficientStatistics


def evaluate(plan: Plan, statistics: SufficientStatistics, *, as_of: datetime) -> Analysis:
    """Return everything that the statistics say about the plan's question.

    A pure function of its arguments: the same stored statistics give the same digits. `as_of` is
    aware. Before the plan's end the analysis is interim: rows bear the number of the look and the
    interval that is valid under looking, by the plan's rule, or none.

    >>> from datetime import UTC
    >>> from experiments.plan.reading import read_plan
    >>> from impact.analysis.sufficient import ArmProportion, CheckCounts
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: solved, role: primary, kind: proportion, source: contacts, window: 30}]}''')
    >>> arms = tuple(ArmProportion(variant=arm, n=400, successes=successes)
    ...     for arm, successes in (("a", 200), ("b", 240)))
    >>> statistics = SufficientStatistics(
    ...     arms=(), checks=CheckCounts(assigned=(("a", 400), ("b", 400))),
    ...     proportions={"solved": arms})
    >>> analysis = evaluate(plan, statistics, as_of=datetime(2026, 10, 1, tzinfo=UTC))
    >>> analysis.decision.verdict.value, [check.name for check in analysis.checks]
    ('ship', ['sample_ratio', 'multiple_exposure', 'late_assignment', 'interference'])
    """
    look, statistics = look_at(plan, as_of), within_range(statistics)
    found = [
        estimate_metric(plan, metric, statistics, look=look, as_of=as_of) for metric in plan.metrics
    ]
    raw = [row for part in found for row in part.raw]
    rows = [row for part in found for row in part.estimates]
    money = estimate_net_value(plan, statistics, look=look, as_of=as_of)
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
        ended_early=statistics.ended_early,
        estimates=(*identified_only(plan, (*raw, *money)), *interactions(estimates)),
        clusters=clusters,
        splits=saturated(plan, statistics) or (() if clusters else by_version(plan, statistics)),
    )
    checks = run_checks(context)
    return Analysis(
        estimates=hidden((*estimates, sample_ratio_row(context))),
        curves=tuple(curve for part in found for curve in part.curves),
        checks=checks,
        decision=decide_identified(plan, estimates, checks, look=look, today=_day(plan, as_of)),
        bayesian=bayesian_views(plan, estimates, statistics.past, look=look),
    )


def look_at(plan: Plan, as_of: datetime) -> int | None:
    """Return the number of the look while the planned end lies ahead in the plan's zone.

    None once it is reached. A plan without a planned end may be read at any time.

    >>> from datetime import UTC
    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: visits, role: primary, kind: mean, source: contacts, window: 30}],
    ... timezone: Europe/Berlin, looks: {planned_end: 2026-10-01}}''')
    >>> look_at(plan, datetime(2026, 9, 30, 21, 59, tzinfo=UTC))
    1
    >>> look_at(plan, datetime(2026, 9, 30, 22, 0, tzinfo=UTC)) is None
    True
    """
    return plan.looks.number_on(_day(plan, as_of))


def _day(plan: Plan, as_of: datetime) -> date:
    return as_of.astimezone(plan.zone).date()
