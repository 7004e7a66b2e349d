"""Lin's model: R's numbers, statsmodels on other data, and its refusals."""

import numpy as np
import pytest
import statsmodels.api as sm

from impact.stats.estimable import NotEstimable
from impact.stats.means.cuped import Adjustment
from impact.stats.means.lin import ArmFit, FittedArm, Floats, fit_arm, lin, squared_error
from tests.impact.stats import oracle
from tests.impact.stats.answers import estimated
from tests.reference import needs_reference


def fitted(y: Floats, x: Floats, centre: Floats) -> FittedArm:
    fit = arm_fit(y, x, centre)
    return FittedArm(fit=fit, variance=estimated(squared_error(fit, y, x)))


def arm_fit(y: Floats, x: Floats, centre: Floats) -> ArmFit:
    rows = np.column_stack([y, x])
    apart = rows - rows.mean(axis=0)
    return estimated(fit_arm(len(y), rows.mean(axis=0), apart.T @ apart, centre))


def adjusted(y: Floats, arm: Floats, x: Floats) -> Adjustment:
    centre = x.mean(axis=0)
    arms = [fitted(y[arm == value], x[arm == value], centre) for value in (1, 0)]
    return estimated(lin(*arms, level=0.95))


@needs_reference
def test_the_interacted_model_is_that_of_r() -> None:
    expected, rtol = oracle.quantity("s5_revenue", "lin_hc2")
    data = oracle.columns("oracle/s5_revenue.csv")
    segments = [(data.text["seg"] == name).astype(np.float64) for name in ("b", "c")]

    found = adjusted(
        data.number("revenue"),
        data.number("arm"),
        np.column_stack([data.number("pre_revenue"), *segments]),
    )

    assert found.difference.value == pytest.approx(expected["ate"], rel=rtol)
    assert found.difference.std_error == pytest.approx(expected["se"], rel=rtol)
    assert found.difference.df == expected["df"]
    assert found.difference.p_value == pytest.approx(expected["p"], rel=rtol)
    assert 0 < found.variance_reduction < 1


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_least_squares_of_statsmodels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 120
    arm, x = (rng.random(n) < 0.4).astype(np.float64), rng.normal(5, 2, (n, 3))
    y = x @ np.array([1.0, -2.0, 0.5]) + arm * (1 + x[:, 0]) + rng.normal(0, 1 + x[:, 0] ** 2, n)
    apart = x - x.mean(axis=0)
    design = np.column_stack([np.ones(n), arm, apart, apart * arm[:, np.newaxis]])

    theirs = sm.OLS(y, design).fit(cov_type="HC2")

    ours = adjusted(y, arm, x).difference
    assert ours.value == pytest.approx(theirs.params[1], rel=1e-8)
    assert ours.std_error == pytest.approx(theirs.bse[1], rel=1e-8)


def test_covariates_that_say_nothing_buy_nothing() -> None:
    rng = np.random.default_rng(3)
    arm = np.repeat([0.0, 1.0], 500)

    found = adjusted(rng.normal(0, 1, 1000), arm, rng.normal(0, 1, (1000, 1)))

    assert found.variance_reduction < 0.01


@pytest.mark.parametrize(
    ("covariates", "reason"),
    [
        ([[1.0], [1.0], [1.0], [1.0]], "same value for every unit"),
        ([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0], [5.0, 10.0]], "repeat one another"),
        ([[1.0, 0.0, 2.0], [0.0, 1.0, 3.0], [1.0, 1.0, 9.0], [2.0, 0.0, 4.0]], "fewer units"),
    ],
)
def test_a_model_that_cannot_be_fitted_has_a_reason(
    covariates: list[list[float]], reason: str
) -> None:
    rows = np.column_stack([[1.0, 3.0, 2.0, 5.0], covariates])
    apart = rows - rows.mean(axis=0)

    found = fit_arm(4, rows.mean(axis=0), apart.T @ apart, rows.mean(axis=0)[1:])

    assert isinstance(found, NotEstimable)
    assert reason in found.reason


def test_a_unit_with_a_label_of_its_own_decides_its_coefficient_alone() -> None:
    y, x = np.array([1.0, 3.0, 2.0, 5.0]), np.array([[0.0], [0.0], [0.0], [1.0]])

    found = squared_error(arm_fit(y, x, np.array([0.5])), y, x)

    assert found == NotEstimable("one unit alone decides a coefficient of the model")


@pytest.mark.parametrize("slope", [0.0, 0.1])
def test_what_rounding_leaves_of_an_outcome_is_no_variance(slope: float) -> None:
    """0.1 is no binary number: residuals of 1e-17 are left of a constant, or of a straight line."""
    rng = np.random.default_rng(3)
    x = rng.integers(18, 90, (80, 1)).astype(np.float64)
    y, arm = 0.1 + slope * x[:, 0], np.arange(80) % 2
    arms = [fitted(y[arm == value], x[arm == value], x.mean(axis=0)) for value in (1, 0)]

    found = lin(*arms, level=0.95)

    assert found == NotEstimable("the covariates explain the outcome entirely: no variance is left")
