"""The test of proportional hazards and robust errors against R, and by hand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from impact.stats.survival.cox import CoxFit, cox
from impact.stats.survival.cox_robust import robust_errors
from impact.stats.survival.cox_sample import CoxSample
from impact.stats.survival.cox_ties import Ties
from impact.stats.survival.log_rank import Weights, log_rank
from impact.stats.survival.proportional_hazards import ProportionalHazards, proportional_hazards
from impact.stats.survival.time_scale import TimeScale
from tests.impact.stats.answers import estimated
from tests.impact.stats.oracle import columns, quantity
from tests.reference import needs_reference

RAW = "oracle/s4_churn_ties.csv"
GROUPED = "oracle/s4_churn_ties_grouped.csv"
DUMMIES = (
    ("arm", "1"),
    ("tier", "plus"),
    ("tier", "pro"),
    ("region", "N"),
    ("region", "S"),
    ("region", "W"),
)


def lung() -> CoxSample:
    data = columns("oracle/s1_lung.csv")
    terms = ("age", "arm", "ph_ecog")
    design = np.column_stack([data.number(term) for term in terms])
    known = ~np.isnan(design).any(axis=1)
    time, event = data.number("time"), data.number("event")
    return CoxSample(time=time[known], event=event[known], design=design[known], terms=terms)


def veteran(*terms: str, strata: bool = False) -> CoxSample:
    data = columns("oracle/s2_veteran.csv")
    return CoxSample(
        time=data.number("time"),
        event=data.number("event"),
        design=np.column_stack([data.number(term) for term in terms]),
        terms=terms,
        stratum=data.text["celltype"] if strata else None,
    )


def churn(path: str) -> CoxSample:
    data = columns(path)
    return CoxSample(
        time=data.number("time"),
        event=data.number("event"),
        design=np.column_stack([data.text[name] == level for name, level in DUMMIES]),
        terms=tuple(f"{name}={level}" for name, level in DUMMIES),
        n=data.number("n") if "n" in data.text else None,
    )


def fitted(sample: CoxSample, ties: Ties = Ties.EFRON) -> CoxFit:
    return estimated(cox(sample, ties))


def hazards_of(sample: CoxSample, scale: TimeScale) -> ProportionalHazards:
    return estimated(proportional_hazards(sample, fitted(sample), scale=scale))


def assert_tests(found: ProportionalHazards, case: str, name: str) -> None:
    expected, rtol = quantity(case, name)
    tests = [*(found.test(term) for term in found.terms), found.test()]
    assert_allclose([test.statistic for test in tests], expected["chisq"], rtol=rtol)
    assert_allclose([test.p_value for test in tests], expected["p"], rtol=rtol)
    assert [test.df for test in tests] == expected["df"]


@needs_reference
def test_lung_on_the_scale_of_the_curve_gives_the_tests_of_r() -> None:
    assert_tests(hazards_of(lung(), TimeScale.KAPLAN_MEIER), "s1_lung", "cox_zph_km")


@needs_reference
def test_veteran_in_strata_on_the_scale_of_time_gives_the_tests_of_r() -> None:
    sample = veteran("arm", "karno", strata=True)

    assert_tests(hazards_of(sample, TimeScale.IDENTITY), "s2_veteran", "cox_zph_identity")


@needs_reference
@pytest.mark.parametrize("path", [RAW, GROUPED])
def test_weekly_ties_give_the_tests_of_r_from_rows_and_from_counts(path: str) -> None:
    assert_tests(hazards_of(churn(path), TimeScale.IDENTITY), "s4_churn_ties", "zph_identity")


@needs_reference
def test_veteran_gives_the_robust_errors_of_r() -> None:
    sample = veteran("arm", "karno", "age")
    expected, rtol = quantity("s2_veteran", "cox_robust")

    fit = fitted(sample)

    assert_allclose(fit.coefficients, expected["coef"], rtol=rtol)
    assert_allclose(estimated(robust_errors(sample, fit)).std_errors, expected["se"], rtol=rtol)


@needs_reference
def test_teams_of_customers_give_the_cluster_errors_of_r() -> None:
    sample, team = churn(RAW), columns(RAW).text["team"]
    expected, rtol = quantity("s4_churn_ties", "cox_cluster_team")

    found = estimated(robust_errors(sample, fitted(sample), cluster=team))

    assert_allclose(found.std_errors, expected["se"], rtol=rtol)
    assert found.groups == np.unique(team).size


@needs_reference
@pytest.mark.parametrize(
    ("case", "path"), [("s1_lung", "oracle/s1_lung.csv"), ("s4_churn_ties", RAW)]
)
def test_early_events_weigh_more_in_the_fleming_harrington_test_of_r(case: str, path: str) -> None:
    data = columns(path)
    expected, rtol = quantity(case, "fh_rho1")

    test = estimated(
        log_rank(
            data.number("time"), data.number("event"), data.text["arm"], weights=Weights(rho=1)
        )
    )

    assert test.df == 1
    assert_allclose(test.statistic, expected["chisq"], rtol=rtol)
    assert_allclose(test.p_value, expected["p"], rtol=rtol)
    assert_allclose(test.observed, expected["obs"], rtol=rtol)
    assert_allclose(test.expected, expected["exp"], rtol=rtol)
    assert_allclose(test.covariance[0, 0], expected["var11"], rtol=rtol)


@needs_reference
def test_the_weighted_test_of_counts_is_that_of_rows() -> None:
    data, (expected, rtol) = columns(GROUPED), quantity("s4_churn_ties", "fh_rho1")
    time, event, n = (data.number(name) for name in ("time", "event", "n"))

    test = estimated(log_rank(time, event, data.text["arm"], n, weights=Weights(rho=1)))

    assert_allclose(test.statistic, expected["chisq"], rtol=rtol)


def test_a_breslow_fit_gives_the_score_test_worked_by_hand() -> None:
    # With x = 1 for half of those at risk the score equation is 1/(r+1) + 3/(r+3) = r/(r+3) for
    # the ratio r, so r = (3 + sqrt 33) / 2; the last event happens with nobody else at risk.
    sample = CoxSample(
        time=[9, 1, 1, 6, 6, 8],
        event=[1, 1, 0, 1, 1, 0],
        design=[[0], [1], [1], [1], [0], [0]],
        terms=("x",),
    )
    ratio = (3 + np.sqrt(33)) / 2
    score = np.array([1 / (ratio + 1), 3 / (ratio + 3), -ratio / (ratio + 3), 0])
    information = np.array(
        [ratio / (ratio + 1) ** 2, 3 * ratio / (ratio + 3) ** 2, 3 * ratio / (ratio + 3) ** 2, 0]
    )
    time = np.array([1, 6, 6, 9])
    powers = np.column_stack([np.ones(4), time])
    both = powers.T @ (powers * information[:, None])
    expected = (powers.T @ score) @ np.linalg.solve(both, powers.T @ score)

    fit = fitted(sample, Ties.BRESLOW)
    found = estimated(
        proportional_hazards(sample, fit, scale=TimeScale.IDENTITY, ties=Ties.BRESLOW)
    )

    assert_allclose(np.exp(fit.coefficients), ratio, rtol=1e-9)
    assert_allclose(found.test("x").statistic, expected, rtol=1e-8)
