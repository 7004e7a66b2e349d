"""What days, and the blocks in which arms were drawn, add to their windows: taken off beforehand.

A busy Monday is no effect of the arm, and neither is a busy hour. Taking off what such flags
explain of the outcome and of every other column leaves the coefficients of one large regression
(Frisch and Waugh 1933; Lovell 1963). Only days that share a block have effects in common, so that
each group of them is a small regression of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Places = NDArray[np.intp]

RANK = 1e-10  # of the largest singular value: below it flags say the same


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Effects:
    """Effects of groups of windows: `weight` and the code of its `group` per window.

    `parts` has for each group the places of its windows and an orthonormal basis (windows of the
    group, effects) of its effects' flags times the roots of the weights.
    """

    weight: Floats
    group: Places
    parts: tuple[tuple[Places, Floats], ...]

    @property
    def leverage(self) -> Floats:
        """What each window's outcome adds to its own fit by the effects alone, (windows,)."""
        found = np.zeros(self.weight.size)
        for places, basis in self.parts:
            found[places] = (basis**2).sum(axis=1)
        return found

    def off(self, values: Floats) -> Floats:
        """Return values (..., windows) less what the effects explain of them, by weight.

        >>> effects_of(np.array([1.0, 3, 1]), np.array([0, 0, 1])).off(np.array([4.0, 8, 5]))
        array([-3.,  1.,  0.])
        """
        root = np.sqrt(self.weight)
        scaled = values * root
        for places, basis in self.parts:
            scaled[..., places] -= (scaled[..., places] @ basis) @ basis.T
        return np.asarray(scaled / root)

    def by_group(self, values: Floats) -> Floats:
        """Add up values (windows, ...) by group."""
        sums = np.zeros((int(self.group.max()) + 1, *values.shape[1:]))
        np.add.at(sums, self.group, values)
        return sums


def effects_of(weight: Floats, code: Codes, crossed: Codes | None = None) -> Effects:
    """Return an effect for every code, such as its day; `crossed` adds those of other codes.

    All are arrays (windows,). Two windows are of one group where they share either code, or are
    linked by others that do.

    >>> days, hours = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 0, 1, 2])
    >>> effects = effects_of(np.ones(5), days, hours)
    >>> effects.group.tolist(), effects.leverage.round(6).tolist()  # 1/2 + 1/2 - 1/4
    ([0, 0, 0, 0, 1], [0.75, 0.75, 0.75, 0.75, 1.0])
    """
    _, first = np.unique(code, return_inverse=True)
    if crossed is None:
        return Effects(weight=weight, group=first, parts=tuple(_means(weight, first)))
    _, second = np.unique(crossed, return_inverse=True)
    group = _linked(first, second)
    parts = tuple(_crossed(weight, group, first, second))
    return Effects(weight=weight, group=group, parts=parts)


def _means(weight: Floats, group: Places) -> Iterator[tuple[Places, Floats]]:
    for places in _by_group(group):
        root = np.sqrt(weight[places])
        yield places, (root / np.linalg.norm(root))[:, None]


def _crossed(
    weight: Floats, group: Places, first: Places, second: Places
) -> Iterator[tuple[Places, Floats]]:
    for places in _by_group(group):
        flags = np.hstack([_flags(first[places]), _flags(second[places])])
        scaled = np.sqrt(weight[places])[:, None] * flags
        basis, sizes, _ = np.linalg.svd(scaled, full_matrices=False)
        yield places, basis[:, sizes > RANK * sizes[0]]


def _by_group(group: Places) -> list[Places]:
    order = np.argsort(group, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(group[order])) + 1)


def _flags(code: Places) -> Floats:
    found, place = np.unique(code, return_inverse=True)
    return np.asarray(np.eye(found.size)[place])


def _linked(first: Places, second: Places) -> Places:
    """Return a code of what is linked by either, (windows,)."""
    size = int(first.max()) + 1
    whole = size + int(second.max()) + 1
    edges = coo_array((np.ones(first.size), (first, size + second)), shape=(whole, whole))
    _, found = connected_components(edges, directed=False)
    return np.asarray(found[first], dtype=np.intp)
