"""Means, adjusted and capped: moments in a report give what the rows of units give.

The reference reads rows: scipy's Welch test, statsmodels' least squares.
"""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given
from scipy import stats

from impact.analysis.estimates import Analysis, Estimate
from impact.analysis.relative import CERTAIN
from impact.stats.means.fieller import is_uncertain
from tests.impact.join.tables import plan_of
from tests.impact.stats.answers import known
from tests.impact.sufficiency.drawing import (
    CLOSE,
    JOINED,
    World,
    analysed,
    arms_of,
    columns_of,
    observed,
    row_of,
    segments_of,
    squared_error,
    worlds,
)

MEAN = "kind: mean, source: observations.y"
PLAN = plan_of(
    "- {key: y, role: primary, " + MEAN + ", adjustment: {covariate: x}}",
    "- {key: w, role: secondary, " + MEAN + ", winsorising: {quantile: 0.9}}",
    "- {key: l, role: secondary, " + MEAN + ", adjustment:"
    " {method: lin, covariates: [tier, {name: x, kind: numeric}]}}",
    head="segments: [tier]",
)


def drawn(world: World) -> pd.DataFrame:
    """Draw units with a covariate and a skewed outcome that some of them lack."""
    rng, n = world.rng(), world.size
    number = np.arange(n)
    x = (world.level + rng.normal(0, 2, n)).round(3)
    return pd.DataFrame(
        {
            "unit_id": [f"u{place:03}" for place in number],
            "variant": np.where(number % 2, "b", "a"),
            "tier": np.where(number // 2 % 2, "pro", "basic"),
            "x": x,
            "y": np.where(rng.random(n) < 0.05, np.nan, 0.7 * x + rng.gamma(2.0, 3.0, n)),
        }
    )


@JOINED
@given(worlds)
def test_means_of_a_report_are_those_of_rows(world: World) -> None:
    """One join answers for all: most of the time goes into it."""
    units = drawn(world)
    found = analysed(
        PLAN,
        columns_of(units, "tier", "x"),
        observations=observed(units, "y"),
    )

    means_are_those_of_rows(units, found)
    relative_differences_are_those_of_rows(units, found)
    adjusted_means_are_those_of_rows(units, found)
    the_interaction_is_the_test_of_one_model_of_rows(units, found)


def agrees(found: Estimate, value: float, std_error: float, p_value: float) -> None:
    assert found.std_error == pytest.approx(std_error, rel=CLOSE)
    assert found.value == pytest.approx(value, rel=CLOSE, abs=CLOSE * std_error)
    assert found.p_value == pytest.approx(p_value, rel=CLOSE, abs=1e-12)


def agrees_with_welch(found: Estimate, variant: pd.Series, control: pd.Series) -> None:
    test = stats.ttest_ind(variant.dropna(), control.dropna(), equal_var=False)
    value = variant.mean() - control.mean()
    agrees(found, value, value / test.statistic, test.pvalue)
    around = test.confidence_interval(0.95)
    assert found.df == pytest.approx(test.df, rel=CLOSE)
    assert [found.ci_low, found.ci_high] == pytest.approx(
        [around.low, around.high], rel=CLOSE, abs=CLOSE * float(known(found.std_error))
    )


def roots(
    variant: tuple[float, float], control: tuple[float, float], quantile: float
) -> list[float]:
    """Return where (variant - (1 + r) control) is a quantile of its errors from zero, in order."""
    (top, of_top), (base, of_base) = variant, control
    z = quantile**2
    ratios = np.roots([base**2 - z * of_base, -2 * base * top, top**2 - z * of_top])
    return sorted((np.real(ratios) - 1).tolist())


def means_are_those_of_rows(units: pd.DataFrame, found: Analysis) -> None:
    cap = np.nanquantile(units["y"], 0.9)
    for segment, inside in segments_of(units, "tier"):
        variant, control = (arm["y"] for arm in arms_of(inside))
        plain = row_of(found, "y", "mean_difference", "welch", segment=segment)
        agrees_with_welch(plain, variant, control)
        capped = row_of(found, "w", "mean_difference", "winsorised", segment=segment)
        agrees_with_welch(capped, variant.clip(upper=cap), control.clip(upper=cap))
        for arm, values in zip("ba", (variant, control), strict=True):
            level = row_of(found, "y", "mean", "student", variant=arm, segment=segment)
            assert level.value == pytest.approx(values.mean(), rel=CLOSE)
            assert level.std_error == pytest.approx(values.sem(), rel=CLOSE)
            spread = row_of(
                found, "y", "standard_deviation", "sample", variant=arm, segment=segment
            )
            assert spread.value == pytest.approx(values.std(), rel=CLOSE)


def relative_differences_are_those_of_rows(units: pd.DataFrame, found: Analysis) -> None:
    variant, control = (arm["y"].dropna() for arm in arms_of(units))
    levels = [(float(arm.mean()), squared_error(arm)) for arm in (variant, control)]
    (top, of_top), (base, of_base) = levels
    method = "fieller" if is_uncertain(base, of_base, CERTAIN) else "delta"
    row = row_of(found, "y", "relative_difference", method)
    assert row.value == pytest.approx(top / base - 1, rel=CLOSE, abs=CLOSE)
    if method == "delta":
        assert row.std_error == pytest.approx(
            np.sqrt(of_top + (top / base) ** 2 * of_base) / base, rel=CLOSE
        )
    elif not row.ci_set:
        test = stats.ttest_ind(variant, control, equal_var=False)
        ends = roots(levels[0], levels[1], float(stats.t.ppf(0.975, test.df)))
        assert [row.ci_low, row.ci_high] == pytest.approx(ends, rel=CLOSE)


def adjusted_means_are_those_of_rows(units: pd.DataFrame, found: Analysis) -> None:
    for segment, inside in segments_of(units.dropna(subset="y"), "tier"):
        y, x = inside["y"], inside["x"] - inside["x"].mean()
        theta = np.cov(y, x)[0, 1] / x.var()
        cuped = row_of(found, "y", "mean_difference", "cuped", segment=segment)
        arms = arms_of(inside.assign(z=y - theta * x))
        agrees_with_welch(cuped, *(arm["z"] for arm in arms))
        columns = [x, *([inside["tier"] == "pro"] if segment == "all" else [])]
        arm = (inside["variant"] == "b").astype(float)
        apart = np.column_stack([column - column.mean() for column in columns])
        design = np.column_stack([np.ones(len(y)), arm, apart, apart * arm.to_numpy()[:, None]])
        theirs = sm.OLS(y.to_numpy(), design).fit(cov_type="HC2", use_t=True)
        lin = row_of(found, "l", "mean_difference", "lin", segment=segment)
        agrees(lin, theirs.params[1], theirs.bse[1], theirs.pvalues[1])


def the_interaction_is_the_test_of_one_model_of_rows(units: pd.DataFrame, found: Analysis) -> None:
    """Errors of both sides are each arm's own in each segment: HC2 of the saturated model."""
    cap = np.nanquantile(units["y"], 0.9)
    kept = units.dropna(subset="y")
    arm, pro = kept["variant"] == "b", kept["tier"] == "pro"
    design = np.column_stack([np.ones(len(arm)), arm, pro, arm & pro]).astype(np.float64)
    model = sm.OLS(kept["y"].clip(upper=cap).to_numpy(), design).fit(cov_type="HC2")
    wald = model.wald_test([[0, 0, 0, 1]], scalar=True)
    row = row_of(found, "w", "interaction", "cochran_q")
    assert known(row.statistic) == pytest.approx(float(wald.statistic), rel=CLOSE, abs=CLOSE)
    parts = []
    for _, inside in kept.assign(y=kept["y"].clip(upper=cap)).groupby("tier"):
        variant, control = (side["y"] for side in arms_of(inside))
        freedom = float(stats.ttest_ind(variant, control, equal_var=False).df)
        parts.append((squared_error(variant) + squared_error(control), freedom))
    df = sum(part for part, _ in parts) ** 2 / sum(part**2 / own for part, own in parts)
    p_value = 2 * stats.t.sf(np.sqrt(float(wald.statistic)), df)  # two levels: Welch's t
    assert known(row.p_value) == pytest.approx(p_value, rel=CLOSE, abs=CLOSE)
