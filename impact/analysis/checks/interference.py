"""Do the variants make each other wait, or share their customers? Then effects mix."""

from experiments.design.findings import setting_of
from experiments.design.units import findings, not_identified
from impact.analysis.checks.context import CheckContext
from impact.analysis.estimates import Check, CheckStatus

NAME = "interference"
SHARED = "waiting"
CARRY_OVER = "carry_over"
LINGERS = 0.05  # shared among the metrics (Bonferroni)


def interference(context: CheckContext) -> Check | None:
    """Warn of every metric that the unit cannot identify, and say what no metric shows.

    None where the unit carries its own queues and customers: then nothing mixes. In a switchback
    windows mix where one still acts on the next.

    >>> from dataclasses import replace
    >>> from datetime import UTC, datetime
    >>> from experiments.plan.reading import read_plan
    >>> from impact.analysis.sufficient import CheckCounts
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: wait, role: primary, kind: mean, source: contacts.wait_seconds,
    ... window: 30}]}''')
    >>> counts = CheckCounts(assigned=())
    >>> context = CheckContext(plan=plan, counts=counts, arms=(), final=True,
    ...     as_of=datetime(2026, 10, 1, tzinfo=UTC))
    >>> interference(context).status.value
    'warn'
    >>> interference(replace(context, plan=replace(plan, shared_queue=False))) is None
    True
    """
    setting = setting_of(context.plan)
    unseen = not_identified(setting)
    if unseen:
        message = " ".join(finding.sentence for finding in unseen.values())
        return Check(name=NAME, status=CheckStatus.WARN, message=message)
    if context.plan.switchback is not None:
        return _carry_over(context)
    for finding in findings(setting):
        if finding.subject == SHARED:
            message = f"Every metric of the plan is identified. {finding.sentence}"
            return Check(name=NAME, status=CheckStatus.PASS, message=message)
    return None


def _carry_over(context: CheckContext) -> Check | None:
    """Warn where a metric still shows the window before, despite the burn-in."""
    tests = [
        (row.p_value, row)
        for row in context.estimates
        if row.method == CARRY_OVER and row.p_value is not None
    ]
    if not tests:
        return None
    p_value, least = min(tests, key=lambda found: found[0])
    carried = p_value < LINGERS / len(tests)
    label = context.plan.metric(least.metric).label
    found = (
        f"{label} still shows the variant of the window before: the burn-in is too short, and "
        "neither variant was seen alone."
        if carried
        else "No metric shows the variant of the window before."
    )
    return Check(
        name=NAME,
        status=CheckStatus.WARN if carried else CheckStatus.PASS,
        message=f"{found} Carry-over test p = {p_value:.3g}, the least of {len(tests)}.",
        statistic=least.statistic,
        df=least.df,
        p_value=p_value,
    )
