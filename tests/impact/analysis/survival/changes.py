"""Trials whose effect changes over time, and what is said of it."""

import numpy as np

from impact.analysis.checks.context import CheckContext
from impact.analysis.checks.proportional_hazards import proportional_hazards
from impact.analysis.estimates import Check, CheckStatus, Estimate
from impact.analysis.headlines import PIECEWISE
from impact.analysis.sufficient import CheckCounts, SurvivalCounts
from tests.impact.analysis.building import AS_OF
from tests.impact.analysis.survival.data import counts_of, estimate, plan_of, retention

ARMS = ("a", "b")
PLAN = plan_of(retention(), *ARMS)


def customers(
    later: float, *, early: float = 1.0, size: int = 3000, seed: int = 1, change: float = 30.0
) -> SurvivalCounts:
    """Draw an arm b whose hazard is `early` times that of a until `change`, then `later` times."""
    rng = np.random.default_rng(seed)
    variant = rng.integers(2, size=size)
    hazard = rng.exponential(size=size) * 60
    before = np.where(variant == 1, early, 1.0) * change
    slope = np.where(variant == 1, later, 1.0)
    time = np.where(
        hazard < before,
        hazard / np.where(variant == 1, early, 1.0),
        change + (hazard - before) / slope,
    )
    days = np.ceil(time)
    return counts_of(np.array(ARMS)[variant], np.minimum(days, 90), days <= 90)


def parts(rows: tuple[Estimate, ...], variant: str = "b") -> list[Estimate]:
    return [row for row in rows if row.method == PIECEWISE and row.variant == variant]


def checked(counts: SurvivalCounts, *, look: int | None = None) -> Check | None:
    return answer_to(estimate(PLAN, counts, look=look).estimates, final=look is None)


def answer_to(rows: tuple[Estimate, ...], *, final: bool = True) -> Check | None:
    return proportional_hazards(
        CheckContext(
            plan=PLAN,
            counts=CheckCounts(assigned=()),
            arms=(),
            as_of=AS_OF,
            final=final,
            estimates=rows,
        )
    )


def found(check: Check | None) -> Check:
    assert check is not None
    return check


PASS, WARN = CheckStatus.PASS, CheckStatus.WARN
