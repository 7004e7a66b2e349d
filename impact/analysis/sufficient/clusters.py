"""Sums of units by the groups that hold them: clusters, windows of time and crossing groups."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impact.analysis.sufficient.moments import ArmMoments
from impact.analysis.sufficient.parts import ALL, Floats, Integers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClusterCounts:
    """Units of one metric added up by cluster and arm: an entry per pair of them.

    `cluster` holds codes without meaning, `n` how many units, `sums` (entries, k) the sums of the
    k numbers that `names` labels as those of `Moments`; "x" comes with the products "xy" and "xx".
    `left_out` units had no cluster. `shared`: the segments of a column have the same codes.
    """

    segment: str = ALL
    names: tuple[str, ...]
    cluster: Integers
    variant: NDArray[np.str_]
    n: Integers
    sums: Floats
    left_out: int = 0
    shared: bool = False

    def number(self, name: str) -> Floats:
        """Return the sums of one of the numbers, shape (entries,).

        Raises:
            ValueError: it is none of `names`.

        >>> counts = ClusterCounts(names=("y", "d"), cluster=np.arange(2), n=np.array([9, 8]),
        ...     variant=np.array(["a", "b"]), sums=np.array([[600.0, 3.0], [500.0, 2.0]]))
        >>> counts.number("d")
        array([3., 2.])
        """
        return np.asarray(self.sums[:, self.names.index(name)])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WindowCounts:
    """A metric's sums by window of time, an entry per window and arm in the order of time.

    `counts` has the windows for clusters, `day` a code of the day that each began on, `block` a
    code of the windows among which its variant was drawn, None where that is not known. `before` is
    the variant of the window before it, "" where it is unknown; None in statistics stored without
    it.
    """

    counts: ClusterCounts
    day: Integers
    block: Integers | None = None
    before: NDArray[np.str_] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CrossedCounts:
    """A ratio's sums "y" and "d" by what crosses its units.

    `pairs` are moments per arm of the sums of each pair of unit and crossing group, `groups` the
    sums of each group and arm.
    """

    pairs: tuple[ArmMoments, ...]
    groups: ClusterCounts
