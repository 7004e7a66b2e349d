"""Do the data reach up to the day of the report?"""

from datetime import datetime, timedelta

from impact.analysis.checks.context import CheckContext
from impact.analysis.estimates import Check, CheckStatus

BEHIND = timedelta(days=3)
ASSIGNMENTS = "assignments"


def data_freshness(context: CheckContext) -> Check | None:
    """Warn when a table's latest row lies more than three days before the report's instant.

    It never fails: a quiet table and a broken feed look the same from here. Assignments may end
    long before the outcomes do, so they are not asked. None without tables.

    >>> from experiments.plan.document import Plan, Unit
    >>> from impact.analysis.sufficient import CheckCounts
    >>> plan = Plan(key="calls", unit=Unit.CUSTOMER, control="a", metrics=(),
    ...     weights=(("a", 5000), ("b", 5000)))
    >>> counts = CheckCounts(assigned=(), last_seen=(("revenue", "2026-09-26T06:00:00+00:00"),))
    >>> context = CheckContext(plan=plan, counts=counts, arms=(), final=True,
    ...     as_of=datetime.fromisoformat("2026-10-01T06:00:00+00:00"))
    >>> data_freshness(context).message.partition(".")[0], data_freshness(context).statistic
    ('The latest row lies 5 days before the report in revenue', 5.0)
    """
    ages = {
        table: context.as_of - datetime.fromisoformat(seen)
        for table, seen in context.counts.last_seen
        if table != ASSIGNMENTS
    }
    if not ages:
        return None
    late = {table: age for table, age in ages.items() if age > BEHIND}
    oldest = max(ages.values())
    return Check(
        name="data_freshness",
        status=CheckStatus.WARN if late else CheckStatus.PASS,
        message=_message(late) if late else _fresh(oldest),
        statistic=oldest / timedelta(days=1),
    )


def _fresh(oldest: timedelta) -> str:
    days = max(oldest / timedelta(days=1), 0.0)
    return f"Every table reaches up to the report: the latest row is at most {days:.1f} days old."


def _message(late: dict[str, timedelta]) -> str:
    parts = [f"{age.days} days before the report in {table}" for table, age in late.items()]
    return (
        f"The latest row lies {', '.join(parts)}. Either nothing happened since, or the feed "
        "stopped and what happened since is missing."
    )
