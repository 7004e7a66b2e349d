"""Group-sequential bounds against printed tables and against a joint normal distribution."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from impact.stats.sequential.group_sequential import (
    bounds,
    crossing_probabilities,
    repeated_p_value,
)
from impact.stats.sequential.spending import Spending, spent
from tests.impact.stats.oracle import quantity
from tests.reference import needs_reference

EVEN = (1.0, 2.0, 3.0, 4.0, 5.0)

# Jennison and Turnbull (2000), tables 2.1 and 2.3: two-sided tests with equally spaced looks.
POCOCK = {
    (2, 0.01): 2.772,
    (5, 0.01): 2.986,
    (2, 0.05): 2.178,
    (3, 0.05): 2.289,
    (4, 0.05): 2.361,
    (5, 0.05): 2.413,
    (10, 0.05): 2.555,
    (5, 0.10): 2.122,
}
OBRIEN_FLEMING = {
    (2, 0.01): 2.580,
    (5, 0.01): 2.621,
    (2, 0.05): 1.977,
    (3, 0.05): 2.004,
    (4, 0.05): 2.024,
    (5, 0.05): 2.040,
    (10, 0.05): 2.087,
    (5, 0.10): 1.751,
}


def constant(looks: int, alpha: float, power: float) -> float:
    """Solve for the constant of the bounds c (K / k)^power of Pocock (0), O'Brien-Fleming (1/2)."""
    information = [float(look) for look in range(1, looks + 1)]
    shape = [(looks / look) ** power for look in information]

    def excess(c: float) -> float:
        return sum(crossing_probabilities(information, [c * part for part in shape])) - alpha

    return float(optimize.brentq(excess, 1.0, 4.0, xtol=1e-5))


@pytest.mark.parametrize(("design", "printed"), POCOCK.items())
def test_pococks_constants_are_those_of_the_tables(
    design: tuple[int, float], printed: float
) -> None:
    assert constant(*design, 0.0) == pytest.approx(printed, abs=5.1e-4)


@pytest.mark.parametrize(("design", "printed"), OBRIEN_FLEMING.items())
def test_obrien_and_flemings_constants_are_those_of_the_tables(
    design: tuple[int, float], printed: float
) -> None:
    assert constant(*design, 0.5) == pytest.approx(printed, abs=5.1e-4)


@needs_reference
def test_spending_of_obrien_and_flemings_type_agrees_with_the_reference() -> None:
    stored, _ = quantity("s9_scalars", "ld_obf_bounds")

    found = bounds(
        EVEN, planned=5, alpha=stored["alpha_two_sided"], spending=Spending.OBRIEN_FLEMING
    )

    assert found == pytest.approx(stored["z"], abs=2e-7)


def test_spending_of_pococks_type_agrees_with_lan_and_demets() -> None:
    """The digits that the program ldbounds prints for five looks and two-sided 0.05."""
    found = bounds(EVEN, planned=5, alpha=0.05, spending=Spending.POCOCK)

    assert found == pytest.approx([2.438, 2.4268, 2.4101, 2.3966, 2.3859], abs=2e-4)


def test_the_bounds_hold_under_the_joint_normal_distribution() -> None:
    """Independent of the recursion: the distribution function of the three statistics."""
    information = np.array([0.3, 0.45, 1.0])
    found = np.array(bounds(information.tolist(), planned=1, alpha=0.05, spending=Spending.POCOCK))

    least = np.minimum.outer(information, information)
    correlation = np.sqrt(least / np.maximum.outer(information, information))
    joint = stats.multivariate_normal(cov=correlation, seed=1)
    assert joint.cdf(found, lower_limit=-found) == pytest.approx(0.95, abs=2e-5)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(0.05, 1.0), min_size=1, max_size=5, unique_by=lambda t: round(t, 2)),
    st.sampled_from(Spending),
    st.sampled_from([0.01, 0.05, 0.2]),
)
def test_what_is_crossed_without_an_effect_is_what_was_spent(
    fractions: list[float], spending: Spending, alpha: float
) -> None:
    information = sorted(fractions)

    found = bounds(information, planned=1, alpha=alpha, spending=spending)

    crossed = np.cumsum(crossing_probabilities(information, found))
    wanted = [spent(spending, fraction, alpha) for fraction in information]
    assert crossed == pytest.approx(wanted, abs=1e-8)


def test_the_last_look_spends_all_that_is_left_whatever_its_information() -> None:
    short = bounds([1, 2, 3], planned=5, alpha=0.05, spending=Spending.OBRIEN_FLEMING, final=True)

    assert sum(crossing_probabilities([1, 2, 3], short)) == pytest.approx(0.05, abs=1e-9)


def test_a_look_without_anything_left_to_spend_has_no_bound() -> None:
    found = bounds([5, 6], planned=5, alpha=0.05, spending=Spending.POCOCK)

    assert found[0] == pytest.approx(1.959964, abs=1e-6)
    assert math.isinf(found[1])


@settings(max_examples=20, deadline=None)
@given(st.floats(0.0, 6.0), st.floats(0.01, 2.0))
def test_a_repeated_p_value_falls_with_the_statistic(z: float, more: float) -> None:
    def p_value(statistic: float) -> float:
        return repeated_p_value(statistic, (1, 2), planned=3, spending=Spending.POCOCK)

    assert 0 < p_value(z + more) <= p_value(z) <= 1


def test_one_look_alone_is_the_fixed_sample_test() -> None:
    p_value = repeated_p_value(1.5, (10,), planned=10, spending=Spending.POCOCK)

    assert p_value == pytest.approx(2 * stats.norm.sf(1.5), abs=1e-8)
