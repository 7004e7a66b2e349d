"""Independence of two labels: against scipy, and where counts are too few."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from impact.stats.contingency import independence
from impact.stats.estimable import NotEstimable
from tests.impact.stats.answers import estimated


@pytest.mark.parametrize("shape", [(2, 2), (7, 2), (24, 3)])
def test_the_test_is_that_of_scipy(shape: tuple[int, int]) -> None:
    table = np.random.default_rng(1).integers(20, 90, shape)

    found = estimated(independence(table))

    expected = stats.chi2_contingency(table, correction=False)
    assert_allclose(
        [found.statistic, found.df, found.p_value],
        [expected.statistic, expected.dof, expected.pvalue],
    )


def test_rare_rows_are_put_together_and_none_left_alone() -> None:
    rare = [[100, 100], [90, 110], [2, 3], [4, 1], [3, 3]]

    assert estimated(independence(rare)).statistic == pytest.approx(
        estimated(independence([[100, 100], [90, 110], [9, 7]])).statistic
    )
    assert estimated(independence(rare[:3])).df == 1


@pytest.mark.parametrize("table", [[[9, 9]], [[9], [9]], [[9, 0], [9, 0]], [[1, 1], [1, 1]]])
def test_nothing_to_compare_is_said(table: list[list[int]]) -> None:
    assert isinstance(independence(table), NotEstimable)
