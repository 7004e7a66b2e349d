"""Numbers per unit whose moments are asked for together."""

from collections.abc import Iterator
from dataclasses import dataclass

from ibis.expr.types import BooleanValue, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """The numbers per unit whose moments are asked for, and the units that count.

    `values` has one column per name; units where one of them is null do not count.
    """

    key: str
    names: tuple[str, ...]
    values: tuple[Value, ...]
    counts: BooleanValue

    @property
    def complete(self) -> BooleanValue:
        """Return whether a unit counts."""
        condition = self.counts
        for value in self.values:
            condition &= value.notnull()
        return condition

    def masked(self) -> Iterator[tuple[str, Value]]:
        """Yield the numbers, null where a unit does not count: twice as fast as to filter sums."""
        for index, value in enumerate(self.values):
            yield self.column(index), self.complete.ifelse(value.cast("float64"), None)

    def column(self, index: int) -> str:
        """Return the name of the column of a masked number."""
        return f"{self.key}__{index}"
