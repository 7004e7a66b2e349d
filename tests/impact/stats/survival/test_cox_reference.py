"""Cox against R's coxph, from raw rows and from counts."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from impact.stats.survival.cox import CoxFit, cox
from impact.stats.survival.cox_sample import CoxSample
from impact.stats.survival.cox_ties import Ties
from tests.impact.stats.oracle import Columns, columns, quantity
from tests.reference import needs_reference

pytestmark = needs_reference

RAW = "oracle/s4_churn_ties.csv"
GROUPED = "oracle/s4_churn_ties_grouped.csv"
LEVELS = {"arm": ["1"], "tier": ["plus", "pro"], "region": ["N", "S", "W"]}


def fitted(sample: CoxSample, ties: Ties = Ties.EFRON) -> CoxFit:
    fit = cox(sample, ties)
    assert isinstance(fit, CoxFit)
    return fit


def churn_sample(path: str, *names: str, stratum: bool = False) -> CoxSample:
    data = columns(path)
    dummies = [(name, level) for name in names for level in LEVELS[name]]
    return CoxSample(
        time=data.number("time"),
        event=data.number("event"),
        design=np.column_stack([data.text[name] == level for name, level in dummies]),
        terms=tuple(f"{name}={level}" for name, level in dummies),
        n=data.number("n") if "n" in data.text else None,
        stratum=np.char.add(data.text["tier"], data.text["region"]) if stratum else None,
    )


def complete(data: Columns, *names: str) -> np.ndarray:
    table = np.column_stack([data.number(name) for name in names])
    return table[~np.isnan(table).any(axis=1)]


def test_lung_gives_coefficients_likelihoods_and_score_of_r() -> None:
    rows = complete(columns("oracle/s1_lung.csv"), "time", "event", "age", "arm", "ph_ecog")
    expected, rtol = quantity("s1_lung", "cox_efron")

    fit = fitted(
        CoxSample(time=rows[:, 0], event=rows[:, 1], design=rows[:, 2:], terms=("a", "b", "c"))
    )

    assert_allclose(fit.coefficients, expected["coef"], rtol=rtol)
    assert_allclose(fit.std_errors, expected["se"], rtol=rtol)
    assert_allclose(fit.log_likelihood_null, expected["loglik0"], rtol=rtol)
    assert_allclose(fit.log_likelihood, expected["loglik"], rtol=rtol)
    assert_allclose(fit.score_statistic, expected["score"], rtol=rtol)


@pytest.mark.parametrize("path", [RAW, GROUPED])
@pytest.mark.parametrize(
    ("name", "ties"), [("cox_efron", Ties.EFRON), ("cox_breslow", Ties.BRESLOW)]
)
def test_weekly_ties_give_the_coefficients_of_r(path: str, name: str, ties: Ties) -> None:
    expected, rtol = quantity("s4_churn_ties", name)

    fit = fitted(churn_sample(path, "arm", "tier", "region"), ties)

    assert_allclose(fit.coefficients, expected["coef"], rtol=rtol)
    assert_allclose(fit.std_errors, expected["se"], rtol=rtol)


@pytest.mark.parametrize("path", [RAW, GROUPED])
def test_strata_give_the_coefficient_of_r(path: str) -> None:
    expected, rtol = quantity("s4_churn_ties", "cox_strata")

    fit = fitted(churn_sample(path, "arm", stratum=True))

    assert_allclose(fit.coefficients[0], expected["coef"], rtol=rtol)
    assert_allclose(fit.std_errors[0], expected["se"], rtol=rtol)


def test_counts_are_not_case_weights() -> None:
    wrong, _ = quantity("s4_churn_ties", "WRONG_cox_efron_weights_on_grouped")

    fit = fitted(churn_sample(GROUPED, "arm", "tier", "region"))

    assert np.abs(fit.coefficients - np.array(wrong["coef"])).max() > 1e-4


def test_an_irrelevant_grouping_column_changes_nothing() -> None:
    raw = fitted(churn_sample(RAW, "arm", "tier", "region"))

    grouped = fitted(churn_sample(GROUPED, "arm", "tier", "region"))

    assert_allclose(grouped.coefficients, raw.coefficients, rtol=1e-11)
    assert_allclose(grouped.covariance, raw.covariance, rtol=1e-9, atol=1e-15)
    assert_allclose(grouped.log_likelihood, raw.log_likelihood, rtol=1e-13)


def test_veteran_in_strata_of_cell_type_gives_the_coefficients_of_r() -> None:
    data = columns("oracle/s2_veteran.csv")
    expected, rtol = quantity("s2_veteran", "cox_strata")

    fit = fitted(
        CoxSample(
            time=data.number("time"),
            event=data.number("event"),
            design=np.column_stack([data.number("arm"), data.number("karno")]),
            terms=("arm", "karno"),
            stratum=data.text["celltype"],
        )
    )

    assert_allclose(fit.coefficients, expected["coef"], rtol=rtol)
    assert_allclose(fit.std_errors, expected["se"], rtol=rtol)


def test_recidivism_with_seven_numeric_covariates_gives_the_published_model() -> None:
    data = columns("data/rossi_recidivism_rct_432.csv")
    terms = ("fin", "age", "race", "wexp", "mar", "paro", "prio")

    fit = fitted(
        CoxSample(
            time=data.number("week"),
            event=data.number("arrest"),
            design=np.column_stack([data.number(term) for term in terms]),
            terms=terms,
        )
    )

    assert round(fit.coefficients[0], 4) == -0.3794
    assert round(float(np.exp(fit.coefficients[0])), 4) == 0.6843
    assert round(fit.std_errors[0], 4) == 0.1914
    assert (round(fit.likelihood_ratio, 3), fit.df) == (33.266, 7)


def test_three_arms_of_the_colon_trial_give_the_published_ratios() -> None:
    data = columns("data/colon_3arm_rct_929x2.csv")
    recurrence = data.number("etype") == 1
    arm = data.text["rx"][recurrence]

    fit = fitted(
        CoxSample(
            time=data.number("time")[recurrence],
            event=data.number("status")[recurrence],
            design=np.column_stack([arm == "Lev", arm == "Lev+5FU"]),
            terms=("Lev", "Lev+5FU"),
        )
    )

    reach = 1.959964 * fit.std_errors
    limits = np.exp([fit.coefficients - reach, fit.coefficients, fit.coefficients + reach])
    assert_allclose(limits.T, [[0.799, 0.985, 1.215], [0.475, 0.599, 0.756]], atol=5e-4)
