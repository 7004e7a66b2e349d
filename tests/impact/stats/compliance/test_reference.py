"""R's two-stage least squares and Anderson-Rubin sets, from moments of the arms alone."""

import numpy as np
import pytest
from numpy.typing import NDArray

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
