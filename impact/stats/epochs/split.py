"""Did the split between the arms change from one version to the next?"""

import math
from collections.abc import Sequence

ALARM = 3.0902  # standard errors of a one-sided 0.001


def split_changed(counts: Sequence[Sequence[int]]) -> bool:
    """Return whether shares of the arms differ between versions by more than chance.

    `counts` has units by version (rows) and arm (columns). Pearson's chi-square of homogeneity at
    0.001, its tail by the cube root (Wilson and Hilferty 1931), which needs no library.

    >>> split_changed([[900, 100], [500, 500]]), split_changed([[510, 490], [495, 505]])
    (True, False)
    >>> split_changed([[900, 100]])
    False
    """
    arms = [list(column) for column in zip(*counts, strict=True) if sum(column)]
    rows = [row for row in zip(*arms, strict=True) if sum(row)]
    if len(rows) < 2 or len(arms) < 2:  # noqa: PLR2004  # there is nothing to compare
        return False
    total = sum(map(sum, rows))
    expected = [[sum(row) * sum(arm) / total for arm in arms] for row in rows]
    statistic = sum(
        (n - awaited) ** 2 / awaited
        for row, of_row in zip(rows, expected, strict=True)
        for n, awaited in zip(row, of_row, strict=True)
    )
    df = (len(rows) - 1) * (len(arms) - 1)
    narrow = 2 / (9 * df)
    normal = (math.cbrt(statistic / df) - (1 - narrow)) / math.sqrt(narrow)
    return normal > ALARM
