"""R's textbook methods from the sums that reports keep: reports use others, for stated reasons.

Shares are compared by Newcombe and not by Wald, means adjusted by CUPED or Lin's model and not by
one common slope, segments tested with each arm's own variance. The numbers follow all the same.
"""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from impact.stats.clusters.regression import (
    Correction,
    cluster_covariance,
    cluster_fit,
)
from impact.stats.inference import normal_inference
from impact.stats.means.welch import Sample, welch
from impact.stats.non_inferiority import distance, one_sided_p_value
from impact.stats.segments.heterogeneity import heterogeneity
from tests.impact.stats.answers import estimated, known
from tests.impact.stats.oracle import columns, quantity
from tests.reference import needs_reference

pytestmark = needs_reference

Floats = NDArray[np.float64]


def samples_of(name: str, segment: str = "") -> list[Sample]:
    """Return the variant's and the control's moments of a column of the revenue data."""
    data = columns("oracle/s5_revenue.csv")
    inside = (
        data.text["seg"] == segment if segment else np.full(len(data.text["seg"]), fill_value=True)
    )
    arms = [data.number(name)[inside & (data.number("arm") == arm)] for arm in (1, 0)]
    return [Sample(n=len(arm), mean=arm.mean(), variance=arm.var(ddof=1)) for arm in arms]


def wald() -> tuple[float, float]:
    """Return the difference of shares and its error by Wald, from units and successes."""
    shares = [
        Sample(n=arm.n, mean=arm.mean, variance=arm.mean * (1 - arm.mean))
        for arm in samples_of("converted")
    ]
    error = float(np.sqrt(sum(share.mean_variance for share in shares)))
    return shares[0].mean - shares[1].mean, error


def test_walds_interval_of_two_shares() -> None:
    expected, rtol = quantity("s5_revenue", "two_prop")

    found = normal_inference(*wald(), level=0.95)

    assert known(found.ci_low) == pytest.approx(expected["wald_lo"], rel=rtol)
    assert known(found.ci_high) == pytest.approx(expected["wald_hi"], rel=rtol)


def test_walds_test_against_a_margin() -> None:
    expected, rtol = quantity("s5_revenue", "noninferiority_prop_margin_-0.02")

    z = distance(*wald(), 0.02)

    assert z == pytest.approx(expected["z"], rel=rtol)
    assert one_sided_p_value(z) == pytest.approx(expected["p_one_sided"], rel=rtol)


def test_the_interaction_with_one_variance_and_with_each_arms_own() -> None:
    """Cochran's Q over its degrees of freedom is Wald's F: with HC2, or with pooled errors."""
    expected, rtol = quantity("s5_revenue", "interaction_seg")
    cells = [samples_of("revenue", segment) for segment in "abc"]
    n = sum(arm.n for pair in cells for arm in pair)
    within = sum((arm.n - 1) * arm.variance for pair in cells for arm in pair) / (n - 6)
    effects = [variant.mean - control.mean for variant, control in cells]
    own = [known(estimated(welch(*pair, level=0.95)).std_error) for pair in cells]
    pooled = [float(np.sqrt(within * sum(1 / arm.n for arm in pair))) for pair in cells]

    robust, classical = (estimated(heterogeneity(effects, errors)) for errors in (own, pooled))

    assert robust.statistic / robust.df == pytest.approx(expected["wald_hc2_F"], rel=rtol)
    f = classical.statistic / classical.df
    assert f == pytest.approx(expected["F"], rel=rtol)
    assert stats.f.sf(f, classical.df, n - 6) == pytest.approx(expected["p"], rel=rtol)


def test_one_slope_for_both_arms_with_every_error() -> None:
    """A unit is a cluster of one: CR1 is then HC1 and CR2 is HC2; left out in turn it gives HC3."""
    expected, rtol = quantity("s5_revenue", "ols_ancova")
    design, outcome = _ancova()
    shares = design[:, :, None] * design[:, None, :]
    products = (design * outcome[:, None])[:, :, None]
    n, k = design.shape

    fit = estimated(cluster_fit(shares, products, n))

    assert fit.coefficients[:, 0].tolist() == pytest.approx(expected["coef"], rel=rtol)
    for name, correction in (("se_hc1", Correction.CR1), ("se_hc2", Correction.CR2)):
        errors = [cluster_covariance(fit, one, correction)[0, 0] ** 0.5 for one in np.eye(k)]
        assert errors == pytest.approx(expected[name], rel=rtol)
    left = float(outcome @ outcome - products.sum(axis=0)[:, 0] @ fit.coefficients[:, 0])
    classic = np.sqrt(left / (n - k) * np.diag(fit.root @ fit.root.T))
    assert classic.tolist() == pytest.approx(expected["se_classic"], rel=rtol)
    without = np.linalg.solve(shares.sum(axis=0) - shares, products.sum(axis=0) - products)
    moved = without[:, :, 0] - fit.coefficients[:, 0]
    assert np.sqrt((moved**2).sum(axis=0)).tolist() == pytest.approx(expected["se_hc3"], rel=rtol)


def _ancova() -> tuple[Floats, Floats]:
    data: Any = columns("oracle/s5_revenue.csv")
    segments = [data.text["seg"] == name for name in ("b", "c")]
    arm, before = data.number("arm"), data.number("pre_revenue")
    return np.column_stack([np.ones(len(arm)), arm, before, *segments]), data.number("revenue")
