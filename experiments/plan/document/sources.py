"""Where an outcome comes from, and how a unit's rows become one number."""

from dataclasses import dataclass
from enum import StrEnum


class Table(StrEnum):
    """Where outcomes come from."""

    CONTACTS = "contacts"
    CHURN = "churn"
    REVENUE = "revenue"
    SURVEYS = "surveys"
    OBSERVATIONS = "observations"


class Aggregate(StrEnum):
    """How a unit's rows inside the window become one number."""

    SUM = "sum"
    COUNT = "count"
    ANY = "any"
    MEAN = "mean"
    EACH = "each"  # every row for itself: a quantile is of rows, such as contacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One number per unit: rows of `table` in the window, `column` of each, aggregated.

    `column` is empty for a count of rows and for churn. For observations it names the metric.
    `where` keeps rows whose column equals the value, as text.
    """

    table: Table
    column: str = ""
    aggregate: Aggregate = Aggregate.SUM
    where: tuple[tuple[str, str], ...] = ()
