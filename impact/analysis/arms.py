"""Arms side by side: by segment, in pairs with the control, an empty arm where one has no units."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

import numpy as np

from impact.analysis.rows import Sides
from impact.analysis.sufficient import (
    ALL,
    ArmAdjusted,
    ArmLifetime,
    ArmMoments,
    ArmProportion,
    ArmQuantile,
    Moments,
)
from impact.stats.means.welch import Sample

Arm = TypeVar("Arm", ArmAdjusted, ArmLifetime, ArmMoments, ArmProportion, ArmQuantile)


def by_segment(
    arms: Iterable[Arm], variants: tuple[str, ...], empty: Callable[[str, str], Arm]
) -> Iterator[tuple[str, dict[str, Arm]]]:
    """Yield each segment with one arm per variant, the whole experiment first.

    `empty(variant, segment)` stands in for an arm without units.

    >>> arms = [ArmProportion(variant=arm, segment=segment, n=n, successes=1)
    ...     for arm, segment, n in (("a", "tier=pro", 3), ("a", "all", 9), ("b", "all", 8))]
    >>> def empty(variant, segment):
    ...     return ArmProportion(variant=variant, segment=segment, n=0, successes=0)
    >>> for segment, found in by_segment(arms, ("a", "b"), empty):
    ...     print(segment, {name: arm.n for name, arm in found.items()})
    all {'a': 9, 'b': 8}
    tier=pro {'a': 3, 'b': 0}
    """
    found = {(arm.segment, arm.variant): arm for arm in arms}
    segments = {segment for segment, _ in found} | {ALL}
    for segment in sorted(segments, key=lambda name: (name != ALL, name)):
        yield (
            segment,
            {name: found.get((segment, name)) or empty(name, segment) for name in variants},
        )


def pairs(arms: Mapping[str, Arm], control: str) -> Iterator[tuple[Arm, Arm]]:
    """Yield every variant's arm with the control's.

    >>> arms = {name: ArmProportion(variant=name, n=9, successes=n) for n, name in enumerate("abc")}
    >>> [(arm.variant, control.variant) for arm, control in pairs(arms, "a")]
    [('b', 'a'), ('c', 'a')]
    """
    for variant, arm in arms.items():
        if variant != control:
            yield arm, arms[control]


def empty_moments(names: tuple[str, ...], variant: str, segment: str) -> ArmMoments:
    """Return an arm without units, of moments with these names.

    >>> empty_moments(("y", "d"), "b", "all").moments.n
    0
    """
    size = len(names)
    moments = Moments(names=names, n=0, means=np.zeros(size), cross=np.zeros((size, size)))
    return ArmMoments(variant=variant, segment=segment, moments=moments)


def sides_of(variant: ArmMoments, control: ArmMoments) -> Sides:
    """Return the two arms of a comparison of moments.

    >>> control, empty = empty_moments(("y",), "a", "all"), empty_moments(("y",), "b", "all")
    >>> sides = sides_of(empty, control)
    >>> sides.variant, sides.baseline, sides.n_variant
    ('b', 'a', 0)
    """
    return Sides(
        variant=variant.variant,
        n_variant=variant.moments.n,
        baseline=control.variant,
        n_baseline=control.moments.n,
    )


def sample_of(moments: Moments, position: int = 0) -> Sample:
    """Return one of the numbers of a moments vector as a sample.

    >>> sample_of(Moments(names=("y",), n=3, means=np.array([2.0]), cross=np.array([[8.0]])))
    Sample(n=3, mean=2.0, variance=4.0)
    """
    return Sample(
        n=moments.n,
        mean=float(moments.means[position]),
        variance=covariance(moments, position, position),
    )


def covariance(moments: Moments, first: int, second: int) -> float:
    """Return the sample covariance of two of the numbers; 0 while there are fewer than two units.

    >>> covariance(Moments(names=("y",), n=3, means=np.ones(1), cross=np.full((1, 1), 8.0)), 0, 0)
    4.0
    """
    return float(moments.cross[first, second]) / max(moments.n - 1, 1)
