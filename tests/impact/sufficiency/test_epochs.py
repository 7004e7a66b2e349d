"""Changing splits: moments of each version give what the units of each version give."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from scipy import stats

from tests.impact.join.tables import plan_of
from tests.impact.sufficiency.drawing import (
    CLOSE,
    JOINED,
    World,
    analysed,
    arms_of,
    columns_of,
    observed,
    row_of,
    worlds,
)

PLAN = plan_of(
    "- {key: y, role: primary, kind: mean, source: observations.y, adjustment: {covariate: x}}",
    "- {key: r, role: secondary, kind: ratio, source: observations.y, denominator: observations.d}",
)


def drawn(world: World) -> pd.DataFrame:
    """Draw units of two versions, of which the second splits the other way."""
    rng, half = world.rng(), world.size
    number = np.arange(2 * half)
    later = number >= half
    x = (world.level + rng.normal(0, 2, 2 * half)).round(3)
    return pd.DataFrame(
        {
            "unit_id": [f"u{place:03}" for place in number],
            "variant": np.where((number % 4 == 0) ^ later, "b", "a"),
            "version": np.where(later, "2", "1"),
            "x": x,
            "y": 5 + 0.6 * x + 4 * later + rng.gamma(2.0, 2.0, 2 * half),
            "d": rng.integers(2, 5, 2 * half).astype(float),
        }
    )


@JOINED
@given(worlds)
def test_differences_within_versions_are_those_of_rows(world: World) -> None:
    units = drawn(world)
    found = analysed(PLAN, columns_of(units, "version", "x"), observations=observed(units, *"yd"))

    plain: list[tuple[float, ...]] = []
    adjusted: list[tuple[float, ...]] = []
    ratios: list[tuple[float, ...]] = []
    for _, inside in units.groupby("version"):
        x = inside["x"] - inside["x"].mean()
        theta = np.cov(inside["y"], x)[0, 1] / x.var()
        plain.append((len(inside), *welch(inside)))
        adjusted.append((len(inside), *welch(inside.assign(y=inside["y"] - theta * x))))
        ratios.append((len(inside), *delta(inside)))
    for metric, quantity, method, parts in (
        ("y", "mean_difference", "epochs", plain),
        ("y", "mean_difference", "cuped_epochs", adjusted),
        ("r", "ratio_difference", "epochs", ratios),
    ):
        row = row_of(found, metric, quantity, method)
        share = np.array([n for n, *_ in parts]) / len(units)
        value = share @ [part[1] for part in parts]
        variances = (share * [part[2] for part in parts]) ** 2
        error = np.sqrt(variances.sum())
        assert row.value == pytest.approx(value, rel=CLOSE, abs=CLOSE * error)
        assert row.std_error == pytest.approx(error, rel=CLOSE)
        if metric == "y":
            freedom = error**4 / (variances**2 / [part[3] for part in parts]).sum()
            assert row.df == pytest.approx(freedom, rel=CLOSE)


def welch(units: pd.DataFrame) -> tuple[float, float, float]:
    variant, control = (arm["y"] for arm in arms_of(units))
    test = stats.ttest_ind(variant, control, equal_var=False)
    gap = float(variant.mean() - control.mean())
    return gap, gap / float(test.statistic), float(test.df)


def delta(units: pd.DataFrame) -> tuple[float, float]:
    levels = []
    for arm in arms_of(units):
        ratio = arm["y"].sum() / arm["d"].sum()
        levels.append((ratio, ((arm["y"] - ratio * arm["d"]) / arm["d"].mean()).sem()))
    return levels[0][0] - levels[1][0], float(np.hypot(levels[0][1], levels[1][1]))
