"""Degrees of freedom of several contrasts: by matrices of rows, and of clusters that are alike."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from impact.stats.clusters.effective import effective_clusters
from impact.stats.clusters.regression import satterthwaite_df
from impact.stats.clusters.several import effective_df, wishart_df
from tests.impact.stats.clusters.test_properties import drawn
from tests.impact.stats.clusters.test_reference import fit_of

Floats = NDArray[np.float64]


def htz_from_rows(design: Floats, cluster: NDArray[np.int64], contrasts: Floats) -> float:
    """Pustejovsky and Tipton's degrees of freedom, from the covariance of every cluster's sums."""
    inverse = np.linalg.inv(design.T @ design)
    residuals = np.eye(len(design)) - design @ inverse @ design.T
    moved = []
    for name in np.unique(cluster):
        rows = np.flatnonzero(cluster == name)
        values, vectors = np.linalg.eigh(residuals[np.ix_(rows, rows)])
        root = vectors @ np.diag(values**-0.5) @ vectors.T
        moved.append(residuals[:, rows] @ root @ design[rows] @ inverse @ contrasts.T)
    mean = np.sum([each.T @ each for each in moved], axis=0)
    turn = np.linalg.inv(np.linalg.cholesky(mean)).T
    moved = [each @ turn for each in moved]
    variance = 0.0
    for one in moved:
        for other in moved:
            joint = one.T @ other
            variance += float(np.trace(joint) ** 2 + np.trace(joint @ joint))
    q = len(contrasts)
    return q * (q + 1) / variance


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), clusters=st.integers(8, 12))
def test_sums_equal_rows(seed: int, clusters: int) -> None:
    design, y, cluster = drawn(seed, clusters)
    rng = np.random.default_rng(seed)
    design = np.column_stack([design, rng.normal(0, 1, len(design))])
    contrasts = np.array([[0.0, 1.0, -1.0, 0.0], [0.0, 0.0, 1.0, 5.0]])

    fit = fit_of(design, y, cluster)

    expected = htz_from_rows(design, cluster, contrasts)
    assert wishart_df(fit, contrasts) == pytest.approx(expected, rel=1e-8)
    for single in contrasts:
        assert wishart_df(fit, single[None, :]) == pytest.approx(satterthwaite_df(fit, single))


def test_other_contrasts_of_the_same_differences_have_the_same_degrees_of_freedom() -> None:
    design, y, cluster = drawn(3, 10)
    fit = fit_of(design, y, cluster)

    first = wishart_df(fit, [[0, 1, 0], [0, 0, 1]])

    assert wishart_df(fit, [[0, 3, 1], [0, 1, -2]]) == pytest.approx(first)


def test_clusters_that_move_several_contrasts_as_much_all_count() -> None:
    apart = np.zeros((30, 1, 2))
    apart[:15, 0, 0] = apart[15:, 0, 1] = 1.0

    assert effective_df(apart) == pytest.approx(6 * 15 / 4 - 1)
    assert effective_df(np.ones((30, 1, 1))) == pytest.approx(29)
    moves = np.random.default_rng(1).gamma(1.0, 1.0, (20, 1, 1))
    assert effective_df(moves) == pytest.approx(effective_clusters(moves) - 1)


def test_a_giant_is_one_observation_of_each_part() -> None:
    moves = np.random.default_rng(2).normal(0, 1, (40, 3, 2))
    moves[0] *= 100

    assert effective_df(moves) < 3
