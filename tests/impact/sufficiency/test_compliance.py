"""Compliance: moments of the arms and sums of clusters give what rows of units give."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from numpy.typing import NDArray
from scipy import stats

from impact.analysis.estimates import Analysis
from tests.impact.join.tables import plan_of
from tests.impact.stats.answers import known
from tests.impact.sufficiency.drawing import (
    CLOSE,
    JOINED,
    World,
    analysed,
    columns_of,
    observed,
    row_of,
    worlds,
)

Floats = NDArray[np.float64]
Labels = NDArray[np.integer]
TEAMS = 44
PLAN = plan_of(
    "- {key: y, role: primary, kind: mean, source: observations.y}",
    "- {key: adjusted, role: secondary, kind: mean, source: observations.y,"
    " adjustment: {covariate: x}}",
    "- {key: teams, role: secondary, kind: mean, source: observations.y, cluster: team,"
    " adjustment: {covariate: x}}",
    head="compliance: {received: received}",
)


def drawn(world: World) -> pd.DataFrame:
    """Draw units of teams; more than half of the variant's receive it, and some of control's."""
    rng = world.rng()
    team = np.repeat(np.arange(TEAMS), rng.integers(3, 6, TEAMS))
    n = len(team)
    arm = np.arange(n) % 2
    x = (world.level + rng.normal(0, 2, n)).round(3)
    received = rng.random(n) < 0.15 + 0.6 * arm
    return pd.DataFrame(
        {
            "unit_id": [f"u{place:03}" for place in range(n)],
            "variant": np.where(arm, "b", "a"),
            "team": [f"t{name:02}" for name in team],
            "received": received,
            "x": x,
            "y": 0.5 * x + received + rng.normal(0, 1, TEAMS)[team] + rng.gamma(2.0, 1.0, n),
        }
    )


@JOINED
@given(worlds)
def test_effects_on_compliers_are_those_of_rows(world: World) -> None:
    units = drawn(world)
    rows = columns_of(units, "team", "received", "x")
    found = analysed(PLAN, rows, observations=observed(units, "y"))

    alone, team = np.arange(len(units)), pd.factorize(units["team"])[0]
    agrees(found, units, "y", (), alone)
    agrees(found, units, "adjusted", ("x",), alone)
    agrees(found, units, "teams", ("x",), team)


def agrees(
    found: Analysis, units: pd.DataFrame, metric: str, columns: tuple[str, ...], group: Labels
) -> None:
    named = [units[name] - units[name].mean() for name in columns]
    y, t = units["y"].to_numpy(), units["received"].to_numpy(dtype=np.float64)
    arm = (units["variant"] == "b").to_numpy(dtype=np.float64)
    ones = np.ones(len(units))
    instruments = np.column_stack([ones, arm, *named])
    effect, error = instrumented(y, np.column_stack([ones, t, *named]), instruments, group)
    row = row_of(found, metric, "complier_average_effect", "two_stage_least_squares")
    assert row.value == pytest.approx(effect, rel=CLOSE, abs=CLOSE * error)
    assert row.std_error == pytest.approx(error, rel=CLOSE)
    stage = row_of(found, metric, "coefficient", "first_stage")
    moved, spread = instrumented(t, instruments, instruments, group)
    assert stage.value == pytest.approx(moved, rel=CLOSE)
    assert stage.statistic == pytest.approx((moved / spread) ** 2, rel=CLOSE)
    rejected_at_its_ends(found, metric, (y, t), instruments, group)


def rejected_at_its_ends(
    found: Analysis,
    metric: str,
    numbers: tuple[Floats, Floats],
    instruments: Floats,
    group: Labels,
) -> None:
    """At the ends of the Anderson-Rubin set the arm has just no effect on what is left."""
    row = row_of(found, metric, "complier_average_effect", "anderson_rubin")
    if row.ci_set:
        return
    groups = len(np.unique(group))
    freedom = groups - 1 if groups < len(group) else len(group) - instruments.shape[1]
    for end in (known(row.ci_low), known(row.ci_high)):
        left, error = instrumented(numbers[0] - end * numbers[1], instruments, instruments, group)
        assert abs(left / error) == pytest.approx(stats.t.ppf(0.975, freedom), rel=CLOSE)


def instrumented(
    outcome: Floats, design: Floats, instruments: Floats, group: Labels
) -> tuple[float, float]:
    """Return the second coefficient and its error: HC1, or CR1 where groups hold several units."""
    inverse = np.linalg.inv(instruments.T @ design)
    left = outcome - design @ (inverse @ instruments.T @ outcome)
    groups = np.unique(group)
    scores = np.array([instruments[group == one].T @ left[group == one] for one in groups])
    n, k = instruments.shape
    factor = n / (n - k)
    if len(groups) < n:
        factor = len(groups) / (len(groups) - 1) * (n - 1) / (n - k)
    covariance = factor * inverse @ (scores.T @ scores) @ inverse.T
    return float((inverse @ instruments.T @ outcome)[1]), float(np.sqrt(covariance[1, 1]))
