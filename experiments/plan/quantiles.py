"""The quantile of a metric of that kind: how many are at or below it, as a share."""

from experiments.plan.document import Kind
from experiments.plan.fields import Section
from experiments.plan.numbers import number

HIGHEST = 1


def read_quantile(section: Section, kind: Kind) -> float | None:
    """Return the share at or below the quantile; None for another kind."""
    share = number(section, "quantile")
    if (kind is Kind.QUANTILE) != (section.given("quantile") is not None):
        section.refuse("quantile", "a quantile is given, and only by a metric of that kind")
    elif share is not None and not 0 < share < HIGHEST:
        section.refuse("quantile", "must lie between 0 and 1, both excluded")
    return share
