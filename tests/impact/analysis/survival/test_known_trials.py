"""The rows of retention on trials whose results are known."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose

from experiments.plan.document import Covariate, CovariateKind, TimeUnit
from tests.impact.analysis.survival.data import (
    counts_of,
    estimate,
    number,
    only,
    plan_of,
    retention,
)
from tests.impact.stats.oracle import columns, quantity
from tests.reference import needs_reference

pytestmark = needs_reference

ROSSI = ("age", "race", "wexp", "mar", "paro", "prio")


@pytest.mark.parametrize("path", ["s4_churn_ties.csv", "s4_churn_ties_grouped.csv"])
def test_weekly_churn_gives_the_rows_of_r(path: str) -> None:
    data = columns(f"oracle/{path}")
    labels = {name: data.text[name] for name in ("tier", "region")}
    counts = counts_of(
        data.text["arm"],
        data.number("time") * 7,
        data.number("event"),
        data.number("n") if "n" in data.text else None,
        covariates=labels,
    )
    metric = retention(
        horizon=43 * 7, covariates=(Covariate(name="tier"), Covariate(name="region"))
    )

    result = estimate(plan_of(metric, "0", "1", time_unit=TimeUnit(name="week", days=7)), counts)

    expected, rtol = quantity("s4_churn_ties", "cox_efron")
    ratio = only(result, "hazard_ratio", "cox_adjusted")
    terms = [row for row in result.estimates if row.quantity == "coefficient"]
    assert_allclose(np.log(number(ratio.value)), expected["coef"][0], rtol=rtol)
    assert [row.term for row in terms] == [
        "tier=plus",
        "tier=pro",
        "region=N",
        "region=S",
        "region=W",
    ]
    assert_allclose([number(row.value) for row in terms], expected["coef"][1:], rtol=rtol)
    assert_allclose([number(row.std_error) for row in (ratio, *terms)], expected["se"], rtol=rtol)
    means, rtol = quantity("s4_churn_ties", "rmst")
    difference, fraction = only(result, "rmst_difference"), only(result, "rmst_ratio")
    assert (difference.at, difference.unit) == (43, "week")
    assert_allclose(
        [number(difference.value), number(difference.std_error), number(difference.p_value)],
        [means["diff"], means["se_diff"], means["p"]],
        rtol=rtol,
    )
    assert_allclose(
        [number(fraction.value), number(fraction.ci_low), number(fraction.ci_high)],
        [means["ratio"], means["ratio_lo"], means["ratio_hi"]],
        rtol=rtol,
    )


@pytest.mark.parametrize("path", ["s4_churn_ties.csv", "s4_churn_ties_grouped.csv"])
def test_strata_give_the_stratified_test_and_ratio_of_r(path: str) -> None:
    data = columns(f"oracle/{path}")
    counts = counts_of(
        data.text["arm"],
        data.number("time"),
        data.number("event"),
        data.number("n") if "n" in data.text else None,
        strata={name: data.text[name] for name in ("tier", "region")},
    )

    result = estimate(plan_of(retention(strata=("tier", "region")), "0", "1"), counts)

    for method, name in (("log_rank", "logrank"), ("stratified_log_rank", "logrank_strat")):
        expected, rtol = quantity("s4_churn_ties", name)
        row = only(result, "log_rank", method)
        assert_allclose(
            [number(row.statistic), number(row.p_value)], [expected["chisq"], expected["p"]], rtol
        )
    expected, rtol = quantity("s4_churn_ties", "cox_strata")
    ratio = only(result, "hazard_ratio", "cox")
    assert_allclose(np.log(number(ratio.value)), expected["coef"], rtol=rtol)
    assert_allclose(number(ratio.std_error), expected["se"], rtol=rtol)
    assert ratio.note == "stratified by tier, region"


def test_recidivism_gives_the_published_model_with_numeric_covariates() -> None:
    data = columns("data/rossi_recidivism_rct_432.csv")
    covariates = tuple(Covariate(name=name, kind=CovariateKind.NUMERIC) for name in ROSSI)
    counts = counts_of(
        data.text["fin"],
        data.number("week") * 7,
        data.number("arrest"),
        covariates={name: data.number(name) for name in ROSSI},
    )
    plan = plan_of(
        retention(covariates=covariates), "0", "1", time_unit=TimeUnit(name="week", days=7)
    )

    result = estimate(plan, counts)

    ratio = only(result, "hazard_ratio", "cox_adjusted")
    test = only(result, "likelihood_ratio", "cox_adjusted")
    alone = only(result, "log_rank")
    assert round(number(ratio.value), 4) == 0.6843
    assert round(number(ratio.std_error), 4) == 0.1914
    assert (round(number(test.statistic), 3), test.df) == (33.266, 7)
    assert (round(number(alone.statistic), 4), round(number(alone.p_value), 4)) == (3.8376, 0.0501)
    assert only(result, "coefficient", term="prio").value is not None


def test_technical_support_gives_the_known_telco_rows() -> None:
    data = columns("data/telco_ibm_7043.csv")
    chosen = data.text["InternetService"] != "No"
    counts = counts_of(
        data.text["TechSupport"][chosen],
        data.number("tenure")[chosen] * 30,
        data.text["Churn"][chosen] == "Yes",
    )
    plan = plan_of(retention(horizon=1800), "No", "Yes", time_unit=TimeUnit(name="month", days=30))

    result = estimate(plan, counts)

    ratio = only(result, "hazard_ratio")
    assert round(number(only(result, "log_rank").statistic), 3) == 639.350
    assert [round(number(value), 4) for value in (ratio.value, ratio.ci_low, ratio.ci_high)] == [
        0.2286,
        0.2019,
        0.2588,
    ]
    means = [only(result, "rmst", variant=variant) for variant in ("Yes", "No")]
    assert [round(number(row.value), 3) for row in means] == [54.425, 38.475]
    assert {(row.at, row.unit) for row in means} == {(60, "month")}


def test_monthly_telco_customers_have_the_known_curve() -> None:
    data = columns("data/telco_ibm_7043.csv")
    chosen = (data.text["Contract"] == "Month-to-month") & (data.text["InternetService"] != "No")
    counts = counts_of(
        ["all"] * int(chosen.sum()),
        data.number("tenure")[chosen] * 30,
        data.text["Churn"][chosen] == "Yes",
    )
    plan = plan_of(retention(), "all", "none", time_unit=TimeUnit(name="month", days=30))

    result = estimate(plan, counts)

    survival = [
        round(number(only(result, "survival_probability", variant="all", at=at).value), 4)
        for at in (6.0, 12.0, 24.0, 48.0, 60.0)
    ]
    assert survival == [0.7803, 0.6950, 0.5753, 0.3872, 0.2890]
    assert only(result, "median_survival", variant="all").value == 34
    assert all(before.value >= after.value for before, after in pairwise(result.curves[0].points))


def test_three_arms_give_a_global_test_and_ratios_of_one_model() -> None:
    data = columns("data/colon_3arm_rct_929x2.csv")
    chosen = data.number("etype") == 1
    counts = counts_of(
        data.text["rx"][chosen], data.number("time")[chosen], data.number("status")[chosen]
    )

    result = estimate(plan_of(retention(horizon=1095), "Obs", "Lev", "Lev+5FU"), counts)

    test = only(result, "log_rank", variant="")
    assert (round(number(test.statistic), 4), test.df) == (23.0617, 2)
    for variant, limits in (("Lev", [0.985, 0.799, 1.215]), ("Lev+5FU", [0.599, 0.475, 0.756])):
        ratio = only(result, "hazard_ratio", variant=variant)
        found = [round(number(value), 3) for value in (ratio.value, ratio.ci_low, ratio.ci_high)]
        assert found == limits
        assert only(result, "log_rank", variant=variant).df == 1
    survival = [
        round(number(only(result, "survival_probability", variant=variant, at=1095.0).value), 4)
        for variant in ("Obs", "Lev", "Lev+5FU")
    ]
    assert survival == [0.5105, 0.5071, 0.6564]
