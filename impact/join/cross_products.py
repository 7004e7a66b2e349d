"""How the centred cross-products of a vector are asked for: by sums, or by deviations.

Sums of squares and products are twice as fast as var_samp and covar_samp, which centre before they
square. But they cancel: of a mean of 1e6 with a deviation of 1 they keep four digits. So does what
is computed of numbers that nearly follow from each other, such as a ratio's error.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from ibis.expr.types import Table, Value

from impact.analysis.sufficient import Floats, Moments
from impact.join.vector import Vector

Row = dict[str, float | int | str | None]
KEPT = 0.01  # of a sum of squares that is spread about the mean: two digits are lost at most


@dataclass(frozen=True, slots=True)
class Way:
    """What is asked of the engine for a vector, and the moments that a row of answers tells.

    The moments are None where they could not be told exactly in this way.
    """

    asked: Callable[[Vector, Table], Iterator[tuple[str, Value]]]
    moments: Callable[[Vector, Row], Moments | None]


def _sums(vector: Vector, masked: Table) -> Iterator[tuple[str, Value]]:
    return _asked(vector, masked, lambda y: y.sum(), lambda y, z: (y * z).sum())


def _of_sums(vector: Vector, row: Row) -> Moments | None:
    n, sums, products = _read(vector, row)
    if n <= 1:
        return Moments(names=vector.names, n=n, means=sums, cross=np.zeros_like(products))
    if not np.isfinite(products).all():
        return None
    means = sums / n
    cross = products - np.outer(means, sums)
    if _cancels(products, cross) or (sums[np.diagonal(products) == 0] != 0).any():
        return None
    return Moments(names=vector.names, n=n, means=means, cross=(cross + cross.T) / 2)


def _cancels(products: Floats, cross: Floats) -> bool:
    """Return whether little is left of the squares of any combination of the numbers."""
    squares = np.diagonal(products)
    some = squares > 0
    root = np.sqrt(squares[some])
    left = np.linalg.eigvalsh(cross[np.ix_(some, some)] / np.outer(root, root))
    return bool((left < KEPT).any())


def _deviations(vector: Vector, masked: Table) -> Iterator[tuple[str, Value]]:
    return _asked(vector, masked, lambda y: y.mean(), _spread)


def _spread(y: Value, z: Value) -> Value:
    return y.var(how="sample") if y is z else y.cov(z, how="sample")


def _of_deviations(vector: Vector, row: Row) -> Moments:
    """Sample variances times n - 1 are the centred sums; one unit has none."""
    n, means, spreads = _read(vector, row)
    return Moments(names=vector.names, n=n, means=means, cross=spreads * max(n - 1, 0))


BY_SUMS = Way(asked=_sums, moments=_of_sums)
BY_DEVIATIONS = Way(asked=_deviations, moments=_of_deviations)


def _asked(
    vector: Vector,
    masked: Table,
    of_one: Callable[[Value], Value],
    of_two: Callable[[Value, Value], Value],
) -> Iterator[tuple[str, Value]]:
    """Yield how many units count, what is asked of every number and of every pair of them."""
    values = [masked[vector.column(index)] for index in range(len(vector.values))]
    yield f"{vector.key}__n", values[0].count()
    for index, value in enumerate(values):
        yield vector.column(index), of_one(value)
    for i, j in _pairs(vector):
        yield f"{vector.key}__{i}_{j}", of_two(values[i], values[j])


def _pairs(vector: Vector) -> Iterable[tuple[int, int]]:
    return combinations_with_replacement(range(len(vector.values)), 2)


def _read(vector: Vector, row: Row) -> tuple[int, Floats, Floats]:
    size = len(vector.names)
    first = [float(row.get(vector.column(index)) or 0.0) for index in range(size)]
    second = np.zeros((size, size))
    for i, j in _pairs(vector):
        second[i, j] = second[j, i] = float(row.get(f"{vector.key}__{i}_{j}") or 0.0)
    return int(row.get(f"{vector.key}__n") or 0), np.array(first), second
