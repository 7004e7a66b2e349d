"""Log-rank tests that weigh times, and the one that allows for units that are alike."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines.statistics import logrank_test
from numpy.testing import assert_allclose

from impact.stats.estimable import NotEstimable
from impact.stats.survival.cox_robust import robust_score_test
from impact.stats.survival.cox_sample import CoxSample
from impact.stats.survival.log_rank import Weights, log_rank
from tests.impact.stats.answers import estimated

QUICK = settings(max_examples=30, deadline=None)


def drawn(seed: int, size: int = 150) -> np.ndarray:
    """Draw time, event, arm and cluster in columns, weeks with ties."""
    rng = np.random.default_rng(seed)
    arm = rng.integers(2, size=size)
    time = np.ceil(rng.exponential(4 + arm))
    return np.column_stack([np.minimum(time, 9), time <= 9, arm, rng.integers(20, size=size)])


def sample(data: np.ndarray, n: np.ndarray | None = None) -> CoxSample:
    return CoxSample(time=data[:, 0], event=data[:, 1], design=data[:, 2:3], terms=("arm",), n=n)


@QUICK
@given(st.integers(0, 10_000), st.sampled_from([(0.0, 1.0), (1.0, 0.0), (1.0, 1.0), (0.5, 2.0)]))
def test_weights_of_both_kinds_are_those_of_lifelines(
    seed: int, powers: tuple[float, float]
) -> None:
    data = drawn(seed)
    rho, gamma = powers
    one, other = data[data[:, 2] == 1], data[data[:, 2] == 0]

    ours = estimated(
        log_rank(data[:, 0], data[:, 1], data[:, 2], weights=Weights(rho=rho, gamma=gamma))
    )
    theirs = logrank_test(
        *(one[:, 0], other[:, 0], one[:, 1], other[:, 1]),
        weightings="fleming-harrington",
        p=rho,
        q=gamma,
    )

    assert_allclose(ours.statistic, theirs.test_statistic, rtol=1e-8)


@QUICK
@given(st.integers(0, 10_000))
def test_counts_give_what_rows_give(seed: int) -> None:
    data = drawn(seed, 300)
    cells, n = np.unique(data, axis=0, return_counts=True)
    weights = Weights(rho=0.5, gamma=1)

    rows = log_rank(data[:, 0], data[:, 1], data[:, 2], weights=weights)
    counts = log_rank(cells[:, 0], cells[:, 1], cells[:, 2], n, weights=weights)
    robust = robust_score_test(sample(data), cluster=data[:, 3])
    of_counts = robust_score_test(sample(cells, n), cluster=cells[:, 3])

    assert_allclose(estimated(counts).statistic, estimated(rows).statistic, rtol=1e-8)
    assert_allclose(estimated(of_counts).statistic, estimated(robust).statistic, rtol=1e-8)
    assert estimated(robust).groups == np.unique(data[:, 3]).size


def test_late_weights_count_no_event_on_the_first_day() -> None:
    found = log_rank([1, 1, 2, 2], [1, 1, 0, 0], ["a", "b", "a", "b"], weights=Weights(gamma=1))

    assert isinstance(found, NotEstimable)
    assert found.reason == "the weights count none of the events"


def test_units_by_themselves_give_about_the_log_rank_test() -> None:
    data = drawn(3, 2000)

    robust = estimated(robust_score_test(sample(data)))
    usual = estimated(log_rank(data[:, 0], data[:, 1], data[:, 2]))

    assert (robust.df, robust.groups) == (1, 2000)
    assert robust.statistic == pytest.approx(usual.statistic, rel=0.15)


def test_copies_of_a_unit_in_one_cluster_say_no_more_than_the_unit() -> None:
    data = drawn(4, 200)
    four = np.repeat(data, 4, axis=0)

    alone = estimated(robust_score_test(sample(data), cluster=np.arange(200)))
    copied = estimated(robust_score_test(sample(four), cluster=np.repeat(np.arange(200), 4)))

    assert copied.statistic == pytest.approx(alone.statistic, rel=0.1)
    assert estimated(robust_score_test(sample(four))).statistic > 3 * copied.statistic


@pytest.mark.parametrize(
    ("rows", "cluster", "reason"),
    [
        ([[1, 0, 0], [2, 0, 1]], [1, 2], "no events"),
        ([[1, 1, 0], [2, 1, 1]], [1, 1], "no more clusters than terms to test"),
        ([[1, 1, 1], [2, 1, 1]], [1, 2], "the clusters leave a term without spread"),
    ],
)
def test_nothing_to_test_is_said(rows: list[list[int]], cluster: list[int], reason: str) -> None:
    found = robust_score_test(sample(np.array(rows)), cluster=cluster)

    assert isinstance(found, NotEstimable)
    assert found.reason == reason
