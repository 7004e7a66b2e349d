"""Asymptotic confidence sequences: reference values, tuning, duality."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from impact.stats.sequential.confidence_sequence import (
    always_valid_inference,
    always_valid_p_value,
    boundary,
    tuned_rho,
)
from tests.impact.stats.oracle import quantity
from tests.reference import needs_reference


@needs_reference
def test_the_half_width_is_that_of_the_reference() -> None:
    stored, rtol = quantity("s9_scalars", "asymp_cs")

    found = always_valid_inference(
        stored["mean"],
        stored["sd"] / math.sqrt(stored["n"]),
        stored["n"],
        rho=stored["rho"],
        level=1 - stored["alpha"],
    )

    assert found.ci_high is not None
    assert found.ci_high - found.value == pytest.approx(stored["halfwidth"], rel=rtol)


@needs_reference
def test_the_p_value_is_that_of_the_mixture_sequential_test() -> None:
    """Johari's mixture N(0, tau2) on a difference with variance V has n rho^2 = tau2 / V."""
    stored, rtol = quantity("s9_scalars", "msprt")

    p_value = always_valid_p_value(
        stored["theta_hat"] / math.sqrt(stored["V"]), 1 / stored["V"], rho=math.sqrt(stored["tau2"])
    )

    assert p_value == pytest.approx(stored["p"], rel=rtol)
    assert p_value == pytest.approx(1 / stored["lambda"], rel=rtol)


@given(st.floats(50, 1e7), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_the_sequence_is_tightest_where_it_was_planned(planned: float, level: float) -> None:
    rho = tuned_rho(planned, level=level)
    best = boundary(planned, rho=rho, level=level)

    assert best <= boundary(planned, rho=rho * 1.05, level=level)
    assert best <= boundary(planned, rho=rho / 1.05, level=level)


@given(st.floats(100, 1e6), st.floats(100, 1e6), st.floats(0.5, 8))
def test_the_interval_excludes_no_effect_when_the_p_value_is_below_the_error_rate(
    n: float, planned: float, z: float
) -> None:
    rho = tuned_rho(planned, level=0.95)
    found = always_valid_inference(z, 1.0, n, rho=rho, level=0.95)

    assert found.ci_low is not None
    assert found.p_value is not None
    assert (found.ci_low > 0) == (found.p_value < 0.05)


def test_no_effect_at_all_has_a_p_value_of_one() -> None:
    assert always_valid_p_value(0.0, 500, rho=0.05) == 1.0
