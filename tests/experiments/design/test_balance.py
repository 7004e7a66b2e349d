"""Balance by stratum: the sum of Pearson's tests, each against its own weights."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from experiments.design.balance import Cell, balance, upper_tail

HALVES = {"a": 5000, "b": 5000}


@given(statistic=st.floats(min_value=1e-6, max_value=3_000), df=st.integers(1, 400))
def test_the_tail_is_that_of_chi_square(statistic: float, df: int) -> None:
    assert upper_tail(statistic, df) == pytest.approx(
        float(stats.chi2.sf(statistic, df)), rel=1e-9, abs=1e-290
    )


def test_strata_are_tested_together() -> None:
    found = balance(
        [
            Cell(stratum="pro", counts={"a": 130, "b": 70}, weights=HALVES),
            Cell(stratum="basic", counts={"a": 70, "b": 130}, weights=HALVES),
        ]
    )

    parts = [stats.chisquare([130, 70]).statistic, stats.chisquare([70, 130]).statistic]
    assert found.statistic == pytest.approx(sum(parts))
    assert found.p_value == pytest.approx(float(stats.chi2.sf(sum(parts), 2)))
    assert [stratum.name for stratum in found.strata] == ["basic", "pro"]


def test_versions_of_a_stratum_are_held_to_their_own_weights() -> None:
    found = balance(
        [
            Cell(stratum="pro", counts={"a": 50, "b": 50}, weights=HALVES),
            Cell(stratum="pro", counts={"a": 90, "b": 10}, weights={"a": 9000, "b": 1000}),
        ]
    )

    assert (found.statistic, found.df) == (0.0, 2)
    (stratum,) = found.strata
    assert stratum.counts == {"a": 140, "b": 60}
    assert stratum.expected == {"a": 140.0, "b": 60.0}


def test_small_strata_are_counted_and_not_tested() -> None:
    found = balance(
        [
            Cell(stratum="pro", counts={"a": 9}, weights=HALVES),
            Cell(stratum="basic", counts={"a": 60, "b": 40}, weights=HALVES),
        ]
    )

    assert (found.df, found.n_untested) == (1, 9)


def test_nothing_is_tested_without_weights() -> None:
    found = balance([Cell(stratum="q1", counts={"a": 900}, weights={})])

    assert found.p_value is None
    assert found.n_untested == 900
    assert found.strata[0].expected == {}
