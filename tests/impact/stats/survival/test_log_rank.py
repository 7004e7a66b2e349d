"""Degrees of freedom of the log-rank test: groups less one, however many customers."""

import numpy as np
import pytest

from impact.stats.survival.log_rank import LogRank, log_rank

CUSTOMERS = 60_000


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("n_groups", [2, 3])
def test_rounding_is_no_degree_of_freedom(seed: int, n_groups: int) -> None:
    rng = np.random.default_rng(seed)
    churned = np.floor(rng.exponential(900, CUSTOMERS))
    censored = rng.integers(60, 330, CUSTOMERS)
    group = rng.integers(0, n_groups, CUSTOMERS)

    test = log_rank(np.minimum(churned, censored), churned <= censored, group)

    assert isinstance(test, LogRank)
    assert test.df == n_groups - 1
    excess = (test.observed - test.expected)[1:]
    expected = excess @ np.linalg.solve(test.covariance[1:, 1:], excess)
    assert test.statistic == pytest.approx(expected, rel=1e-9)
