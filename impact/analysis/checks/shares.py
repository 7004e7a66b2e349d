"""Checks that count units with something wrong: some are a warning, many are a failure."""

from impact.analysis.checks.context import CheckContext
from impact.analysis.estimates import Check, CheckStatus

TOLERATED = 0.01


def multiple_exposure(context: CheckContext) -> Check:
    """Warn when units met more than one variant, fail when they are more than one in a hundred.

    >>> from datetime import UTC, datetime
    >>> from experiments.plan.document import Plan, Unit
    >>> from impact.analysis.sufficient import ArmCount, CheckCounts
    >>> plan = Plan(key="calls", unit=Unit.CUSTOMER, control="a", metrics=(),
    ...     weights=(("a", 5000), ("b", 5000)))
    >>> counts = CheckCounts(assigned=(), multiple_exposure=4)
    >>> arms = (ArmCount(variant="a", n_units=1000, n_eligible=1000, n_mature=1000),)
    >>> context = CheckContext(plan=plan, counts=counts, arms=arms, final=True,
    ...     as_of=datetime(2026, 10, 1, tzinfo=UTC))
    >>> check = multiple_exposure(context)
    >>> print(check.status.value, check.message)  # doctest: +NORMALIZE_WHITESPACE
    warn 4 of 1,000 customers (0.40%) saw more than one variant. They stay in the arm they
    were assigned to first.
    """
    count = context.counts.multiple_exposure
    return Check(
        name="multiple_exposure",
        status=_status(count, context.n_units),
        message=f"{_counted(context, count)} saw more than one variant.{_kept(count)}",
        statistic=float(count),
    )


def late_assignment(context: CheckContext) -> Check:
    """Warn when units were treated before they were assigned, fail when many were.

    >>> from datetime import UTC, datetime
    >>> from experiments.plan.document import Plan, Unit
    >>> from impact.analysis.sufficient import ArmCount, CheckCounts
    >>> plan = Plan(key="calls", unit=Unit.CUSTOMER, control="a", metrics=(),
    ...     weights=(("a", 5000), ("b", 5000)))
    >>> counts = CheckCounts(assigned=(), late_assignment=30)
    >>> arms = (ArmCount(variant="a", n_units=1000, n_eligible=1000, n_mature=1000),)
    >>> context = CheckContext(plan=plan, counts=counts, arms=arms, final=True,
    ...     as_of=datetime(2026, 10, 1, tzinfo=UTC))
    >>> check = late_assignment(context)
    >>> print(check.status.value, check.message)  # doctest: +NORMALIZE_WHITESPACE
    fail 30 of 1,000 customers (3.00%) met the policy before being assigned to it.
    """
    count = context.counts.late_assignment
    before = context.counts.ineligible_before_start
    message = f"{_counted(context, count)} met the policy before being assigned to it."
    if before:
        message += f" {context.units(before)} had left before the start and are not analysed."
    return Check(
        name="late_assignment",
        status=_status(count, context.n_units),
        message=message,
        statistic=float(count),
    )


def _status(count: int, total: int) -> CheckStatus:
    if count == 0:
        return CheckStatus.PASS
    return CheckStatus.WARN if count <= TOLERATED * total else CheckStatus.FAIL


def _counted(context: CheckContext, count: int) -> str:
    if count == 0:
        return f"None of {context.units(context.n_units)}"
    share = count / max(context.n_units, 1)
    return f"{count:,} of {context.units(context.n_units)} ({share:.2%})"


def _kept(count: int) -> str:
    return " They stay in the arm they were assigned to first." if count else ""
