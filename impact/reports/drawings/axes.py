"""Round places on the axes of a drawing, and labels that do not lie on each other."""

from itertools import pairwise

STEPS = (1, 2, 5, 7, 10, 14, 15, 20, 30, 60, 90, 120, 180, 365)
FLOOR_STEP = 0.05
FINE_STEP, FINE = 0.01, 0.1  # of small shares
MOST_SHARES = 7


def tick_values(end: float, most: int) -> list[float]:
    """Return round times from 0 to `end`, about `most` of them after 0.

    >>> tick_values(200.0, 6)
    [0.0, 60.0, 120.0, 180.0]
    """
    step = next((step for step in STEPS if end / step <= most), max(end / most, 1))
    return [step * float(place) for place in range(int(end // step) + 1)]


def floor(lowest: float) -> float:
    """Return where the axis starts: a round share below the lowest limit.

    >>> floor(0.763), floor(0.02)
    (0.75, 0.0)
    """
    return max(0.0, round(lowest // FLOOR_STEP * FLOOR_STEP, 2))


def ceiling(highest: float) -> float:
    """Return where the axis ends: a round share above the highest limit.

    >>> ceiling(0.013), ceiling(0.21), ceiling(1.0)
    (0.02, 0.25, 1.0)
    """
    step = FINE_STEP if highest < FINE else FLOOR_STEP
    return min(1.0, round((highest // step + 1) * step, 2))


def shares_up_to(high: float) -> list[float]:
    """Return round shares between 0 and `high`.

    >>> shares_up_to(0.03), shares_up_to(0.25)
    ([0.0, 0.01, 0.02, 0.03], [0.0, 0.05, 0.1, 0.15, 0.2, 0.25])
    """
    step = FINE_STEP if high <= FINE else FLOOR_STEP
    steps = round(high / step)
    stride = next(stride for stride in (1, 2, 4, 5) if steps <= MOST_SHARES * stride)
    return [round(step * place, 2) for place in range(0, steps + 1, stride)]


def share_ticks(low: float) -> list[float]:
    """Return round shares between `low` and 1.

    >>> share_ticks(0.85)
    [0.85, 0.9, 0.95, 1.0]
    """
    steps = round((1 - low) / FLOOR_STEP)
    stride = next(stride for stride in (1, 2, 4, 5) if steps <= MOST_SHARES * stride)
    return sorted(round(1 - FLOOR_STEP * place, 2) for place in range(0, steps + 1, stride))


def spread(values: list[float], gap: float) -> list[float]:
    """Move labels apart, as little as needed, in their order.

    >>> [round(value, 3) for value in spread([0.80, 0.81], 0.04)]
    [0.785, 0.825]
    """
    order = sorted(range(len(values)), key=values.__getitem__)
    moved = dict(zip(order, (values[place] for place in order), strict=True))
    for _ in values:
        for lower, upper in pairwise(order):
            lack = gap - (moved[upper] - moved[lower])
            if lack > 0:
                moved[lower] -= lack / 2
                moved[upper] += lack / 2
    return [moved[place] for place in range(len(values))]
