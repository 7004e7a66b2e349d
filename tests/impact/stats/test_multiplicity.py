"""Adjusted p-values against R's p.adjust, and their properties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from impact.stats.multiplicity import benjamini_hochberg, holm
from tests.impact.stats.oracle import quantity
from tests.reference import needs_reference

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=20)


@needs_reference
def test_both_adjustments_are_those_of_r() -> None:
    stored, rtol = quantity("s9_scalars", "padjust")

    assert holm(stored["p"]) == pytest.approx(stored["holm"], rel=rtol)
    assert benjamini_hochberg(stored["p"]) == pytest.approx(stored["bh"], rel=rtol)


@given(P_VALUES)
def test_the_false_discovery_rate_is_adjusted_as_scipy_does(p_values: list[float]) -> None:
    found = benjamini_hochberg(p_values)

    assert found == pytest.approx(stats.false_discovery_control(p_values), abs=1e-12)


@given(P_VALUES)
def test_an_adjustment_raises_p_values_and_keeps_their_order(p_values: list[float]) -> None:
    for adjust in (holm, benjamini_hochberg):
        found = adjust(p_values)

        assert all(before <= after <= 1 for before, after in zip(p_values, found, strict=True))
        order = np.argsort(p_values, kind="stable")
        assert np.all(np.diff(np.array(found)[order]) >= 0)


def test_no_test_is_no_adjustment() -> None:
    assert holm([]) == benjamini_hochberg([]) == []
