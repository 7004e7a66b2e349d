"""Units that come under risk late: against lifelines and Cox's model, from rows and from counts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from numpy.testing import assert_allclose

from impact.stats.estimable import NotEstimable
from impact.stats.survival.cause_table import cause_table
from impact.stats.survival.cox import cox
from impact.stats.survival.cox_sample import CoxSample
from impact.stats.survival.cumulative_incidence import cumulative_incidence, incidence_at
from impact.stats.survival.influence import influence
from impact.stats.survival.kaplan_meier import kaplan_meier, survival_at, survival_points
from impact.stats.survival.log_rank import log_rank
from impact.stats.survival.median import median_survival
from impact.stats.survival.rmst import restricted_mean
from tests.impact.stats.answers import estimated

QUICK = settings(max_examples=30, deadline=None)


def drawn(seed: int, size: int = 120, *, ties: bool = True) -> np.ndarray:
    """Draw time, event, arm and entry in columns; most are at risk from the start."""
    rng = np.random.default_rng(seed)
    arm = rng.integers(2, size=size)
    time = rng.exponential(6 + arm) + 1
    entry = np.where(rng.random(size) < 0.4, rng.integers(0, 5, size), -1)
    event = rng.random(size) < 0.7
    kept = np.column_stack([np.ceil(time) if ties else time, event, arm, entry])
    kept = kept[kept[:, 3] < kept[:, 0]]
    return np.vstack([kept, [40, 0, 0, -1], [40, 0, 1, -1]])


@QUICK
@given(st.integers(0, 10_000))
def test_the_curve_is_that_of_lifelines(seed: int) -> None:
    time, event, _, entry = drawn(seed).T
    theirs = KaplanMeierFitter().fit(time, event, entry=entry)

    curve = kaplan_meier(time, event, entry=entry)

    expected = theirs.survival_function_at_times(curve.table.time).to_numpy()
    assert_allclose(curve.survival, expected, rtol=1e-10)


@QUICK
@given(st.integers(0, 10_000))
def test_counts_give_what_rows_give(seed: int) -> None:
    data = drawn(seed, 400)
    cells, n = np.unique(data, axis=0, return_counts=True)
    curve = kaplan_meier(data[:, 0], data[:, 1], entry=data[:, 3])
    counted = kaplan_meier(cells[:, 0], cells[:, 1], n, cells[:, 3])

    assert_allclose(counted.survival, curve.survival, rtol=1e-12)
    assert_allclose(counted.hazard_variance, curve.hazard_variance, rtol=1e-12)
    one, many = (
        estimated(log_rank(table[:, 0], table[:, 1], table[:, 2], weight, entry=table[:, 3]))
        for table, weight in ((data, None), (cells, n))
    )
    assert_allclose(many.statistic, one.statistic, rtol=1e-8)


@QUICK
@given(st.integers(0, 10_000))
def test_without_ties_the_log_rank_test_is_the_score_test_of_the_model(seed: int) -> None:
    time, event, arm, entry = drawn(seed, ties=False).T

    test = estimated(log_rank(time, event, arm, entry=entry))
    fit = estimated(
        cox(CoxSample(time=time, event=event, design=arm[:, None], terms=("arm",), entry=entry))
    )

    assert_allclose(test.statistic, fit.score_statistic, rtol=1e-8)


@pytest.mark.parametrize("unit", [0, 5, 20, 60])
def test_a_unit_moves_the_curve_from_its_entry_on(unit: int) -> None:
    time, event, _, entry = drawn(2).T
    weight = np.ones(time.size)
    weight[unit] += 1e-6
    before, after = (kaplan_meier(time, event, n, entry) for n in (np.ones(time.size), weight))

    moved = influence(before, time, event, 8.0, entry)

    change = (
        estimated(restricted_mean(after, 8)).value - estimated(restricted_mean(before, 8)).value
    )
    assert_allclose(moved.restricted_mean[unit], change / 1e-6, rtol=1e-4, atol=1e-7)


def test_who_enters_late_is_not_at_risk_before() -> None:
    curve = kaplan_meier([1, 2, 3], [1, 1, 0], entry=[-1, 1, -1])

    assert curve.table.at_risk.tolist() == [2.0, 2.0, 1.0]
    assert curve.table.n == 3
    assert survival_points(curve)[0].at_risk == 2


def test_churn_on_the_first_day_at_risk_counts_and_before_it_does_not() -> None:
    on_the_day = kaplan_meier([5, 5, 9], [1, 0, 0], entry=[4, 4, -1])
    before = kaplan_meier([3, 9], [1, 0], entry=[4, -1])

    assert on_the_day.survival.tolist() == pytest.approx([2 / 3, 2 / 3])
    assert before.survival.tolist() == [1.0]
    assert before.table.n == 1


def test_a_curve_that_falls_to_zero_before_others_enter_means_nothing_from_there_on() -> None:
    curve = kaplan_meier([2, 6, 8], [1, 1, 0], entry=[-1, 3, 3])
    shares = cumulative_incidence(cause_table([2, 6, 8], ["a", "a", ""], entry=[-1, 3, 3]), "a")

    assert estimated(survival_at(curve, 1)).value == 1.0
    for answer in (
        survival_at(curve, 7),
        restricted_mean(curve, 7),
        median_survival(curve),
        incidence_at(shares, 7),
    ):
        assert isinstance(answer, NotEstimable)
        assert answer.reason == "all who were at risk by 2 had churned before others entered"


@QUICK
@given(st.integers(0, 10_000))
def test_shares_of_causes_and_of_who_stayed_are_everybody(seed: int) -> None:
    time, event, arm, entry = drawn(seed).T
    cause = np.where(event == 0, "", np.where(arm, "left", "moved"))
    table = cause_table(time, cause, entry=entry)

    stayed = kaplan_meier(time, event, entry=entry).survival

    shares = [cumulative_incidence(table, name).value for name in table.causes]
    assert_allclose(np.sum(shares, axis=0) + stayed, 1.0)
