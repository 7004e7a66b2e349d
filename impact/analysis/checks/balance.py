"""Were the arms alike before the start? Outcomes before it cannot be an effect of it."""

from collections.abc import Iterator
from dataclasses import dataclass

from impact.analysis.arms import sample_of
from impact.analysis.checks.context import CheckContext
from impact.analysis.estimates import Check, CheckStatus
from impact.analysis.sufficient import ALL, ArmMoments
from impact.stats.balance import EqualityTest, equal_means
from impact.stats.multiplicity import holm

SUSPICIOUS, ALARM = 0.01, 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One outcome before the start: its means per arm and the test that they are equal."""

    outcome: str
    means: tuple[tuple[str, float], ...]
    test: EqualityTest


def pre_period_balance(context: CheckContext) -> Check | None:
    """Fail when an outcome before the start differs between arms by more than chance.

    Welch's test per outcome, adjusted by Holm. None when nothing before the start is known, and
    where whole groups of units were randomised, whose units were alike before it too.

    >>> from datetime import UTC, datetime
    >>> import numpy as np
    >>> from experiments.plan.document import Plan, Unit
    >>> from impact.analysis.sufficient import CheckCounts, Moments
    >>> plan = Plan(key="calls", unit=Unit.CUSTOMER, control="a", metrics=(),
    ...     weights=(("a", 5000), ("b", 5000)))
    >>> before = tuple(ArmMoments(variant=arm, moments=Moments(
    ...     names=("y",), n=900, means=np.array([mean]), cross=np.array([[4495.0]])))
    ...     for arm, mean in (("a", 3.0), ("b", 3.5)))
    >>> counts = CheckCounts(assigned=(), pre_period=(("contacts", before),))
    >>> context = CheckContext(plan=plan, counts=counts, arms=(), final=True,
    ...     as_of=datetime(2026, 10, 1, tzinfo=UTC))
    >>> check = pre_period_balance(context)
    >>> check.status.value, check.message.partition(".")[0]
    ('fail', 'The arms already differed before the start')
    """
    if context.is_grouped:
        return None
    compared = list(_comparisons(context))
    if not compared:
        return None
    adjusted = holm([comparison.test.p_value for comparison in compared])
    p_value, place = min(zip(adjusted, range(len(compared)), strict=True))
    worst = compared[place]
    return Check(
        name="pre_period_balance",
        status=balance_status(context, p_value),
        message=_message(context, worst, len(compared), p_value),
        statistic=worst.test.statistic if context.final else None,
        df=worst.test.df if context.final else None,
        p_value=p_value if context.final else None,
    )


def _comparisons(context: CheckContext) -> Iterator[Comparison]:
    for outcome, arms in context.counts.pre_period:
        whole = [arm for arm in arms if arm.segment == ALL]
        test = equal_means([sample_of(arm.moments) for arm in whole])
        if isinstance(test, EqualityTest):
            yield Comparison(outcome=outcome, means=_means(whole), test=test)


def _means(arms: list[ArmMoments]) -> tuple[tuple[str, float], ...]:
    return tuple((arm.variant, float(arm.moments.means[0])) for arm in arms)


def balance_status(context: CheckContext, p_value: float) -> CheckStatus:
    """Return what a test of balance says; before the end, looked at often, it warns at most.

    >>> from dataclasses import replace
    >>> from datetime import UTC, datetime
    >>> from experiments.plan.document import Plan, Unit
    >>> from impact.analysis.sufficient import CheckCounts
    >>> plan = Plan(key="calls", unit=Unit.CUSTOMER, control="a", metrics=(),
    ...     weights=(("a", 5000), ("b", 5000)))
    >>> counts = CheckCounts(assigned=())
    >>> context = CheckContext(plan=plan, counts=counts, arms=(), final=True,
    ...     as_of=datetime(2026, 10, 1, tzinfo=UTC))
    >>> [balance_status(context, p_value).value for p_value in (0.02, 0.005, 0.0005)]
    ['pass', 'warn', 'fail']
    >>> balance_status(replace(context, final=False), 0.0005).value
    'warn'
    """
    if not context.final:
        return CheckStatus.WARN if p_value < ALARM else CheckStatus.PASS
    if p_value < ALARM:
        return CheckStatus.FAIL
    return CheckStatus.WARN if p_value < SUSPICIOUS else CheckStatus.PASS


def _message(context: CheckContext, worst: Comparison, outcomes: int, p_value: float) -> str:
    means = ", ".join(f"{mean:.4g} in {variant}" for variant, mean in worst.means)
    counted = "The one outcome" if outcomes == 1 else f"Of {outcomes} outcomes the one"
    found = (
        "The arms were alike before the start."
        if balance_status(context, p_value) is CheckStatus.PASS
        else "The arms already differed before the start."
    )
    differs = "known before the start" if outcomes == 1 else "that differed most before the start"
    shown = context.p_value(p_value)
    return f"{found} {counted} {differs} is {worst.outcome}: {means}{shown}."
