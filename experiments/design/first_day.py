"""The first day on which something is found, and how many units have joined by then."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass

from experiments.design.demands import Unreachable
from experiments.design.enrolment import LONGEST, Joining

ALL_IN = 0.99  # of a forecast the last few never call


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """When it is found with the power demanded, and with how many units enrolled."""

    days: int
    units: float


def first_day(
    power: Callable[[int], float], demanded: float, enrolment: Joining
) -> Needed | Unreachable:
    """Return the first day with the power: it never falls while time passes, so by halving.

    >>> from experiments.design.enrolment import Enrolment
    >>> first_day(lambda day: day / 100, 0.8, Enrolment(per_day=50))
    Needed(days=80, units=4000)
    """
    day = 1 + bisect_left(range(1, LONGEST + 1), demanded, key=power)
    if day <= LONGEST:
        return Needed(days=day, units=enrolment.enrolled(day))
    if enrolment.population is not None and _are_all_in(enrolment, enrolment.population):
        return Unreachable(reason="Even all there are would be too few, however long it runs.")
    return Unreachable(reason="At this rate ten years are not enough.")


def _are_all_in(enrolment: Joining, population: float) -> bool:
    return enrolment.enrolled(LONGEST) > ALL_IN * population
