"""Sums per cluster give what rows give; the draw's interval is where its p-value crosses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from impact.stats.clusters.comparison import ClusterSums, compared, contrast_of
from impact.stats.clusters.randomisation import (
    Clusters,
    drawn_arms,
    randomisation_inference,
)
from impact.stats.clusters.regression import Correction, cluster_covariance, satterthwaite_df
from impact.stats.estimable import NotEstimable
from tests.impact.stats.answers import estimated, known
from tests.impact.stats.clusters.test_reference import fit_of

Floats = NDArray[np.float64]


def drawn(seed: int, clusters: int) -> tuple[Floats, Floats, NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(clusters), rng.integers(2, 6, clusters))
    treated = (cluster % 2).astype(float)
    x = rng.normal(0, 1, len(cluster))
    design = np.column_stack([np.ones(len(cluster)), treated, x])
    level = rng.normal(0, 1, clusters)[cluster]
    return design, design @ [1.0, 2.0, 3.0] + level + rng.normal(0, 1, len(cluster)), cluster


def cr2_from_rows(design: Floats, y: Floats, cluster: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Bell and McCaffrey's variance and degrees of freedom, by matrices of rows."""
    inverse = np.linalg.inv(design.T @ design)
    residuals = np.eye(len(y)) - design @ inverse @ design.T
    error = residuals @ y
    groups = [np.flatnonzero(cluster == name) for name in np.unique(cluster)]
    pieces = []
    for rows in groups:
        values, vectors = np.linalg.eigh(residuals[np.ix_(rows, rows)])
        root = vectors @ np.diag(np.where(values > 1e-8, values, np.inf) ** -0.5) @ vectors.T
        pieces.append(root @ design[rows] @ inverse)
    scores = np.array([piece.T @ error[rows] for piece, rows in zip(pieces, groups, strict=True)])
    freedom = []
    for column in range(design.shape[1]):
        moved = [residuals[:, rows] @ piece[:, column] for rows, piece in
                 zip(groups, pieces, strict=True)]  # fmt: skip
        inner = np.array([[one @ other for other in moved] for one in moved])
        freedom.append(np.trace(inner) ** 2 / (inner**2).sum())
    return scores.T @ scores, np.array(freedom)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), clusters=st.integers(6, 12))
def test_sums_equal_rows(seed: int, clusters: int) -> None:
    design, y, cluster = drawn(seed, clusters)
    variance, freedom = cr2_from_rows(design, y, cluster)

    fit = fit_of(design, y, cluster)

    for column, contrast in enumerate(np.eye(3)):
        found = cluster_covariance(fit, contrast, Correction.CR2)[0, 0]
        assert found == pytest.approx(variance[column, column], rel=1e-8)
        assert satterthwaite_df(fit, contrast) == pytest.approx(freedom[column], rel=1e-8)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), clusters=st.integers(10, 13))
def test_the_interval_of_the_draw_ends_where_effects_are_rejected(seed: int, clusters: int) -> None:
    rng = np.random.default_rng(seed)
    weight = rng.integers(5, 50, clusters).astype(float)
    treated = np.arange(clusters) % 2 == 1
    total = weight * (rng.normal(0, 1, clusters) + treated)

    found = estimated(randomisation_inference(of(total, weight, treated), level=0.9, rng=rng))

    low, high = known(found.ci_low), known(found.ci_high)
    width = high - low
    assert low <= found.value <= high
    for effect, kept in (
        (low + width / 1e6, True),
        (high - width / 1e6, True),
        (low - width / 1e6, False),
        (high + width / 1e6, False),
    ):
        shifted = of(total - effect * weight * treated, weight, treated)
        p_value = known(estimated(randomisation_inference(shifted, level=0.9, rng=rng)).p_value)
        assert (p_value > 0.1) is kept


def of(total: Floats, weight: Floats, treated: NDArray[np.bool_]) -> Clusters:
    return Clusters(total=total, weight=weight, treated=treated)


def test_draws_keep_the_number_treated_in_each_block() -> None:
    treated = np.array([True, False, True, False, False])
    block = np.array([0, 0, 1, 1, 1])

    draws = drawn_arms(treated, block, rng=np.random.default_rng(0))

    assert not isinstance(draws, NotEstimable)
    assert len(draws) == 2 * 3
    assert {tuple(row) for row in draws.tolist()} >= {tuple(treated.tolist())}
    assert set(draws[:, :2].sum(axis=1)) == set(draws[:, 2:].sum(axis=1)) == {1}


def test_many_draws_are_sampled_and_the_same_for_the_same_generator() -> None:
    treated = np.arange(40) % 2 == 1

    first, second = (estimated(drawn_arms(treated, rng=np.random.default_rng(3))) for _ in range(2))

    assert len(first) == 10_000
    assert np.array_equal(first, second)
    assert set(first.sum(axis=1)) == {20}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"total": np.array([1.0, np.nan, 2.0, 3.0])}, "not finite"),
        ({"weight": np.array([1.0, 0.0, 1.0, 1.0])}, "no weight"),
        ({"treated": np.zeros(4, dtype=bool)}, "no cluster in one of the arms"),
        ({"total": np.ones(4)}, "zero variance"),
    ],
)
def test_what_the_draw_cannot_test_says_why(changes: dict[str, Floats], reason: str) -> None:
    given = {"total": np.arange(4.0), "weight": np.ones(4), "treated": np.arange(4) % 2 == 1}

    found = randomisation_inference(
        Clusters(**{**given, **changes}),
        level=0.95,
        rng=np.random.default_rng(0),
    )

    assert isinstance(found, NotEstimable)
    assert reason in found.reason


def test_units_of_one_value_have_no_error_to_speak_of() -> None:
    n = np.full(50, 4.0)
    sums = ClusterSums(
        cluster=np.arange(50), treated=np.arange(50) % 2, n=n, weight=n, outcome=n[:, None] * 3
    )

    found = contrast_of(estimated(compared(sums)), [0.0, 1.0], level=0.95)

    assert isinstance(found, NotEstimable)
    assert "zero variance" in found.reason


@pytest.mark.parametrize(("giant", "answers"), [(20.0, True), (60.0, True), (900.0, False)])
def test_a_giant_among_many_clusters_is_one_observation(giant: float, *, answers: bool) -> None:
    rng = np.random.default_rng(9)
    size = np.array([giant, *[20.0] * 59])
    sums = ClusterSums(
        cluster=np.arange(60),
        treated=np.arange(60) % 2,
        n=size,
        weight=size,
        outcome=(size * rng.normal(5, 1, 60))[:, None],
    )

    found = contrast_of(estimated(compared(sums)), [0, 1], level=0.95)

    if answers:
        weights = np.where(sums.treated == 1, size / size[1::2].sum(), size / size[::2].sum())
        effective = (weights**2).sum() ** 2 / (weights**4).sum()
        assert estimated(found).df == pytest.approx(effective - 1)
        assert (giant == 20) == (effective == pytest.approx(60))
    else:
        assert isinstance(found, NotEstimable)
        assert found.reason.startswith("too few clusters carry the comparison")


@pytest.mark.parametrize(("share", "df"), [(1 / 60, 59.0), (0.3, 9.9)])
def test_a_giant_in_both_arms_leaves_the_degrees_of_freedom_that_are_there(
    share: float, df: float
) -> None:
    clusters = 60
    size = np.full(clusters, (1 - share) / (clusters - 1))
    size[0] = share
    n = np.repeat(np.round(size * 5000), 2)
    level = np.random.default_rng(5).normal(size=2 * clusters)

    found = contrast_of(
        estimated(
            compared(
                ClusterSums(
                    cluster=np.repeat(np.arange(clusters), 2),
                    treated=np.tile([0, 1], clusters),
                    n=n,
                    weight=n,
                    outcome=(level * n)[:, None],
                )
            )
        ),
        [0.0, 1.0],
        level=0.95,
    )

    assert estimated(found).df == pytest.approx(df, abs=0.05)
