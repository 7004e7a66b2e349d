"""Clusters: sums per cluster in a report give what the units of every cluster give."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from impact.analysis.estimates import Analysis, Estimate
from tests.impact.analysis.clusters import test_crossed as crossed
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
from tests.impact.sufficiency.sandwich import Fitted, cr2

PLAN = plan_of(
    "- {key: y, role: primary, cluster: team, kind: mean, source: observations.y,"
    " adjustment: {covariate: x}}",
    "- {key: r, role: secondary, cluster: team, kind: ratio, source: observations.s,"
    " denominator: observations.d}",
    "- {key: p, role: secondary, cluster: team, kind: proportion, source: observations.p}",
)
SATURATED = plan_of(
    "- {key: y, role: primary, kind: mean, source: observations.y, cluster: team}",
    head="saturation: share",
)


def drawn(world: World, teams: int) -> pd.DataFrame:
    """Draw units of teams that are whole in one arm, all but those of nobody's team."""
    rng = world.rng()
    team = np.repeat(np.arange(teams), rng.integers(2, 6, teams))
    n = len(team)
    x = (world.level + rng.normal(0, 2, n)).round(3)
    pull = rng.normal(0, 2, teams)[team]
    calls = rng.integers(1, 4, n).astype(float)
    return pd.DataFrame(
        {
            "unit_id": [f"u{place:03}" for place in range(n)],
            "variant": np.where(team % 2, "b", "a"),
            "team": [f"t{name:02}" for name in team],
            "x": x,
            "y": 0.5 * x + pull + rng.gamma(2.0, 1.0, n),
            "s": calls * (world.level + pull) + rng.gamma(2.0, 1.0, n),
            "d": calls,
            "p": (rng.random(n) < 0.4 + 0.02 * pull).astype(float),
        }
    )


def report_of(units: pd.DataFrame) -> Analysis:
    rows = columns_of(units, "team", "x")
    return analysed(PLAN, rows, observations=observed(units, *"yspd"))


def agrees(found: Estimate, fit: Fitted) -> None:
    """Compare a row with the second coefficient of a fit of rows."""
    value, error, df = (float(part[1]) for part in (fit.coefficients, fit.errors, fit.df))
    assert found.value == pytest.approx(value, rel=CLOSE, abs=CLOSE * error)
    assert found.std_error == pytest.approx(error, rel=CLOSE)
    assert found.df == pytest.approx(df, rel=CLOSE)


def design_of(units: pd.DataFrame, *columns: str) -> np.ndarray:
    named = [units[name] - units[name].mean() for name in columns]
    return np.column_stack([np.ones(len(units)), units["variant"] == "b", *named]).astype(float)


@JOINED
@given(worlds)
def test_few_clusters_are_compared_as_their_rows_are(world: World) -> None:
    units = drawn(world, teams=20)
    found = report_of(units)

    plain = cr2(design_of(units), units["y"], units["team"])
    agrees(row_of(found, "y", "mean_difference", "cr2"), plain)
    adjusted = cr2(design_of(units, "x"), units["y"], units["team"])
    agrees(row_of(found, "y", "mean_difference", "cuped_cr2"), adjusted)
    shares = cr2(design_of(units), units["p"], units["team"])
    agrees(row_of(found, "p", "proportion_difference", "cr2"), shares)
    calls = units.loc[units.index.repeat(units["d"].astype(int))]
    each = cr2(design_of(calls), calls["s"] / calls["d"], calls["team"])
    agrees(row_of(found, "r", "ratio_difference", "cr2"), each)


@JOINED
@given(worlds)
def test_many_clusters_are_compared_as_their_rows_are(world: World) -> None:
    units = drawn(world, teams=44)
    found = report_of(units)

    for method, columns in (("cr1", ()), ("cuped_cr1", ("x",))):
        design, teams = design_of(units, *columns), pd.factorize(units["team"])[0]
        theirs = sm.OLS(units["y"].to_numpy(), design).fit(
            cov_type="cluster", cov_kwds={"groups": teams}, use_t=True
        )
        moved = np.bincount(teams, weights=np.linalg.pinv(design)[1]) ** 2
        df = moved.sum() ** 2 / (moved**2).sum() - 1
        row = row_of(found, "y", "mean_difference", method)
        assert row.value == pytest.approx(theirs.params[1], rel=CLOSE, abs=CLOSE * theirs.bse[1])
        assert row.std_error == pytest.approx(theirs.bse[1], rel=CLOSE)
        assert row.df == pytest.approx(df, rel=CLOSE)
        p_value = 2 * stats.t.sf(abs(theirs.tvalues[1]), df)  # moves by less than what t may
        assert row.p_value == pytest.approx(p_value, rel=CLOSE, abs=CLOSE)


@JOINED
@given(worlds)
def test_a_handful_of_clusters_is_drawn_again_as_their_rows_are(world: World) -> None:
    units = drawn(world, teams=9)
    found = row_of(report_of(units), "y", "mean_difference", "randomisation")

    teams = sorted(units["team"].unique())
    treated = [set(chosen) for chosen in combinations(teams, 4)]
    shown = np.array([_gap(units, units["team"].isin(chosen)) for chosen in treated])
    gap = _gap(units, units["variant"] == "b")
    slack = CLOSE * abs(shown).max()
    assert found.value == pytest.approx(gap, rel=CLOSE, abs=slack)
    assert found.p_value == pytest.approx((abs(shown) >= abs(gap) - slack).mean(), rel=CLOSE)


def _gap(units: pd.DataFrame, treated: pd.Series) -> float:
    return float(units["y"][treated].mean() - units["y"][~treated].mean())


@JOINED
@given(st.integers(0, 2**32 - 1))
def test_errors_both_ways_are_those_of_contacts(seed: int) -> None:
    contacts = crossed.calls(seed)
    customers = sorted({str(row["customer_id"]) for row in contacts})
    arm: dict[object, int] = {name: place % 2 for place, name in enumerate(customers)}
    expected = crossed.squared_errors(contacts, arm)

    both = crossed.row_by(crossed.rows_of(crossed.PLAN, customers, contacts), "two_way")

    summed = expected["customer"] + expected["agent"] - expected["pair"]
    largest = max(summed, expected["customer"], expected["agent"])
    assert known(both.std_error) ** 2 == pytest.approx(largest, rel=CLOSE)


@JOINED
@given(worlds)
def test_direct_and_spill_over_effects_are_those_of_rows(world: World) -> None:
    units = saturated(world)
    rows = columns_of(units, "team", "share")
    found = analysed(SATURATED, rows, observations=observed(units, "y"))

    half = units[units["share"] == 50]
    direct = row_of(found, "y", "direct_effect", "cr2", segment="share=50")
    agrees(direct, cr2(design_of(half), half["y"], half["team"]))
    beside = units[units["variant"] == "a"]
    design = np.column_stack([np.ones(len(beside)), beside["share"] == 50]).astype(float)
    spill = row_of(found, "y", "spillover_effect", "cr2", segment="share=50", variant="a")
    agrees(spill, cr2(design, beside["y"], beside["team"]))


def saturated(world: World) -> pd.DataFrame:
    """Draw teams of 4 to 8, half of them with nobody treated and half with every other one."""
    rng = world.rng()
    teams = 24
    size = 2 * rng.integers(2, 5, teams)
    team = np.repeat(np.arange(teams), size)
    share = np.where(team % 2, 50, 0)
    place = np.concatenate([np.arange(count) for count in size])
    treated = (share > 0) & (place % 2 == 1)
    noise = rng.normal(0, 1, teams)[team] + rng.gamma(2.0, 1.0, len(team))
    return pd.DataFrame(
        {
            "unit_id": [f"u{number:03}" for number in range(len(team))],
            "variant": np.where(treated, "b", "a"),
            "team": [f"t{name:02}" for name in team],
            "share": share,
            "y": world.level + treated + noise,
        }
    )
