"""What must hold for any data: counts equal rows, arms swap, time has no unit."""

import warnings
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test
from numpy.testing import assert_allclose

from impact.stats.estimable import NotEstimable
from impact.stats.survival.cox import CoxFit, cox
from impact.stats.survival.cox_sample import CoxSample
from impact.stats.survival.kaplan_meier import kaplan_meier, survival_points
from impact.stats.survival.log_rank import LogRank, log_rank
from impact.stats.survival.rmst import RestrictedMean, restricted_mean

PRECISE = {"precision": 1e-14, "r_precision": 1e-16}
# lifelines still stops where Newton's decrement is below 1e-14, a score of some 1e-6.
CLOSE = 1e-6
QUICK = settings(max_examples=60, deadline=None)


@dataclass(frozen=True)
class Rows:
    """Raw rows with heavy ties: weeks, an arm, a level, a number and two strata."""

    time: np.ndarray
    event: np.ndarray
    arm: np.ndarray
    level: np.ndarray
    stratum: np.ndarray

    @property
    def design(self) -> np.ndarray:
        return np.column_stack([self.arm, self.level])


@st.composite
def rows(draw: st.DrawFn) -> Rows:
    size = draw(st.integers(30, 120))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    arm = rng.integers(2, size=size)
    level = rng.integers(3, size=size)
    time = np.ceil(rng.exponential(4 * np.exp(0.3 * arm - 0.2 * level)))
    return Rows(
        time=np.minimum(time, 8),
        event=((time <= 8) & (rng.random(size) < 0.8)).astype(int),
        arm=arm,
        level=level,
        stratum=rng.integers(2, size=size),
    )


def grouped(data: Rows) -> tuple[Rows, np.ndarray]:
    table = np.column_stack([data.time, data.event, data.arm, data.level, data.stratum])
    cells, n = np.unique(table, axis=0, return_counts=True)
    return Rows(*cells.T), n


def sample(data: Rows, n: np.ndarray | None = None) -> CoxSample:
    return CoxSample(
        time=data.time, event=data.event, design=data.design, terms=("arm", "level"), n=n
    )


def fitted(given_sample: CoxSample) -> CoxFit:
    fit = cox(given_sample)
    assume(not isinstance(fit, NotEstimable))
    assert isinstance(fit, CoxFit)
    return fit


def log_rank_of(data: Rows, n: np.ndarray | None = None, *, strata: bool = False) -> LogRank:
    stratum = data.stratum if strata else None
    test = log_rank(data.time, data.event, data.arm, n, stratum=stratum)
    assume(not isinstance(test, NotEstimable))
    assert isinstance(test, LogRank)
    return test


@QUICK
@given(rows())
def test_cox_of_counts_is_cox_of_rows(data: Rows) -> None:
    cells, n = grouped(data)

    raw, counted = fitted(sample(data)), fitted(sample(cells, n))

    assert_allclose(counted.coefficients, raw.coefficients, rtol=1e-8, atol=1e-10)
    assert_allclose(counted.covariance, raw.covariance, rtol=1e-8, atol=1e-12)
    assert_allclose(counted.log_likelihood, raw.log_likelihood, rtol=1e-10)


@QUICK
@given(rows())
def test_stratified_cox_of_counts_is_that_of_rows(data: Rows) -> None:
    cells, n = grouped(data)

    raw = fitted(replace(sample(data), stratum=data.stratum))
    counted = fitted(replace(sample(cells, n), stratum=cells.stratum))

    assert_allclose(counted.coefficients, raw.coefficients, rtol=1e-8, atol=1e-10)


@QUICK
@given(rows())
def test_curves_tests_and_means_of_counts_are_those_of_rows(data: Rows) -> None:
    cells, n = grouped(data)

    raw, counted = kaplan_meier(data.time, data.event), kaplan_meier(cells.time, cells.event, n)
    first, second = restricted_mean(raw, 1), restricted_mean(counted, 1)

    assert survival_points(counted) == survival_points(raw)
    assert first == second
    assert_allclose(
        log_rank_of(cells, n).statistic, log_rank_of(data).statistic, rtol=1e-9, atol=1e-12
    )
    assert_allclose(
        log_rank_of(cells, n, strata=True).statistic,
        log_rank_of(data, strata=True).statistic,
        rtol=1e-9,
        atol=1e-12,
    )


@QUICK
@given(rows())
def test_swapping_the_arms_turns_the_log_hazard_ratio_around(data: Rows) -> None:
    swapped = replace(data, arm=1 - data.arm)

    first, second = fitted(sample(data)), fitted(sample(swapped))

    assert_allclose(second.coefficients, first.coefficients * [-1, 1], rtol=1e-8, atol=1e-10)
    assert_allclose(second.std_errors, first.std_errors, rtol=1e-8)
    assert_allclose(
        log_rank_of(swapped).statistic, log_rank_of(data).statistic, rtol=1e-9, atol=1e-12
    )


@QUICK
@given(rows(), st.floats(0.01, 100))
def test_the_unit_of_time_changes_only_what_is_a_time(data: Rows, scale: float) -> None:
    scaled = replace(data, time=data.time * scale)
    horizon = 0.999 * data.time.max()

    before, after = fitted(sample(data)), fitted(sample(scaled))
    mean = restricted_mean(kaplan_meier(data.time, data.event), horizon)
    scaled_mean = restricted_mean(kaplan_meier(scaled.time, scaled.event), horizon * scale)

    assert_allclose(after.coefficients, before.coefficients, rtol=1e-12)
    assert isinstance(mean, RestrictedMean)
    assert isinstance(scaled_mean, RestrictedMean)
    assert_allclose(scaled_mean.value, mean.value * scale, rtol=1e-12)
    assert_allclose(scaled_mean.std_error, mean.std_error * scale, rtol=1e-9)


def efron_score(data: Rows, entry: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """The gradient by its definition, one tied event after another."""
    score, weight = np.zeros(beta.size), np.exp(data.design @ beta)
    moments = data.design * weight[:, None]
    for day in np.unique(data.time[data.event == 1]):
        at_risk = (entry < day) & (data.time >= day)
        tied = (data.time == day) & (data.event == 1)
        score += data.design[tied].sum(axis=0)
        for fraction in np.arange(tied.sum()) / tied.sum():
            total = weight[at_risk].sum() - fraction * weight[tied].sum()
            score -= (moments[at_risk].sum(axis=0) - fraction * moments[tied].sum(axis=0)) / total
    return score


@QUICK
@given(rows(), st.integers(0, 2**32 - 1))
def test_the_score_by_its_definition_is_zero_at_the_fit(data: Rows, seed: int) -> None:
    early = np.full(data.time.size, -1.0)
    late = np.floor(np.random.default_rng(seed).random(data.time.size) * data.time)

    for entry in (early, late):
        fit = fitted(replace(sample(data), entry=entry))
        assert_allclose(efron_score(data, entry, fit.coefficients), 0, atol=1e-10)


@settings(max_examples=15, deadline=None)
@given(rows())
def test_raw_rows_give_what_lifelines_gives(data: Rows) -> None:
    frame = pd.DataFrame({"arm": data.arm, "level": data.level, "t": data.time, "e": data.event})
    fit, test = fitted(sample(data)), log_rank_of(data)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = CoxPHFitter().fit(frame, "t", "e", fit_options=PRECISE)
        curve = KaplanMeierFitter().fit(data.time, data.event).survival_function_
        logrank = multivariate_logrank_test(data.time, data.arm, data.event)

    assert_allclose(fit.coefficients, other.params_, rtol=0, atol=CLOSE * max(1, *fit.std_errors))
    assert_allclose(fit.std_errors, other.standard_errors_, rtol=10 * CLOSE)
    assert_allclose(test.statistic, logrank.test_statistic, rtol=1e-8, atol=1e-10)
    points = survival_points(kaplan_meier(data.time, data.event))
    assert_allclose([point.value for point in points], curve.iloc[:, 0], atol=1e-12)


@settings(max_examples=15, deadline=None)
@given(rows(), st.integers(0, 2**32 - 1))
def test_delayed_entry_gives_what_lifelines_gives(data: Rows, seed: int) -> None:
    entry = np.floor(np.random.default_rng(seed).random(data.time.size) * data.time)
    fit = fitted(replace(sample(data), entry=entry))
    frame = pd.DataFrame(
        {"arm": data.arm, "level": data.level, "t": data.time, "e": data.event, "entry": entry}
    )

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = CoxPHFitter().fit(frame, "t", "e", entry_col="entry", fit_options=PRECISE)

    assert_allclose(fit.coefficients, other.params_, rtol=0, atol=CLOSE * max(1, *fit.std_errors))
    assert_allclose(fit.std_errors, other.standard_errors_, rtol=10 * CLOSE)
