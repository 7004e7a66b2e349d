"""Ratios, shares and quantiles: a report from files gives what the rows of units give."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from impact.analysis.estimates import Analysis
from impact.stats.inference import normal_quantile
from impact.stats.means.fieller import is_uncertain
from tests.impact.join.tables import Row, plan_of
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

PLAN = plan_of(
    "- {key: r, role: primary, kind: ratio, source: observations.s, denominator: observations.d}",
    "- {key: p, role: secondary, kind: proportion, source: observations.p}",
    "- {key: q, role: secondary, kind: quantile, quantile: 0.5, source: contacts.talk_seconds,"
    " window: 10}",
    head="segments: [tier]",
)


def drawn(world: World) -> pd.DataFrame:
    """Draw units with a ratio, a share, and calls that some did not make."""
    rng, n = world.rng(), world.size
    number = np.arange(n)
    calls = rng.integers(1, 6, n).astype(float)
    return pd.DataFrame(
        {
            "unit_id": [f"u{place:03}" for place in number],
            "variant": np.where(number % 2, "b", "a"),
            "tier": np.where(number // 2 % 2, "pro", "basic"),
            "s": world.level * calls + rng.gamma(2.0, 3.0, n),
            "d": calls,
            "calls": [rng.gamma(2.0, 99.0, made).round() for made in rng.integers(0, 4, n)],
            # Each arm has both outcomes in each tier.
            "p": np.where(number < 8, number < 4, rng.random(n) < 0.6).astype(float),
        }
    )


def calls_of(units: pd.DataFrame) -> list[Row]:
    return [
        {
            "contact_id": f"{unit}-{number}",
            "customer_id": unit,
            "arrived_at": "2026-03-02",
            "talk_seconds": float(talk),
        }
        for unit, calls in zip(units["unit_id"], units["calls"], strict=True)
        for number, talk in enumerate(calls)
    ]


@JOINED
@given(worlds)
def test_ratios_shares_and_quantiles_are_those_of_rows(world: World) -> None:
    units = drawn(world)
    found = analysed(
        PLAN,
        columns_of(units, "tier"),
        observations=observed(units, *"sdp"),
        contacts=calls_of(units),
    )

    ratios_are_those_of_rows(units, found)
    shares_are_those_of_rows(units, found)
    quantiles_are_those_of_rows(units, found)


def ratios_are_those_of_rows(units: pd.DataFrame, found: Analysis) -> None:
    for segment, inside in segments_of(units, "tier"):
        levels = {}
        for arm, rows in zip("ba", arms_of(inside), strict=True):
            ratio = rows["s"].sum() / rows["d"].sum()
            linear = (rows["s"] - ratio * rows["d"]) / rows["d"].mean()
            levels[arm] = ratio, squared_error(linear)
            if not is_uncertain(rows["d"].mean(), squared_error(rows["d"])):
                row = row_of(found, "r", "ratio", "delta", variant=arm, segment=segment)
                assert row.value == pytest.approx(ratio, rel=CLOSE)
                assert row.std_error == pytest.approx(linear.sem(), rel=CLOSE)
                continue
            row = row_of(found, "r", "ratio", "fieller", variant=arm, segment=segment)
            assert row.value == pytest.approx(ratio, rel=CLOSE)
        (top, of_top), (base, of_base) = levels["b"], levels["a"]
        error = float(np.sqrt(of_top + of_base))
        difference = row_of(found, "r", "ratio_difference", "delta", segment=segment)
        assert difference.value == pytest.approx(top - base, rel=CLOSE, abs=CLOSE * error)
        assert difference.std_error == pytest.approx(error, rel=CLOSE)
        two_sided = 2 * stats.norm.sf(abs(top - base) / error)
        assert difference.p_value == pytest.approx(two_sided, rel=CLOSE, abs=CLOSE)


def shares_are_those_of_rows(units: pd.DataFrame, found: Analysis) -> None:
    for segment, inside in segments_of(units, "tier"):
        counts = [(int(arm["p"].sum()), len(arm)) for arm in arms_of(inside)]
        row = row_of(found, "p", "proportion_difference", "newcombe", segment=segment)
        low, high = confint_proportions_2indep(*counts[0], *counts[1], method="newcomb")
        table = [[successes, n - successes] for successes, n in counts]
        test = stats.chi2_contingency(table, correction=False)
        assert [row.ci_low, row.ci_high] == pytest.approx([low, high], rel=CLOSE)
        assert row.p_value == pytest.approx(test.pvalue, rel=CLOSE, abs=CLOSE)
        risk = row_of(found, "p", "risk_ratio", "katz", segment=segment)
        theirs = sm.stats.Table2x2(np.array(table, dtype=np.float64))
        assert risk.value == pytest.approx(theirs.riskratio, rel=CLOSE)
        assert [risk.ci_low, risk.ci_high] == pytest.approx(
            theirs.riskratio_confint(0.05), rel=CLOSE
        )


def quantiles_are_those_of_rows(units: pd.DataFrame, found: Analysis) -> None:
    """Woodruff's limits by hand: the share at or below varies between units, callers or not."""
    for segment, inside in segments_of(units, "tier"):
        for arm, rows in zip("ba", arms_of(inside), strict=True):
            values = np.concatenate([np.asarray(calls) for calls in rows["calls"]])
            row = row_of(found, "q", "quantile", "woodruff", variant=arm, segment=segment)
            assert row.value == pytest.approx(np.quantile(values, 0.5), rel=CLOSE)
            made = np.array([len(calls) for calls in rows["calls"]])
            below = np.array([sum(call <= row.value for call in calls) for calls in rows["calls"]])
            linear = (below - below.sum() / made.sum() * made) / made.mean()
            reach = normal_quantile(0.95) * linear.std(ddof=1) / np.sqrt(len(rows))
            if reach >= 0.5:
                assert row.std_error is None
                continue
            low, high = np.quantile(values, [0.5 - reach, 0.5 + reach])
            error = (high - low) / (2 * normal_quantile(0.95))
            assert row.std_error == pytest.approx(error, rel=CLOSE)
