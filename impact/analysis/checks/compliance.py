"""Was each unit served the arm it was assigned to?"""

from impact.analysis.checks.context import CheckContext
from impact.analysis.estimates import Check, CheckStatus

EXPECTED, LEAST = 0.95, 0.5


def compliance(context: CheckContext) -> Check | None:
    """Report the share served their assigned arm, per variant; None when nothing was reported.

    The analysis follows the assignment, so that a low share dilutes the effect and does not bias
    it: below 95 per cent is a warning, below half the experiment did not happen.

    >>> from datetime import UTC, datetime
    >>> from experiments.plan.document import Plan, Unit
    >>> from impact.analysis.sufficient import CheckCounts
    >>> plan = Plan(key="calls", unit=Unit.CUSTOMER, control="a", metrics=(),
    ...     weights=(("a", 5000), ("b", 5000)))
    >>> counts = CheckCounts(assigned=(), compliance=(("a", 100, 99), ("b", 100, 80)))
    >>> context = CheckContext(plan=plan, counts=counts, arms=(), final=True,
    ...     as_of=datetime(2026, 10, 1, tzinfo=UTC))
    >>> print(compliance(context).message)  # doctest: +NORMALIZE_WHITESPACE
    Served what they were assigned to: 99.0% of 100 customers in a, 80.0% of 100 customers in
    b. The effect of assigning a policy is smaller than the effect of applying it.
    """
    known = [
        (variant, exposed, served)
        for variant, exposed, served in context.counts.compliance
        if exposed
    ]
    if not known:
        return None
    lowest = min(served / exposed for _, exposed, served in known)
    parts = [
        f"{served / exposed:.1%} of {context.units(exposed)} in {variant}"
        for variant, exposed, served in known
    ]
    return Check(
        name="compliance",
        status=_status(lowest),
        message=f"Served what they were assigned to: {', '.join(parts)}.{_meaning(lowest)}",
        statistic=lowest,
    )


def _status(lowest: float) -> CheckStatus:
    if lowest < LEAST:
        return CheckStatus.FAIL
    return CheckStatus.WARN if lowest < EXPECTED else CheckStatus.PASS


def _meaning(lowest: float) -> str:
    if lowest < LEAST:
        return " Most of one arm never met its policy, so that there is little to compare."
    if lowest < EXPECTED:
        return " The effect of assigning a policy is smaller than the effect of applying it."
    return ""
