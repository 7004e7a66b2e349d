"""Winsorising, fixed before the data is seen: values above a cap count as the cap."""

from dataclasses import dataclass

from experiments.plan.fields import Section
from experiments.plan.numbers import number

HIGHEST_QUANTILE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Winsorising:
    """Exactly one: the `cap` itself, or the `quantile` of the units of all arms that is the cap."""

    cap: float | None = None
    quantile: float | None = None


def read_winsorising(section: Section) -> Winsorising | None:
    """Return how a metric's values are capped; None where they are not."""
    inner = section.section("winsorising")
    if inner is None:
        return None
    found = Winsorising(cap=number(inner, "cap"), quantile=number(inner, "quantile"))
    if (inner.given("cap") is None) == (inner.given("quantile") is None):
        section.refuse("winsorising", "needs exactly one of cap and quantile")
    if found.quantile is not None and not 0 < found.quantile < HIGHEST_QUANTILE:
        inner.refuse("quantile", "must lie between 0 and 1, both excluded")
    inner.refuse_unknown()
    return found
