"""From pairs of units in arms and the groups that cross them to what errors both ways need."""

import numpy as np

from impact.analysis.sufficient import ArmMoments, ClusterCounts, CrossedCounts, Moments
from impact.simulation.trials.grouping import OUTSIDE
from impact.simulation.trials.outcomes import Crossed, Floats, Integers, Texts

NAMES = ("y", "d")


def crossed_counts(crossed: Crossed, arms: Integers, variants: Texts) -> CrossedCounts:
    """Return the moments of pairs by arm, and the sums of each group and arm.

    >>> crossed = Crossed(unit=np.array([0, 0, 1]), group=np.array([0, 1, 1]),
    ...     numbers=np.array([[300.0, 1], [200, 1], [450, 2]]))
    >>> found = crossed_counts(crossed, np.array([0, 1]), np.array(["a", "b"]))
    >>> found.groups.cluster.tolist(), found.groups.variant.tolist(), found.groups.sums.tolist()
    ([0, 1, 1], ['a', 'a', 'b'], [[300.0, 1.0], [200.0, 1.0], [450.0, 2.0]])
    """
    kept = arms[crossed.unit] != OUTSIDE
    arm, group, numbers = arms[crossed.unit][kept], crossed.group[kept], crossed.numbers[kept]
    codes, place = np.unique(group * len(variants) + arm, return_inverse=True)
    sums = np.column_stack([np.bincount(place, column, len(codes)) for column in numbers.T])
    code_of_group, arm_of_code = np.divmod(codes, len(variants))
    return CrossedCounts(
        pairs=tuple(
            ArmMoments(variant=str(name), moments=_moments(numbers[arm == number]))
            for number, name in enumerate(variants)
        ),
        groups=ClusterCounts(
            names=NAMES,
            cluster=code_of_group.astype(np.int64),
            variant=variants[arm_of_code],
            n=np.bincount(place, minlength=len(codes)).astype(np.int64),
            sums=np.asarray(sums, dtype=np.float64),
        ),
    )


def _moments(rows: Floats) -> Moments:
    means = rows.mean(axis=0) if len(rows) else np.zeros(len(NAMES))
    centred = rows - means
    return Moments(names=NAMES, n=len(rows), means=means, cross=centred.T @ centred)
