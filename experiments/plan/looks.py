"""When a plan lets its answer be read, and what keeps an early reading honest."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class LookRule(StrEnum):
    """What makes an interval before the planned end valid."""

    CONFIDENCE_SEQUENCE = "confidence_sequence"
    OBRIEN_FLEMING = "obrien_fleming"
    POCOCK = "pocock"

    @property
    def has_dates(self) -> bool:
        """Whether only readings on the stated dates are looks: so for bounds that spend."""
        return self is not LookRule.CONFIDENCE_SEQUENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """When the answer may be read.

    Without a `rule` there is one look, at `planned_end`: before it no interval is shown, and
    without a planned end the fixed-sample answer may be read always. `dates` are the looks before
    the planned end, ascending. `planned_units` (of all arms together, for metrics with a window)
    and `planned_events` (for times to an event) are the information expected at the planned end.
    """

    planned_end: date | None = None
    rule: LookRule | None = None
    dates: tuple[date, ...] = ()
    planned_units: int | None = None
    planned_events: int | None = None

    def number_on(self, today: date) -> int | None:
        """Return the number of the look that is next or now, None from the planned end on.

        >>> looks = Looks(planned_end=date(2026, 12, 1), dates=(date(2026, 10, 1),))
        >>> looks.number_on(date(2026, 10, 1)), looks.number_on(date(2026, 10, 2))
        (1, 2)
        >>> looks.number_on(date(2026, 12, 1)) is None
        True
        """
        if self.planned_end is None or today >= self.planned_end:
            return None
        return 1 + sum(look < today for look in self.dates)
