"""Surveys: counts of answers by value and cell give what single answers give."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from tests.impact.join.tables import Row, plan_of
from tests.impact.sufficiency.drawing import (
    CLOSE,
    JOINED,
    World,
    analysed,
    arms_of,
    columns_of,
    row_of,
    worlds,
)

Floats = NDArray[np.float64]
PLAN = plan_of(
    "- {key: happy, role: primary, kind: mean, source: surveys.csat, window: 10}",
    head="segments: [tier]",
)


def drawn(world: World) -> pd.DataFrame:
    """Draw customers who are all asked; contented ones of the variant answer more often."""
    rng, n = world.rng(), 3 * world.size
    number = np.arange(n)
    arm, pro = number % 2, number // 2 % 2
    score = np.clip(np.round(rng.normal(3.2 + 0.3 * arm + 0.3 * pro, 1.2, n)), 1, 5)
    answers = rng.random(n) < 0.3 + 0.08 * score * arm + 0.2 * pro
    return pd.DataFrame(
        {
            "unit_id": [f"u{place:03}" for place in number],
            "variant": np.where(arm, "b", "a"),
            "tier": np.where(pro, "pro", "basic"),
            "csat": np.where(answers, score, np.nan),
        }
    )


def surveys_of(units: pd.DataFrame) -> list[Row]:
    return [
        {
            "survey_id": unit,
            "customer_id": unit,
            "sent_at": "2026-03-02",
            "answered_at": None if np.isnan(csat) else "2026-03-03",
            "csat": None if np.isnan(csat) else float(csat),
        }
        for unit, csat in zip(units["unit_id"], units["csat"], strict=True)
    ]


@JOINED
@given(worlds)
def test_response_bounds_and_weights_are_those_of_single_answers(world: World) -> None:
    units = drawn(world)
    found = analysed(PLAN, columns_of(units, "tier"), surveys=surveys_of(units))

    variant, control = arms_of(units)
    answers = [arm["csat"].dropna() for arm in (variant, control)]
    test = stats.ttest_ind(*answers, equal_var=False)
    plain = row_of(found, "happy", "mean_difference", "welch")
    assert plain.p_value == pytest.approx(test.pvalue, rel=CLOSE, abs=CLOSE)
    counts = [(len(given), len(arm)) for given, arm in zip(answers, arms_of(units), strict=True)]
    response = row_of(found, "happy", "proportion_difference", "response_rate")
    limits = confint_proportions_2indep(*counts[0], *counts[1], method="newcomb")
    assert [response.ci_low, response.ci_high] == pytest.approx(limits, rel=CLOSE)
    for method, value in zip(("lee_lower", "lee_upper"), bounds(variant, control), strict=True):
        row = row_of(found, "happy", "mean_difference", method)
        assert row.value == pytest.approx(value, rel=CLOSE, abs=CLOSE)
    weighted = row_of(found, "happy", "mean_difference", "inverse_probability")
    gap = weighted_mean(variant, units) - weighted_mean(control, units)
    assert weighted.value == pytest.approx(gap, rel=CLOSE, abs=CLOSE)


def bounds(variant: pd.DataFrame, control: pd.DataFrame) -> tuple[float, float]:
    """Leave out the best, then the worst answers of the arm that answered more, one by one."""
    rates = [arm["csat"].notna().mean() for arm in (variant, control)]
    given = [np.sort(arm["csat"].dropna().to_numpy()) for arm in (variant, control)]
    more = int(rates[1] > rates[0])
    out = (1 - min(rates) / max(rates)) * len(given[more])
    middle = given[1 - more].mean()
    gaps = [without(order, out) - middle for order in (given[more][::-1], given[more])]
    return (-gaps[1], -gaps[0]) if more else (gaps[0], gaps[1])


def without(answers: Floats, out: float) -> float:
    """Return the mean without the first answers, the last of which may go in part."""
    kept = np.clip(np.arange(1, len(answers) + 1) - out, 0, 1)
    return float(np.average(answers, weights=kept))


def weighted_mean(arm: pd.DataFrame, units: pd.DataFrame) -> float:
    """Weigh each answer by its segment's units of both arms over the answers of this one."""
    answered = arm.dropna(subset="csat")
    share = units["tier"].value_counts() / answered["tier"].value_counts()
    return float(np.average(answered["csat"], weights=answered["tier"].map(share)))
