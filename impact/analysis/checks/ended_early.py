"""Were units seen to the end of their windows? What nobody saw counts as nothing."""

from impact.analysis.checks.balance import ALARM, balance_status
from impact.analysis.checks.context import CheckContext
from impact.analysis.ended_early import LARGEST, difference
from impact.analysis.estimates import Check, CheckStatus
from impact.analysis.sufficient import ALL, MONEY, ArmProportion
from impact.stats.contingency import Independence

Arms = list[ArmProportion]


def complete_observation(context: CheckContext) -> Check | None:
    """Warn where observation of units that count ended inside of a window before they churned.

    Fail where the arms differ in it. The window that is worst speaks for all. None where no file
    says how long customers were observed, or nothing has a window.

    >>> from datetime import UTC, datetime
    >>> from experiments.plan.document import Economics, Plan, Unit
    >>> from impact.analysis.sufficient import CheckCounts
    >>> plan = Plan(key="calls", unit=Unit.CUSTOMER, control="a", metrics=(),
    ...     weights=(("a", 5000), ("b", 5000)), economics=Economics(currency="EUR"))
    >>> arms = [ArmProportion(variant=v, n=100, successes=n) for v, n in (("a", 2), ("b", 1))]
    >>> context = CheckContext(plan=plan, counts=CheckCounts(assigned=()), arms=(), final=True,
    ...     as_of=datetime(2026, 10, 1, tzinfo=UTC), ended_early={MONEY: tuple(arms)})
    >>> print(complete_observation(context).message)  # doctest: +NORMALIZE_WHITESPACE
    Observation ended inside of the window, before churn: 2 of 100 customers in a,
    1 of 100 customers in b (economics, 90 days). What they did later counts as nothing, so that
    its rows say so.
    """
    found = [
        (key, arms, None if context.is_grouped else difference(arms))
        for key, counted in context.ended_early.items()
        if (arms := [arm for arm in counted if arm.segment == ALL])
    ]
    if not found:
        return None
    key, arms, test = min(found, key=lambda item: _rank(*item[1:]))
    shown = test if context.final else None
    return Check(
        name="complete_observation",
        status=_status(context, arms, test),
        message=_message(context, key, arms, test),
        statistic=None if shown is None else shown.statistic,
        df=None if shown is None else shown.df,
        p_value=None if shown is None else shown.p_value,
    )


def _rank(arms: Arms, test: Independence | None) -> tuple[float, float]:
    """Return the least where the arms differ most, then where most was not seen."""
    return test.p_value if test else 1.0, -_largest(arms)


def _largest(arms: Arms) -> float:
    return max(arm.successes / max(arm.n, 1) for arm in arms)


def _status(context: CheckContext, arms: Arms, test: Independence | None) -> CheckStatus:
    if not _largest(arms):
        return CheckStatus.PASS
    differs = test is not None and balance_status(context, test.p_value) is CheckStatus.FAIL
    return CheckStatus.FAIL if differs else CheckStatus.WARN


def _message(context: CheckContext, key: str, arms: Arms, test: Independence | None) -> str:
    if not _largest(arms):
        return "Everybody who counts was observed to the end of the window, or until churn."
    counts = ", ".join(
        f"{arm.successes:,} of {context.units(arm.n)} in {arm.variant}" for arm in arms
    )
    return (
        f"Observation ended inside of the window, before churn: {counts} ({_window(context, key)})"
        f"{context.p_value(test.p_value) if test else ''}. {_meaning(arms, test)}"
    )


def _window(context: CheckContext, key: str) -> str:
    if key == MONEY:
        days = context.plan.economics.window if context.plan.economics else 0
        return f"economics, {days} days"
    metric = context.plan.metric(key)
    return f"{metric.label}, {metric.window} days"


def _meaning(arms: Arms, test: Independence | None) -> str:
    missing = "What they did later counts as nothing"
    if test is not None and test.p_value < ALARM:
        return f"{missing}, and the arms differ in it: what compares them is not shown."
    if _largest(arms) > LARGEST:
        return f"{missing}: above {LARGEST:.0%} of an arm no number is shown."
    return f"{missing}, so that its rows say so."
