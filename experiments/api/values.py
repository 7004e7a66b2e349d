"""Values that several bodies share: instants, and the rules they keep."""

from datetime import UTC, datetime, timedelta

from experiments.assignment.refusals import violation
from experiments.errors import InvalidRequest

EXAMPLE = "2026-01-05T09:30:00+01:00"
FIRST_YEAR = 1900  # as for records: what is earlier is a date that nobody meant


def instant(field: str, text: str, *, now: datetime, skew: timedelta) -> datetime:
    """Return a time as an instant of UTC.

    Raises:
        InvalidRequest: no ISO 8601, without an offset, before 1900, or further ahead than a
            clock's `skew`.
    """
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        rule = f"must be a time as in ISO 8601: {EXAMPLE}"
        raise InvalidRequest(violation(field, text, rule)) from None
    if given.tzinfo is None:
        rule = f"must carry an offset from UTC: {EXAMPLE}"
        raise InvalidRequest(violation(field, text, rule))
    if given.year < FIRST_YEAR:
        raise InvalidRequest(violation(field, text, f"must not lie before {FIRST_YEAR}"))
    if given - now > skew:
        raise InvalidRequest(violation(field, text, "must not lie in the future"))
    return given.astimezone(UTC)
