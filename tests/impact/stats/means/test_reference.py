"""Means, proportions and ratios against R, papers and public data."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from impact.stats.means.cuped import AdjustedSample, cuped, pooled_slope
from impact.stats.means.newcombe import Successes, newcombe
from impact.stats.means.ratio import RatioSample, ratio_difference, relative_ratio
from impact.stats.means.relative import relative_means
from impact.stats.means.welch import Sample, welch
from impact.stats.multiplicity import holm
from impact.stats.sample_ratio import chi_square, sequential
from tests.impact.stats.answers import estimated, known
from tests.impact.stats.oracle import published
from tests.reference import SHARED, needs_reference

FOLDER = SHARED or Path()
TOLERANCE = 1e-8


def oracle(case: str, quantity: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / "oracle" / f"{case}.json").read_text())
    value: dict[str, Any] = document["quantities"][quantity]["value"]
    return value


@pytest.fixture(scope="module")
def revenue() -> tuple[pd.DataFrame, pd.DataFrame]:
    frame = pd.read_csv(FOLDER / "oracle" / "s5_revenue.csv")
    return frame[frame.arm == 1], frame[frame.arm == 0]


def sample(values: pd.Series) -> Sample:
    return Sample(n=len(values), mean=values.mean(), variance=values.var())


def ratio_sample(numerator: pd.Series, denominator: pd.Series) -> RatioSample:
    return RatioSample(
        n=len(numerator),
        numerator=numerator.mean(),
        denominator=denominator.mean(),
        numerator_variance=numerator.var(),
        denominator_variance=denominator.var(),
        covariance=numerator.cov(denominator),
    )


def close(value: float | None, expected: float, *, rel: float = TOLERANCE) -> bool:
    return value == pytest.approx(expected, rel=rel, abs=1e-12)


@needs_reference
def test_welch_equals_r(revenue: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    expected = oracle("s5_revenue", "welch")

    found = estimated(welch(sample(revenue[0].revenue), sample(revenue[1].revenue), level=0.95))

    names = {"diff": "value", "se": "std_error", "t": "statistic", "df": "df", "p": "p_value"}
    for name, field in (names | {"lo": "ci_low", "hi": "ci_high"}).items():
        assert close(getattr(found, field), expected[name]), name


@needs_reference
def test_newcombe_and_the_score_test_equal_r(revenue: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    expected = oracle("s5_revenue", "two_prop")
    arms = [Successes(n=len(arm), successes=int(arm.converted.sum())) for arm in revenue]

    found = estimated(newcombe(*arms, level=0.95))

    assert close(found.value, expected["diff"])
    assert close(found.ci_low, expected["lo"])
    assert close(found.ci_high, expected["hi"])
    assert close(found.statistic, expected["chisq"])
    assert close(found.p_value, expected["p"])
    assert found.std_error is None


@needs_reference
def test_cuped_equals_r(revenue: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    expected = oracle("s5_revenue", "cuped_pooled_theta")
    arms = [
        AdjustedSample(
            n=len(arm),
            y=arm.revenue.mean(),
            x=arm.pre_revenue.mean(),
            y_variance=arm.revenue.var(),
            x_variance=arm.pre_revenue.var(),
            covariance=arm.revenue.cov(arm.pre_revenue),
        )
        for arm in revenue
    ]

    found = estimated(cuped(*arms, level=0.95))

    assert close(estimated(pooled_slope(*arms)), expected["theta"])
    assert close(found.difference.value, expected["diff"])
    assert close(found.difference.std_error, expected["se"])
    assert close(found.difference.df, expected["df"])
    assert close(found.difference.p_value, expected["p"])
    assert found.variance_reduction == pytest.approx(
        1 - (expected["se"] / oracle("s5_revenue", "welch")["se"]) ** 2
    )


@needs_reference
@pytest.mark.parametrize(
    ("quantity", "numerator"),
    [("ratio_delta_aht", "handle_minutes"), ("ratio_delta_fcr", "resolved")],
)
def test_ratio_by_the_delta_method_equals_r(
    revenue: tuple[pd.DataFrame, pd.DataFrame], quantity: str, numerator: str
) -> None:
    expected = oracle("s5_revenue", quantity)
    variant, baseline = (ratio_sample(arm[numerator], arm.contacts) for arm in revenue)

    difference = estimated(ratio_difference(variant, baseline, level=0.95))
    relative = estimated(relative_ratio(variant, baseline, level=0.95))

    assert close(variant.ratio, expected["r1"])
    assert close(baseline.ratio, expected["r0"])
    assert close(difference.value, expected["diff"])
    assert close(difference.std_error, expected["se"])
    assert close(difference.statistic, expected["z"])
    assert close(difference.p_value, expected["p"])
    assert close(relative.value, expected["rel"])
    assert close(relative.std_error, expected["rel_se"])


@needs_reference
def test_scalars_equal_r() -> None:
    ratio = oracle("s9_scalars", "srm")
    adjusted = oracle("s9_scalars", "padjust")
    proportions = oracle("s9_scalars", "newcombe")
    looks = oracle("s9_scalars", "srm_sequential")

    fixed = estimated(chi_square(ratio["counts"], ratio["ratio"]))
    always = estimated(
        sequential(looks["counts"], looks["ratio"], pseudocount=looks["prior_pseudocount"])
    )
    around = estimated(
        newcombe(
            Successes(n=proportions["n1"], successes=proportions["x1"]),
            Successes(n=proportions["n0"], successes=proportions["x0"]),
            level=0.95,
        )
    )

    assert close(fixed.statistic, ratio["chisq"])
    assert close(fixed.p_value, ratio["p"])
    assert close(always.statistic, looks["log_bayes_factor"])
    assert close(always.p_value, looks["p_at_this_look"])
    assert np.allclose(holm(adjusted["p"]), adjusted["holm"], rtol=TOLERANCE)
    assert close(around.value, proportions["diff"])
    assert close(around.ci_low, proportions["lo"])
    assert close(around.ci_high, proportions["hi"])


@needs_reference
def test_welch_and_the_relative_difference_equal_published_numbers() -> None:
    variant = Sample(n=3461, mean=0.70, variance=6.2**2)
    baseline = Sample(n=3407, mean=0.41, variance=3.9**2)
    relative_expected, expected = published("P3"), published("P4")

    relative = estimated(relative_means(variant, baseline, level=0.95))
    absolute = estimated(welch(variant, baseline, level=0.95))

    assert round(relative.value, 5) == relative_expected["expected"]
    assert [
        round(known(relative.ci_low), 5),
        round(known(relative.ci_high), 5),
    ] == relative_expected["ci"]
    assert round(known(relative.std_error), 5) == relative_expected["uplift_sd"]
    assert round(known(relative.p_value), 5) == relative_expected["p"]
    assert round(absolute.value, 5) == expected["diff"]
    assert [round(known(absolute.ci_low), 5), round(known(absolute.ci_high), 5)] == expected["ci"]
    assert round(known(absolute.p_value), 5) == expected["p"]


@needs_reference
@pytest.mark.parametrize(
    ("example", "variant", "baseline"), [("a", (56, 70), (48, 80)), ("b", (9, 10), (3, 10))]
)
def test_newcombe_equals_the_paper(
    example: str, variant: tuple[int, int], baseline: tuple[int, int]
) -> None:
    expected = published("P9")[example]

    found = estimated(
        newcombe(
            Successes(n=variant[1], successes=variant[0]),
            Successes(n=baseline[1], successes=baseline[0]),
            level=0.95,
        )
    )

    assert [round(known(found.ci_low), 4), round(known(found.ci_high), 4)] == expected


@needs_reference
def test_the_job_training_trial_is_reproduced() -> None:
    frame = pd.read_csv(FOLDER / "data" / "lalonde_nsw_rct_445.csv")

    found = estimated(
        welch(
            sample(frame[frame.treat == 1].re78), sample(frame[frame.treat == 0].re78), level=0.95
        )
    )

    assert round(found.value, 2) == 1794.34
    assert round(known(found.statistic), 3) == 2.674
    assert (round(known(found.ci_low)), round(known(found.ci_high))) == (474, 3115)


@needs_reference
def test_the_incentive_trial_is_reproduced() -> None:
    frame = pd.read_csv(FOLDER / "data" / "thornton_incentive_rct_4820.csv")
    # The published effect clusters by village: four people without a village are not in it.
    frame = frame.dropna(subset=["got", "any", "villnum"])
    arms = [frame[frame["any"] == offered].got for offered in (1, 0)]

    variant, baseline = (Successes(n=len(arm), successes=int(arm.sum())) for arm in arms)

    assert round(baseline.share * 100, 2) == 33.87
    assert round(estimated(newcombe(variant, baseline, level=0.95)).value * 100, 1) == 45.2
