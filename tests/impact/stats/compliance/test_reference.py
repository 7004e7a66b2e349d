"""R's two-stage least squares and Anderson-Rubin sets, from moments of the arms alone."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from impact.analysis.sufficient import Moments
from impact.stats.compliance.anderson_rubin import anderson_rubin
from impact.stats.compliance.assignment_effects import (
    Arm,
    AssignmentEffects,
    Errors,
    assignment_effects,
)
from impact.stats.compliance.complier_effect import ComplierEffect, complier_effect
from impact.stats.inference import Inference
from tests.impact.stats.answers import estimated, known
from tests.impact.stats.oracle import columns, quantity
from tests.reference import needs_reference


def arm_of(numbers: NDArray[np.float64]) -> Arm:
    """Take the moments of rows of shape (n, k)."""
    means = numbers.mean(axis=0)
    centred = numbers - means
    return Arm(n=len(numbers), means=means, cross=centred.T @ centred)


def with_products(y: NDArray[np.float64], t: NDArray[np.float64], x: NDArray[np.float64]) -> Arm:
    return arm_of(np.column_stack([y, t, x, x * y, x * t, x * x]))


def effects_of(treatment: str, errors: Errors) -> AssignmentEffects:
    """Regress y and a treatment of the reference case on assignment and x."""
    data = columns("oracle/s7_iv.csv")
    assigned = data.number("z") == 1
    numbers = [data.number(name) - data.number(name).mean() for name in ("y", treatment, "x")]
    arms = [
        with_products(*(values[chosen] for values in numbers)) for chosen in (assigned, ~assigned)
    ]
    return estimated(assignment_effects(*arms, errors=errors))


@needs_reference
@pytest.mark.parametrize("treatment", ["received", "minutes"])
def test_two_stage_least_squares_equal_r(treatment: str) -> None:
    expected, rtol = quantity("s7_iv", f"tsls_{treatment}")
    effects = {errors: effects_of(treatment, errors) for errors in Errors}

    found = {errors: complier_effect(effects[errors], level=0.95) for errors in Errors}

    classic, robust = found[Errors.CLASSIC], found[Errors.ROBUST]
    assert value(classic) == pytest.approx(expected["coef"], rel=rtol)
    assert error(classic) == pytest.approx(expected["se_classic"], rel=rtol)
    assert error(robust) == pytest.approx(expected["se_hc1"], rel=rtol)
    assert classic.first_stage.effective_f == pytest.approx(expected["first_stage_F"], rel=rtol)


@needs_reference
@pytest.mark.parametrize("treatment", ["received", "minutes"])
def test_anderson_rubin_sets_equal_r(treatment: str) -> None:
    expected, rtol = quantity("s7_iv", f"anderson_rubin_{treatment}")

    found = anderson_rubin(effects_of(treatment, Errors.CLASSIC), level=0.95)

    assert expected["type"] == "interval"
    assert known(found.low) == pytest.approx(expected["lo"], rel=rtol)
    assert known(found.high) == pytest.approx(expected["hi"], rel=rtol)


@needs_reference
@pytest.mark.parametrize("treatment", ["received", "minutes"])
def test_the_quadratic_of_the_set_equals_r(treatment: str) -> None:
    """R's is that of the sums of squares that assignment explains: its own sum is inverted here."""
    expected, rtol = quantity("s7_iv", f"anderson_rubin_{treatment}")
    effects = effects_of(treatment, Errors.CLASSIC)
    outcome, effect = effects.outcome, effects.treatment
    critical = float(stats.f.ppf(0.95, 1, effects.df))
    moments = merged(treatment)
    z, x = (moments.names.index(name) for name in ("z", "x"))
    spread = moments.cross[z, z] - moments.cross[z, x] ** 2 / moments.cross[x, x]

    parts = {
        "A": effect**2 - critical * effects.covariance[1, 1],
        "B": outcome * effect - critical * effects.covariance[0, 1],
        "C": outcome**2 - critical * effects.covariance[0, 0],
    }

    for name, part in parts.items():
        assert part * spread == pytest.approx(expected[name], rel=rtol), name


@needs_reference
@pytest.mark.parametrize("treatment", ["received", "minutes"])
def test_least_squares_on_the_treatment_and_its_test_equal_r(treatment: str) -> None:
    """What conditions on the treatment received is biased, and no report has it.

    Wu's and Hausman's F asks by how much: of the first stage's residual beside the treatment.
    """
    expected, rtol = quantity("s7_iv", f"tsls_{treatment}")
    moments = merged(treatment)
    place = {name: at for at, name in enumerate(moments.names)}

    def regression(*names: str) -> tuple[NDArray[np.floating], float]:
        """Return slopes of y on these numbers and the sum of squares that they leave."""
        columns = [place[name] for name in names]
        products = moments.cross[columns, place["y"]]
        slopes = np.linalg.solve(moments.cross[np.ix_(columns, columns)], products)
        return slopes, float(moments.cross[place["y"], place["y"]] - products @ slopes)

    slopes, left = regression("t", "x")
    # The residual of the first stage is what (t, z, x) span beyond (t, x).
    _, less = regression("t", "z", "x")

    assert slopes[0] == pytest.approx(expected["ols"], rel=rtol)
    f = (left - less) / (less / (moments.n - 4))
    assert f == pytest.approx(expected["wu_hausman_F"], rel=rtol)


def merged(treatment: str) -> Moments:
    """Return the moments of everybody, merged from those of the arms."""
    data = columns("oracle/s7_iv.csv")
    names = ("y", "t", "x", "z")
    rows = np.column_stack([data.number(name) for name in ("y", treatment, "x", "z")])
    arms = [arm_of(rows[rows[:, 3] == arm]) for arm in (1, 0)]
    first, second = (
        Moments(names=names, n=arm.n, means=arm.means, cross=arm.cross) for arm in arms
    )
    return first + second


@needs_reference
def test_the_plain_differences_equal_r() -> None:
    expected, rtol = quantity("s7_iv", "itt")
    data = columns("oracle/s7_iv.csv")
    assigned = data.number("z") == 1
    rows = np.column_stack([data.number("y"), data.number("received")])

    found = estimated(assignment_effects(arm_of(rows[assigned]), arm_of(rows[~assigned])))

    assert found.outcome == pytest.approx(expected["diff"], rel=rtol)
    assert found.treatment == pytest.approx(expected["compliance"], rel=rtol)


def value(found: ComplierEffect) -> float:
    assert isinstance(found.estimate, Inference)
    return found.estimate.value


def error(found: ComplierEffect) -> float:
    assert isinstance(found.estimate, Inference)
    return known(found.estimate.std_error)
