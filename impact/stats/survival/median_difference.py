"""How much later one arm reaches its median than another.

The limits recover each arm's variance from its own limits (MOVER; Zou and Donner 2008, Statistics
in Medicine 27:1693): with d the difference of m1 in [l1, u1] and m0 in [l0, u0],

    d - sqrt((m1 - l1)^2 + (u0 - m0)^2)    to    d + sqrt((u1 - m1)^2 + (m0 - l0)^2)

So they need no density at the median, and are as uneven as the arms' limits are. A limit that an
arm does not reach leaves that side open.
"""

from dataclasses import dataclass
from math import hypot

from impact.stats.survival.median import Median


@dataclass(frozen=True, slots=True, kw_only=True)
class MedianDifference:
    """Variant minus baseline; a limit that the arms do not reach is None."""

    value: float
    ci_low: float | None
    ci_high: float | None


def median_difference(variant: Median, baseline: Median) -> MedianDifference:
    """Return the difference of two medians, with limits from theirs at the same level.

    >>> found = median_difference(Median(value=10, ci_low=7, ci_high=16),
    ...                           Median(value=6, ci_low=2, ci_high=10))
    >>> found.value, found.ci_low, round(found.ci_high, 4)
    (4, -1.0, 11.2111)
    """
    value = variant.value - baseline.value
    below = _reach(variant.value, variant.ci_low, baseline.ci_high, baseline.value)
    above = _reach(variant.ci_high, variant.value, baseline.value, baseline.ci_low)
    return MedianDifference(
        value=value,
        ci_low=None if below is None else value - below,
        ci_high=None if above is None else value + above,
    )


def _reach(
    high: float | None, low: float | None, other_high: float | None, other_low: float | None
) -> float | None:
    if high is None or low is None or other_high is None or other_low is None:
        return None
    return hypot(high - low, other_high - other_low)
