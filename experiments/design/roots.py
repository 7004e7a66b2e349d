"""Where a growing quantity reaches a value: the inverse of a power function."""

import math
from collections.abc import Callable, Iterator

STEP = 1.1


def crossing(grows: Callable[[float], float], target: float, low: float, high: float) -> float:
    """Return where a function that grows from `low` to `high`, both 0 or more, meets the target.

    It must be below the target at `low` and not below it at `high`; the answer is within 2**-49
    of `high`. Oliveira and Takahashi (2020), ACM TOMS 47:5: interpolates, truncates and projects,
    so that it takes few steps where the function is smooth and never more than halving and one.

    >>> round(crossing(lambda x: x * x, 2.0, 0.0, 2.0), 12)
    1.414213562373
    """
    under, over = grows(low) - target, grows(high) - target
    finest = high * 2.0**-50
    pull = 0.2 / (high - low) if high > low else 0.0
    reach = 2 * (high - low)
    while high - low > 2 * finest and over > 0:
        place = _place(low, high, under, over, pull=pull, reach=reach)
        miss = grows(place) - target
        if miss < 0:
            low, under = place, miss
        else:
            high, over = place, miss
        reach /= 2
    return high


def _place(
    low: float, high: float, under: float, over: float, *, pull: float, reach: float
) -> float:
    """Return where to look next: the straight line's guess, kept near the middle."""
    middle = (low + high) / 2
    line = (high * under - low * over) / (under - over)
    towards = math.copysign(1.0, middle - line)
    shift = min(pull * (high - low) ** 2, abs(middle - line))
    room = max(0.0, reach / 2 - (high - low) / 2)
    guess = line + towards * shift
    return guess if abs(guess - middle) <= room else middle - towards * room


def first_crossing(
    function: Callable[[float], float], target: float, low: float, high: float
) -> float | None:
    """Return the first place between two bounds where a function reaches the target, or None.

    It may fall again afterwards: it is searched upwards in steps of a tenth, so a stretch in
    which it stays at the target must be at least as long.

    >>> first_crossing(lambda x: 1 - (x - 0.5) ** 2, 2, 1e-4, 1.0) is None
    True
    """
    before = low
    for place in _steps(low, high):
        if function(place) >= target:
            return crossing(function, target, before, place)
        before = place
    return None


def _steps(low: float, high: float) -> Iterator[float]:
    place = low
    while place < high:
        yield place
        place *= STEP
    yield high
