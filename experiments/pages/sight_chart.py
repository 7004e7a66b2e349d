"""The curve of what a test can see by day, as points of an inline drawing."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from experiments.design.demands import Unreachable
from experiments.design.prospect import Moment

WIDTH, HEIGHT = 360, 220
LEFT, RIGHT, TOP, BOTTOM = 44, 16, 14, 40
LOWEST, HIGHEST = 0.005, 1.0
LEVELS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
MONTHS_SHOWN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A place on an axis and its label."""

    at: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Where everything stands, in the units of the drawing."""

    points: str
    days: tuple[Mark, ...]
    levels: tuple[Mark, ...]
    wanted: float
    needed: float | None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def days_drawn(last: int) -> tuple[int, ...]:
    """Return the days at which the curve is computed, closer together at its steep start.

    >>> days_drawn(180)[:3], days_drawn(180)[-1]
    ((1, 2, 3), 180)
    """
    steps = 40
    return tuple(sorted({math.ceil(last * (step / steps) ** 2) for step in range(1, steps + 1)}))


def draw(moments: Iterable[Moment], *, last: int, wanted: float, needed: int | None) -> Chart:
    """Return the curve of the smallest change seen, on a logarithmic scale, until `last`."""
    seen = [
        (moment.day, moment.change)
        for moment in moments
        if not isinstance(moment.change, Unreachable) and LOWEST <= moment.change <= HIGHEST
    ]
    step = _round_step(last)
    return Chart(
        points=" ".join(f"{_x(day, last):.1f},{_y(change):.1f}" for day, change in seen),
        days=tuple(Mark(at=_x(day, last), label=str(day)) for day in range(0, last + 1, step)),
        levels=tuple(Mark(at=_y(level), label=f"{100 * level:g}%") for level in LEVELS),
        wanted=_y(min(max(wanted, LOWEST), HIGHEST)),
        needed=None if needed is None or needed > last else _x(needed, last),
    )


def _round_step(last: int) -> int:
    """Return whole months between marks, so that about six fit."""
    return 30 * max(1, math.ceil(last / 30 / MONTHS_SHOWN))


def _x(day: float, last: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * day / last


def _y(change: float) -> float:
    depth = math.log(HIGHEST / change) / math.log(HIGHEST / LOWEST)
    return TOP + (HEIGHT - TOP - BOTTOM) * depth
