"""Are two labels independent? Pearson's test of a table of counts."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from impact.stats.estimable import NotEstimable

LEAST_EXPECTED = 5.0  # Cochran (1954): below it the distribution is not that of chi-square


@dataclass(frozen=True, slots=True, kw_only=True)
class Independence:
    """Pearson's chi-square of the table."""

    statistic: float
    df: int
    p_value: float


def independence(counts: ArrayLike) -> Independence | NotEstimable:
    """Test a table of counts, rows by columns; rare rows are put together.

    Rows whose expected count is below 5 in a column become one row.

    >>> found = independence([[30, 20], [20, 30]])
    >>> found.statistic, found.df, round(found.p_value, 4)
    (4.0, 1, 0.0455)
    """
    table = np.asarray(counts, dtype=np.float64)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(table.shape) <= 1:
        return NotEstimable("one label alone")
    share = table.sum(axis=0) / table.sum()
    rare = table.sum(axis=1) * share.min() < LEAST_EXPECTED
    if rare.any():
        table = np.vstack([table[~rare], table[rare].sum(axis=0)])
        if table[-1].sum() * share.min() < LEAST_EXPECTED:
            table = table[:-1]  # all that is rare together is still too few
    if table.shape[0] <= 1:
        return NotEstimable("too few units by label")
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    statistic = float(((table - expected) ** 2 / expected).sum())
    df = (table.shape[0] - 1) * (table.shape[1] - 1)
    return Independence(statistic=statistic, df=df, p_value=float(special.chdtrc(df, statistic)))


def added(tests: Iterable[Independence]) -> Independence:
    """Return the tests of independent tables as one: chi-squares and their degrees add up.

    >>> found = added([independence([[30, 20], [20, 30]]), independence([[20, 30], [20, 30]])])
    >>> found.statistic, found.df, round(found.p_value, 4)
    (4.0, 2, 0.1353)
    """
    given = tuple(tests)
    statistic, df = sum(test.statistic for test in given), sum(test.df for test in given)
    return Independence(statistic=statistic, df=df, p_value=float(special.chdtrc(df, statistic)))
