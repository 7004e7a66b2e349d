"""Money where the split changed between versions: compared within each, as every mean is."""

from collections.abc import Iterator
from dataclasses import replace

from experiments.plan.document import Kind, Plan
from impact.analysis.epochs.averaging import Effect, averaged, pairs_within
from impact.analysis.epochs.mixing import CHANGED, MIXED, mixes_epochs
from impact.analysis.estimates import Estimate
from impact.analysis.money import combined, money_quantity, money_subject
from impact.analysis.notes import joined
from impact.analysis.sufficient import MONEY, ArmMoments, SufficientStatistics
from impact.analysis.withheld import without_answer
from impact.economics.handling import money_per_unit


def money_by_epoch(
    plan: Plan,
    statistics: SufficientStatistics,
    estimates: tuple[Estimate, ...],
    *,
    look: int | None,
) -> tuple[Estimate, ...]:
    """Return the rows of money as they may stand where the split changed between versions.

    Statistics that were stored without moments of each version's money have no row within them.

    >>> import numpy as np
    >>> from experiments.plan.document import Economics, Unit
    >>> from impact.analysis.sufficient import CheckCounts, Moments
    >>> plan = Plan(key="calls", unit=Unit.CUSTOMER, control="a", metrics=(),
    ...     weights=(("a", 5000), ("b", 5000)), economics=Economics(currency="EUR"))
    >>> def arm(version, variant, mean):
    ...     return ArmMoments(variant=variant, segment=f"version={version}", moments=Moments(
    ...         names=("revenue",), n=50, means=np.array([mean]), cross=np.array([[49.0]])))
    >>> statistics = SufficientStatistics(arms=(), checks=CheckCounts(assigned=()),
    ...     splits=(("1", "a", 50), ("1", "b", 50), ("2", "a", 50), ("2", "b", 50)),
    ...     epochs={"revenue_and_handling": (arm(1, "a", 20.0), arm(1, "b", 21.0),
    ...                                      arm(2, "a", 30.0), arm(2, "b", 33.0))})
    >>> (found,) = money_by_epoch(plan, statistics, (), look=None)
    >>> found.metric, found.quantity, found.method, found.value
    ('revenue', 'mean_difference', 'epochs', 2.0)
    """
    if not statistics.splits:
        return estimates
    within = tuple(_rows(plan, statistics.epochs.get(MONEY, ()), look))
    measured = {row.metric for row in within}
    return (*(_apart(row, measured) for row in estimates), *within)


def _apart(row: Estimate, measured: set[str]) -> Estimate:
    """Take a row back; one that had no value before keeps its reason too."""
    if not mixes_epochs(row):
        return row
    before = row.note if row.value is None else ""
    return without_answer(row, joined(before, MIXED if row.metric in measured else CHANGED))


def _rows(plan: Plan, arms: tuple[ArmMoments, ...], look: int | None) -> Iterator[Estimate]:
    if plan.economics is None or not arms:
        return
    for measure, weights in money_per_unit(plan.economics.cost_per_handle_minute).items():
        if set(weights) <= set(arms[0].moments.names):
            subject = money_subject(plan, measure, look)
            effect = Effect(subject=subject, quantity=money_quantity(subject), kind=Kind.MEAN)
            summed = (replace(arm, moments=combined(arm.moments, weights)) for arm in arms)
            for pairs in pairs_within(plan, summed):
                yield averaged(effect, pairs)
