"""What the unit of randomisation cannot identify: "not identified" in place of a misleading zero.

Arms keep their own means and curves, which are facts. What compares arms is taken back: a split
by customer of one queue shows a hundredth of what a policy does to waiting, with a small interval.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from experiments.design.findings import Finding, setting_of
from experiments.design.units import MONEY, not_identified
from experiments.plan.document import Plan, Role
from impact.analysis.checks.registry import split_is_broken
from impact.analysis.decision import MAY_SHIP, decide
from impact.analysis.estimates import NOT_IDENTIFIED, Check, Decision, Estimate, Verdict
from impact.analysis.rows import INTERIM

OF_ONE_ARM = frozenset(
    {
        *("mean", "standard_deviation", "quantile", "proportion", "ratio", "survival_probability"),
        *("median_survival", "rmst", "lost_time", "cumulative_incidence", "lifetime_revenue"),
    }
)
OF_CUSTOMERS = frozenset({"revenue", "net_value"})
MONEY_KIND = "money"


def identified_only(plan: Plan, estimates: tuple[Estimate, ...]) -> tuple[Estimate, ...]:
    """Return the rows with those emptied that compare arms in what the unit cannot identify.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: wait, role: primary, kind: mean, source: contacts.wait_seconds,
    ... window: 30}]}''')
    >>> mean = Estimate(metric="wait", kind="mean", method="student", quantity="mean", value=62.0)
    >>> rows = mean, replace(mean, quantity="mean_difference", method="welch", value=0.1)
    >>> for found in identified_only(plan, rows):
    ...     print(found.quantity, found.value, found.note or "-")
    mean 62.0 -
    mean_difference None not identified: all variants wait in the same queue
    """
    unseen = not_identified(setting_of(plan))
    return tuple(_checked(row, unseen) for row in estimates) if unseen else estimates


def decide_identified(
    plan: Plan,
    estimates: tuple[Estimate, ...],
    checks: tuple[Check, ...],
    *,
    look: int | None,
    today: date | None = None,
) -> Decision:
    """Return the verdict, which never rests on what the unit cannot identify.

    A primary metric that is not identified has no answer, however long it runs. A guardrail that
    is not identified proves no absence of harm: what would ship without it has no answer either.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: wait, role: primary, kind: mean, source: contacts.wait_seconds,
    ... window: 30}]}''')
    >>> found = decide_identified(plan, (), (), look=None)
    >>> found.verdict.value, found.reasons[0].partition(":")[0]
    ('not_identified', 'Wait is not identified')
    """
    unseen = not_identified(setting_of(plan))
    if plan.primary.key in unseen and not split_is_broken(checks):
        reason = unseen[plan.primary.key].sentence
        return Decision(verdict=Verdict.NOT_IDENTIFIED, reasons=(reason,))
    blind = {
        metric.key
        for metric in plan.metrics
        if metric.role is Role.GUARDRAIL and metric.key in unseen
    }
    if not blind:
        return decide(plan, estimates, checks, look=look, today=today)
    seen = tuple(metric for metric in plan.metrics if metric.key not in blind)
    decision = decide(replace(plan, metrics=seen), estimates, checks, look=look, today=today)
    return _beside_the_unseen(decision, tuple(unseen[key].sentence for key in sorted(blind)))


def _beside_the_unseen(decision: Decision, sentences: tuple[str, ...]) -> Decision:
    verdict = decision.verdict
    if verdict is Verdict.SHIP:
        verdict = Verdict.NOT_IDENTIFIED
    kept = (reason for reason in decision.reasons if not reason.startswith(MAY_SHIP))
    return Decision(verdict=verdict, reasons=(*kept, *sentences))


def _checked(row: Estimate, unseen: Mapping[str, Finding]) -> Estimate:
    subject = _subject(row)
    if subject not in unseen or row.quantity in OF_ONE_ARM:
        return row
    marks = [INTERIM] if row.look is not None else []
    return Estimate(
        metric=row.metric,
        kind=row.kind,
        method=row.method,
        quantity=row.quantity,
        population=row.population,
        segment=row.segment,
        variant=row.variant,
        baseline=row.baseline,
        term=row.term,
        at=row.at,
        unit=row.unit,
        look=row.look,
        n_variant=row.n_variant,
        n_baseline=row.n_baseline,
        events_variant=row.events_variant,
        events_baseline=row.events_baseline,
        note="; ".join([*marks, f"{NOT_IDENTIFIED}: {unseen[subject].reason}"]),
    )


def _subject(row: Estimate) -> str:
    """Return what a row is about: the money that follows a customer has no metric of the plan."""
    if row.kind != MONEY_KIND:
        return row.metric
    return MONEY if row.metric.removeprefix("economics_") in OF_CUSTOMERS else ""
