"""R's sandwich and clubSandwich, from sums per cluster alone."""

import numpy as np
import pytest
from numpy.typing import NDArray

from impact.stats.clusters.comparison import contrast_of
from impact.stats.clusters.regression import (
    ClusterFit,
    Correction,
    cluster_covariance,
    cluster_fit,
    satterthwaite_df,
)
from impact.stats.means.welch import Sample, welch
from tests.impact.stats.answers import estimated
from tests.impact.stats.oracle import columns, quantity
from tests.reference import needs_reference

Floats = NDArray[np.float64]


def fit_of(design: Floats, outcome: Floats, cluster: NDArray[np.generic]) -> ClusterFit:
    """Sum rows by cluster and fit."""
    groups = [cluster == name for name in np.unique(cluster)]
    outcomes = outcome.reshape(len(design), -1)
    shares = np.array([design[rows].T @ design[rows] for rows in groups])
    products = np.array([design[rows].T @ outcomes[rows] for rows in groups])
    return estimated(cluster_fit(shares, products, len(design)))


def errors_of(fit: ClusterFit, correction: Correction) -> list[float]:
    size = len(fit.coefficients)
    return [
        float(np.sqrt(cluster_covariance(fit, each, correction)[0, 0])) for each in np.eye(size)
    ]


@needs_reference
def test_errors_and_degrees_of_freedom_equal_r() -> None:
    expected, rtol = quantity("s6_cluster", "ols_cr")
    data = columns("oracle/s6_cluster.csv")
    design = np.column_stack([np.ones(len(data.text["arm"])), data.number("arm"), data.number("x")])

    fit = fit_of(design, data.number("csat"), data.text["team"])

    assert fit.coefficients[:, 0].tolist() == pytest.approx(expected["coef"], rel=rtol)
    for correction in Correction:
        name = f"se_{correction.value}"
        assert errors_of(fit, correction) == pytest.approx(expected[name], rel=rtol)
    freedom = [satterthwaite_df(fit, each) for each in np.eye(3)]
    assert freedom == pytest.approx(expected["df_cr2"], rel=rtol)
    tested = [estimated(contrast_of(fit, each, level=0.95)).p_value for each in np.eye(3)]
    assert tested == pytest.approx(expected["p_cr2"], rel=rtol)


@needs_reference
@pytest.mark.parametrize("treatment", ["received", "minutes"])
def test_errors_of_two_stage_least_squares_by_cluster_equal_r(treatment: str) -> None:
    expected, rtol = quantity("s7_iv", f"tsls_{treatment}")
    data = columns("oracle/s7_iv.csv")
    design = np.column_stack([np.ones(2000), data.number("z"), data.number("x")])
    both = np.column_stack([data.number("y"), data.number(treatment)])

    fit = fit_of(design, both, data.text["team"])
    covariance = cluster_covariance(fit, [0, 1, 0], Correction.CR1)

    outcome, moved = fit.coefficients[1]
    weights = np.array([1, -outcome / moved])
    assert outcome / moved == pytest.approx(expected["coef"], rel=rtol)
    assert np.sqrt(weights @ covariance @ weights) / moved == pytest.approx(
        expected["se_cl_hc1"], rel=rtol
    )


@needs_reference
def test_means_of_clusters_compared_by_welch_equal_r() -> None:
    expected, rtol = quantity("s6_cluster", "team_means_welch")
    data = columns("oracle/s6_cluster.csv")
    csat, team = data.number("csat"), data.text["team"]
    means = {name: csat[team == name].mean() for name in np.unique(team)}
    arm = {name: int(data.text["arm"][team == name][0]) for name in means}
    samples = []
    for side in (1, 0):
        values = np.array([mean for name, mean in means.items() if arm[name] == side])
        samples.append(Sample(n=len(values), mean=values.mean(), variance=values.var(ddof=1)))

    found = estimated(welch(*samples, level=0.95))

    assert found.value == pytest.approx(expected["diff"], rel=rtol)
    assert found.std_error == pytest.approx(expected["se"], rel=rtol)
    assert found.df == pytest.approx(expected["df"], rel=rtol)
    assert found.p_value == pytest.approx(expected["p"], rel=rtol)
