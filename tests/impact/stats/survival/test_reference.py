"""Kaplan-Meier, log-rank and restricted means against R, from raw rows and from counts."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from impact.stats.inference import Inference, normal_inference
from impact.stats.survival.cox import CoxFit, cox
from impact.stats.survival.cox_sample import CoxSample
from impact.stats.survival.kaplan_meier import KaplanMeier, SurvivalPoint, kaplan_meier, survival_at
from impact.stats.survival.log_rank import LogRank, Weights, log_rank
from impact.stats.survival.median import Median, median_survival
from impact.stats.survival.rmst import (
    Contrast,
    RestrictedMean,
    lost_time_ratio,
    restricted_mean,
    rmst_difference,
    rmst_ratio,
)
from tests.impact.stats.oracle import Columns, columns, quantity
from tests.reference import needs_reference

pytestmark = needs_reference

RAW = ("s4_churn_ties", "s4_churn_ties.csv")
GROUPED = ("s4_churn_ties", "s4_churn_ties_grouped.csv")
LUNG = ("s1_lung", "s1_lung.csv")
VETERAN = ("s2_veteran", "s2_veteran.csv")


def counts(data: Columns) -> np.ndarray:
    return data.number("n") if "n" in data.text else np.ones(data.number("event").size)


def curve(data: Columns, arm: str, time: np.ndarray | None = None) -> KaplanMeier:
    chosen = data.text["arm"] == arm
    days = data.number("time") if time is None else time
    return kaplan_meier(days[chosen], data.number("event")[chosen], counts(data)[chosen])


def point(fitted: KaplanMeier, time: float) -> SurvivalPoint:
    answer = survival_at(fitted, time)
    assert isinstance(answer, SurvivalPoint)
    return answer


def mean(fitted: KaplanMeier, horizon: float) -> RestrictedMean:
    answer = restricted_mean(fitted, horizon)
    assert isinstance(answer, RestrictedMean)
    return answer


def log_rank_of(data: Columns, strata: str = "", rho: float = 0.0) -> LogRank:
    answer = log_rank(
        data.number("time"),
        data.number("event"),
        data.text["arm"],
        counts(data),
        stratum=None if not strata else joined(data, strata.split(",")),
        weights=Weights(rho=rho),
    )
    assert isinstance(answer, LogRank)
    return answer


def floats(values: Iterable[float | None]) -> np.ndarray:
    return np.array([*values], dtype=np.float64)


def joined(data: Columns, names: list[str]) -> np.ndarray:
    return np.array(
        ["|".join(row) for row in zip(*(data.text[name] for name in names), strict=True)]
    )


@pytest.mark.parametrize(("case", "path"), [LUNG, RAW, GROUPED])
def test_survival_errors_limits_and_numbers_at_risk_are_those_of_r(case: str, path: str) -> None:
    expected, rtol = quantity(case, "km_loglog")
    data = columns(f"oracle/{path}")

    points = [
        point(curve(data, stratum.removeprefix("arm=")), time)
        for stratum, time in zip(expected["strata"], expected["time"], strict=True)
    ]

    assert [answer.at_risk for answer in points] == expected["n_risk"]
    assert_allclose([answer.value for answer in points], expected["surv"], rtol=rtol)
    assert_allclose(
        floats(answer.std_error for answer in points), expected["std_err_surv"], rtol=rtol
    )
    assert_allclose(floats(answer.ci_low for answer in points), expected["lower"], rtol=rtol)
    assert_allclose(floats(answer.ci_high for answer in points), expected["upper"], rtol=rtol)


def test_medians_and_their_limits_are_those_of_r() -> None:
    expected, _ = quantity("s1_lung", "median")
    data = columns("oracle/s1_lung.csv")

    medians = [median_survival(curve(data, arm)) for arm in ("0", "1")]

    assert medians == [
        Median(value=value, ci_low=low, ci_high=high)
        for value, low, high in zip(
            expected["median"], expected["lower"], expected["upper"], strict=True
        )
    ]


@pytest.mark.parametrize(
    ("source", "name", "strata", "rho"),
    [
        (LUNG, "logrank", "", 0.0),
        (LUNG, "fh_rho1", "", 1.0),
        (VETERAN, "logrank_strat", "celltype", 0.0),
        (RAW, "logrank", "", 0.0),
        (GROUPED, "logrank", "", 0.0),
        (RAW, "logrank_strat", "tier,region", 0.0),
        (GROUPED, "logrank_strat", "tier,region", 0.0),
        (RAW, "fh_rho1", "", 1.0),
        (GROUPED, "fh_rho1", "", 1.0),
    ],
)
def test_log_rank_is_that_of_r(source: tuple[str, str], name: str, strata: str, rho: float) -> None:
    expected, rtol = quantity(source[0], name)

    test = log_rank_of(columns(f"oracle/{source[1]}"), strata, rho)

    assert test.df == expected["df"]
    assert_allclose(test.statistic, expected["chisq"], rtol=rtol)
    assert_allclose(test.p_value, expected["p"], rtol=rtol)
    assert_allclose(test.observed, expected["obs"], rtol=rtol)
    assert_allclose(test.expected, expected["exp"], rtol=rtol)
    assert_allclose(test.covariance[0, 0], expected["var11"], rtol=rtol)


@pytest.mark.parametrize(
    ("source", "name"),
    [(LUNG, "rmst700"), (RAW, "rmst"), (GROUPED, "rmst")],
)
def test_restricted_means_are_those_of_r(source: tuple[str, str], name: str) -> None:
    expected, rtol = quantity(source[0], name)
    data = columns(f"oracle/{source[1]}")

    compare_means(curve(data, "0"), curve(data, "1"), expected, rtol)


def test_restricted_means_are_those_of_survrm2() -> None:
    expected, rtol = quantity("s3_pbc312", "rmst10")
    data = columns("oracle/s3_pbc312.csv")
    years = data.number("days") / 365.25

    compare_means(curve(data, "0", years), curve(data, "1", years), expected, rtol)


def compare_means(
    baseline: KaplanMeier, variant: KaplanMeier, expected: dict[str, Any], rtol: float
) -> None:
    before, after = mean(baseline, expected["tau"]), mean(variant, expected["tau"])
    difference = inference(rmst_difference(after, before))

    assert_allclose([before.value, before.std_error], [expected["rmst0"], expected["se0"]], rtol)
    assert_allclose([after.value, after.std_error], [expected["rmst1"], expected["se1"]], rtol)
    assert_allclose(
        floats((difference.value, difference.std_error, difference.ci_low, difference.ci_high)),
        [expected[name] for name in ("diff", "se_diff", "lo", "hi")],
        rtol,
    )
    assert_allclose(floats([difference.p_value]), expected["p"], rtol=rtol)
    assert_allclose(
        ratio_with_limits(rmst_ratio(after, before)),
        [expected[name] for name in ("ratio", "ratio_lo", "ratio_hi")],
        rtol,
    )
    assert_allclose(
        ratio_with_limits(lost_time_ratio(after, before)),
        [expected[name] for name in ("rmtl_ratio", "rmtl_ratio_lo", "rmtl_ratio_hi")],
        rtol,
    )


def inference(contrast: object) -> Inference:
    assert isinstance(contrast, Contrast)
    return normal_inference(contrast.value, contrast.std_error, level=0.95)


def ratio_with_limits(contrast: object) -> np.ndarray:
    assert isinstance(contrast, Contrast)
    reach = 1.959963984540054 * contrast.std_error
    return contrast.value * np.exp([0, -reach, reach])


def test_telco_customers_by_the_month_churn_as_known() -> None:
    data = columns("data/telco_ibm_7043.csv")
    chosen = (data.text["Contract"] == "Month-to-month") & (data.text["InternetService"] != "No")

    whole = kaplan_meier(data.number("tenure")[chosen], data.text["Churn"][chosen] == "Yes")

    assert (whole.table.n, whole.table.n_events) == (3351, 1556)
    median = median_survival(whole)
    assert isinstance(median, Median)
    assert median.value == 34
    survival = [round(point(whole, time).value, 4) for time in (6, 12, 24, 48, 60)]
    assert survival == [0.7803, 0.6950, 0.5753, 0.3872, 0.2890]


def test_technical_support_keeps_telco_customers_as_known() -> None:
    data = columns("data/telco_ibm_7043.csv")
    chosen = data.text["InternetService"] != "No"
    months, churned = data.number("tenure")[chosen], data.text["Churn"][chosen] == "Yes"
    support = data.text["TechSupport"][chosen]

    test = log_rank(months, churned, support)
    means = [
        mean(kaplan_meier(months[support == arm], churned[support == arm]), 60).value
        for arm in ("Yes", "No")
    ]
    fit = cox(
        CoxSample(time=months, event=churned, design=support[:, None] == "Yes", terms=("support",))
    )

    assert isinstance(test, LogRank)
    assert round(test.statistic, 3) == 639.350
    assert [round(value, 3) for value in means] == [54.425, 38.475]
    assert isinstance(fit, CoxFit)
    reach = 1.959964 * fit.std_errors[0]
    limits = np.exp(fit.coefficients[0] + np.array([-reach, 0, reach]))
    assert limits.round(4).tolist() == [0.2019, 0.2286, 0.2588]


def test_three_arms_of_the_colon_trial_give_the_published_test_and_survival() -> None:
    data = columns("data/colon_3arm_rct_929x2.csv")
    recurrence = data.number("etype") == 1
    days, status = data.number("time")[recurrence], data.number("status")[recurrence]
    arm = data.text["rx"][recurrence]

    test = log_rank(days, status, arm)
    survival = [
        point(kaplan_meier(days[arm == name], status[arm == name]), 1095).value
        for name in ("Obs", "Lev", "Lev+5FU")
    ]

    assert isinstance(test, LogRank)
    assert (round(test.statistic, 4), test.df) == (23.0617, 2)
    assert [round(value, 4) for value in survival] == [0.5105, 0.5071, 0.6564]


def test_financial_aid_alone_gives_the_published_log_rank() -> None:
    data = columns("data/rossi_recidivism_rct_432.csv")

    test = log_rank(data.number("week"), data.number("arrest"), data.text["fin"])

    assert isinstance(test, LogRank)
    assert (round(test.statistic, 4), round(test.p_value, 4)) == (3.8376, 0.0501)
