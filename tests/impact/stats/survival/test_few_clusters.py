"""Errors from few clusters: against Student's test, other draws, and what they promise."""

from itertools import combinations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from impact.stats.estimable import NotEstimable
from impact.stats.survival.cluster_score import cluster_score_test
from impact.stats.survival.cox import CoxFit, cox
from impact.stats.survival.cox_few_clusters import cluster_errors
from impact.stats.survival.cox_robust import robust_errors
from impact.stats.survival.cox_sample import CoxSample
from impact.stats.survival.curve_few_clusters import (
    Part,
    curve_cluster_error,
    effect_on_mean,
    effect_on_survival,
)
from impact.stats.survival.drawn_log_rank import drawn_log_rank
from impact.stats.survival.few_clusters import ClusterError
from impact.stats.survival.influence import influence
from impact.stats.survival.kaplan_meier import kaplan_meier, survival_at
from impact.stats.survival.log_rank import log_rank
from impact.stats.survival.rmst import restricted_mean
from tests.impact.stats.answers import estimated, known

HORIZON = 6.0
CLUSTERS = 16


def drawn(
    rng: np.random.Generator, sizes: list[int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return time, event, cluster and arm of units that are alike in nothing but their arm."""
    cluster = np.repeat(np.arange(len(sizes)), sizes)
    time = np.ceil(rng.exponential(8, cluster.size))
    return np.minimum(time, 9), (time <= 9).astype(int), cluster, cluster % 2


def sample_of(time: np.ndarray, event: np.ndarray, arm: np.ndarray) -> CoxSample:
    return CoxSample(time=time, event=event, design=arm[:, None], terms=("arm",))


def fitted(sample: CoxSample) -> CoxFit:
    fit = cox(sample)
    assert isinstance(fit, CoxFit)
    return fit


def curve_error(
    time: np.ndarray, event: np.ndarray, cluster: np.ndarray, arm: np.ndarray, *, mean: bool
) -> ClusterError:
    parts = []
    for place, sign in ((1, 1.0), (0, -1.0)):
        own = arm == place
        curve = kaplan_meier(time[own], event[own])
        moved = influence(curve, time[own], event[own], HORIZON)
        effect = (effect_on_mean if mean else effect_on_survival)(curve, HORIZON)
        parts.append(
            Part(
                curve=curve,
                moved=sign * (moved.restricted_mean if mean else moved.survival),
                effect=sign * effect,
                time=time[own],
                entry=None,
                n=np.ones(own.sum()),
                cluster=cluster[own],
            )
        )
    return curve_cluster_error(parts)


@pytest.mark.parametrize("mean", [False, True])
def test_units_by_themselves_are_corrected_by_next_to_nothing(*, mean: bool) -> None:
    time, event, cluster, arm = drawn(np.random.default_rng(1), [200] * 2)
    each = np.arange(time.size)

    found = curve_error(time, event, each, arm, mean=mean)

    variances = []
    for place in (0, 1):
        curve = kaplan_meier(time[cluster == place], event[cluster == place])
        point, area = survival_at(curve, HORIZON), restricted_mean(curve, HORIZON)
        error = estimated(area).std_error if mean else known(estimated(point).std_error)
        variances.append(error**2)
    assert_allclose(found.std_error, sum(variances) ** 0.5, rtol=0.01)
    assert found.std_error > sum(variances) ** 0.5


def test_survival_without_censoring_is_a_share_and_its_error_that_of_means_of_clusters() -> None:
    time, event, cluster, arm = drawn(np.random.default_rng(2), [30] * CLUSTERS)

    found = curve_error(time, event, cluster, arm, mean=False)

    shares = np.bincount(cluster, weights=time > HORIZON) / 30
    groups = shares[::2], shares[1::2]
    pooled = sum(group.var(ddof=1) / group.size for group in groups)
    assert_allclose(found.std_error, pooled**0.5, rtol=0.02)
    assert found.df == pytest.approx(CLUSTERS - 2, rel=0.06)


@pytest.mark.parametrize("sizes", [[40] * CLUSTERS, [150, 150, *[20] * (CLUSTERS - 2)]])
def test_the_corrected_error_is_right_on_average_where_the_sandwich_is_too_small(
    sizes: list[int],
) -> None:
    # Units are not alike: the model's own variance is then the true one.
    rng, runs = np.random.default_rng(3), 200
    model, sandwich, corrected = np.zeros(runs), np.zeros(runs), np.zeros(runs)
    for run in range(runs):
        time, event, cluster, arm = drawn(rng, sizes)
        sample = sample_of(time, event, arm)
        fit = fitted(sample)
        model[run] = fit.std_errors[0] ** 2
        sandwich[run] = estimated(robust_errors(sample, fit, cluster=cluster)).std_errors[0] ** 2
        corrected[run] = cluster_errors(sample, fit, cluster=cluster)[0].std_error ** 2

    # The mean of 200 variances on 14 degrees of freedom has an error of 3 %.
    assert corrected.mean() == pytest.approx(model.mean(), rel=0.09)
    assert sandwich.mean() < 0.9 * corrected.mean()


def test_a_giant_cluster_leaves_few_degrees_of_freedom() -> None:
    rng = np.random.default_rng(4)
    even, giant = (drawn(rng, [*[size], *[20] * 29]) for size in (20, 2_000))

    (calm,), (carried,) = (
        cluster_errors(
            sample_of(time, event, arm), fitted(sample_of(time, event, arm)), cluster=cluster
        )
        for time, event, cluster, arm in (even, giant)
    )

    assert calm.df == pytest.approx(28, rel=0.06)
    assert carried.df < 16


def test_the_score_test_needs_no_fit_and_is_close_to_that_of_the_coefficient() -> None:
    time, event, cluster, arm = drawn(np.random.default_rng(5), [40] * CLUSTERS)
    sample = sample_of(time, event, arm)

    test = estimated(cluster_score_test(sample, cluster=cluster))

    fit = fitted(sample)
    (error,) = cluster_errors(sample, fit, cluster=cluster)
    assert test.statistic == pytest.approx((fit.coefficients[0] / error.std_error) ** 2, rel=0.02)
    assert test.residual_df == pytest.approx(error.df, rel=0.02)


def test_several_arms_are_tested_together_and_a_constant_term_is_refused() -> None:
    time, event, cluster, _ = drawn(np.random.default_rng(6), [40] * CLUSTERS)
    columns = np.column_stack([cluster % 3 == 1, cluster % 3 == 2]).astype(float)
    three = CoxSample(time=time, event=event, design=columns, terms=("b", "c"))

    test = estimated(cluster_score_test(three, cluster=cluster))

    assert test.df == 2
    assert 0 < test.p_value < 1
    flat = CoxSample(time=time, event=event, design=np.ones((time.size, 1)), terms=("arm",))
    assert isinstance(cluster_score_test(flat, cluster=cluster), NotEstimable)


def test_the_draw_of_whole_clusters_is_the_log_rank_test_of_every_other_draw() -> None:
    time, event, cluster, arm = drawn(np.random.default_rng(7), [12] * 8)

    found = estimated(
        drawn_log_rank(
            sample_of(time, event, arm),
            cluster=cluster,
            arm=arm,
            level=0.95,
            rng=np.random.default_rng(1),
        )
    )

    def statistic(treated: tuple[int, ...]) -> float:
        test = estimated(log_rank(time, event, np.isin(cluster, treated).astype(int)))
        return float(((test.observed - test.expected) ** 2 / test.expected).sum())

    others = np.array([statistic(treated) for treated in combinations(range(8), 4)])
    own = statistic((1, 3, 5, 7))
    assert found.draws == 70
    assert found.statistic == pytest.approx(own)
    assert found.p_value == pytest.approx((others >= own * (1 - 1e-9)).mean())


def test_a_draw_with_too_few_alternatives_is_refused() -> None:
    time, event, cluster, arm = drawn(np.random.default_rng(8), [12] * 4)

    found = drawn_log_rank(
        sample_of(time, event, arm),
        cluster=cluster,
        arm=arm,
        level=0.95,
        rng=np.random.default_rng(1),
    )

    assert found == NotEstimable("6 draws of the arms are possible: too few for a test")
