"""Sums over tied events: a dozen points say what every event says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impact.stats.survival.cox_ties import MANY, NODES, SMOOTH, Ties, efron_sums, tied_events


def one_by_one(deaths: int, s0: float, d0: float) -> tuple[list[float], float]:
    """Return a1 .. a5 and the sum of logarithms by their definition."""
    fraction = np.arange(deaths) / deaths
    den = s0 - fraction * d0
    sums = (1 / den, fraction / den, 1 / den**2, fraction / den**2, fraction**2 / den**2)
    return [float(part.sum()) for part in sums], float(np.log(den).sum())


@settings(max_examples=200, deadline=None)
@given(
    deaths=st.integers(min_value=1, max_value=5_000),
    share=st.floats(min_value=1e-9, max_value=1),
    weight=st.floats(min_value=1e-6, max_value=1e6),
)
def test_the_sums_are_those_over_every_event(deaths: int, share: float, weight: float) -> None:
    tied = tied_events(np.array([float(deaths)]), Ties.EFRON)

    found, logarithms = efron_sums(tied, np.array([weight]), np.array([share * weight]))

    expected, expected_logarithms = one_by_one(deaths, weight, share * weight)
    assert [float(part[0]) for part in found] == pytest.approx(expected, rel=1e-12, abs=1e-300)
    assert logarithms == pytest.approx(expected_logarithms, rel=1e-12, abs=1e-9)


def test_a_day_with_many_events_costs_a_dozen_points() -> None:
    tied = tied_events(np.array([3.0, 1e6, float(MANY)]), Ties.EFRON)

    assert np.bincount(tied.place).tolist() == [3, NODES, MANY]
    assert tied.weight.sum() == pytest.approx(1e6 + 3 + MANY, rel=1e-14)


def test_breslow_takes_all_events_of_a_day_at_once() -> None:
    (a1, a2, *_), logarithms = efron_sums(
        tied_events(np.array([40.0]), Ties.BRESLOW), np.array([5.0]), np.array([4.0])
    )

    assert (a1[0], a2[0]) == (pytest.approx(8), 0)
    assert logarithms == pytest.approx(40 * np.log(5))


@pytest.mark.parametrize("share", [SMOOTH, np.nextafter(SMOOTH, 1), 1.0])
def test_the_rule_holds_up_to_the_share_at_which_it_is_left(share: float) -> None:
    found, _ = efron_sums(
        tied_events(np.array([1000.0]), Ties.EFRON), np.array([1.0]), np.array([share])
    )

    expected, _ = one_by_one(1000, 1.0, share)
    assert [float(part[0]) for part in found] == pytest.approx(expected, rel=1e-13)
