"""Power by simulation where customers can leave on some days alone."""

from pathlib import Path

import numpy as np
import pytest

from experiments.design.log_rank import log_rank_power
from tests.impact.management.test_power_clusters import power

PLAN = """\
key: patience
unit: customer
control: clock
weights: {clock: 5000, care: 5000}
metrics:
  - {key: opened, role: primary, kind: time_to_event, source: churn, horizon: 120,
     at_risk: {from: [renewal_at]}}
  - {key: renewed, role: secondary, kind: time_to_event, source: churn, horizon: 120,
     at_risk: {from: [renewal_at], for: 20}}
  - {key: always, role: secondary, kind: time_to_event, source: churn, horizon: 120}
"""
DAYS, ACCRUAL, OPENING, CHURN = 150, 30, 120, 0.1


def asked(units: int, effect: float, repeats: int, *further: str) -> tuple[str, ...]:
    times = (f"--days={DAYS}", f"--accrual={ACCRUAL}", f"--opening={OPENING}")
    given = ("--adherence=1", f"--monthly-churn={CHURN}", *times)
    return (f"--units={units}", f"--effect={effect}", f"--repeats={repeats}", *given, *further)


def events(units: int, hazard: float, bound: float, length: float) -> float:
    """Return the expected churns: of whoever is bound, on the days at risk that are seen."""
    grid = (np.arange(200) + 0.5) / 200
    watched = (DAYS - ACCRUAL * grid)[:, None]
    opens = OPENING * grid[None, :]
    exposure = np.clip(np.minimum(watched, opens + length) - opens, 0, None)
    leaving = bound * -np.expm1(-hazard * exposure).mean()
    return float(units * (leaving + (1 - bound) * -np.expm1(-hazard * watched).mean()))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("metric", "units", "bound", "length"),
    [("opened", 3000, 1.0, np.inf), ("opened", 2000, 0.5, np.inf), ("renewed", 6000, 1.0, 20)],
)
def test_the_simulation_agrees_with_the_events_that_the_days_at_risk_bring(
    tmp_path: Path, metric: str, units: int, bound: float, length: float
) -> None:
    hazard, ratio = -np.log1p(-CHURN) / 30, 0.75

    row = power(tmp_path, PLAN, *asked(units, 0.25, 1500, f"--metric={metric}", f"--bound={bound}"))

    seen = sum(events(units, hazard * factor, bound, length) for factor in (1, ratio)) / 2
    formula = log_rank_power(seen, ratio)
    assert 0.4 < formula < 0.95
    assert row["formula"] is None
    assert row["found"]["value"] == pytest.approx(formula, abs=0.05)


def test_days_on_which_nobody_can_leave_take_power_away(tmp_path: Path) -> None:
    always = power(tmp_path, PLAN, *asked(1000, 0.4, 40, "--metric=always"))
    opened = power(tmp_path, PLAN, *asked(1000, 0.4, 40))
    renewed = power(tmp_path, PLAN, *asked(1000, 0.4, 40, "--metric=renewed"))

    found = [row["found"]["value"] for row in (always, opened, renewed)]
    assert found[0] > 0.9
    assert found[0] > found[1] > found[2]
    assert found[2] < 0.6


def test_who_is_not_bound_can_leave_from_the_start(tmp_path: Path) -> None:
    free = power(tmp_path, PLAN, *asked(500, 0.4, 30, "--bound=0"))
    always = power(tmp_path, PLAN, *asked(500, 0.4, 30, "--metric=always"))

    assert free["found"]["value"] == pytest.approx(always["found"]["value"], abs=0.3)
