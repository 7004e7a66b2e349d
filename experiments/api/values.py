"""Values that several bodies share: instants and attributes, and the rules they keep."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from experiments.assignment.refusals import violation
from experiments.errors import InvalidRequest, Violation

Scalar = str | int | float | bool | None
MOST_ATTRIBUTES = 64
LONGEST_NAME = 64
LONGEST_TEXT = 1024
EXAMPLE = "2026-01-05T09:30:00+01:00"
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def instant(field: str, text: str, *, now: datetime, skew: timedelta) -> datetime:
    """Return a time as an instant of UTC.

    Raises:
        InvalidRequest: no ISO 8601, without an offset, or further ahead than a clock's `skew`.
    """
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        rule = f"must be a time as in ISO 8601: {EXAMPLE}"
        raise InvalidRequest(violation(field, text, rule)) from None
    if given.tzinfo is None:
        rule = f"must carry an offset from UTC: {EXAMPLE}"
        raise InvalidRequest(violation(field, text, rule))
    if given - now > skew:
        raise InvalidRequest(violation(field, text, "must not lie in the future"))
    return given.astimezone(UTC)


def attributes_violations(attributes: Mapping[str, Scalar]) -> Iterator[Violation]:
    """Yield every rule that attributes break: few, short, and what any database keeps."""
    if len(attributes) > MOST_ATTRIBUTES:
        yield violation("attributes", len(attributes), f"must be at most {MOST_ATTRIBUTES}")
    for name, value in attributes.items():
        if not 1 <= len(name) <= LONGEST_NAME or _UNFIT.search(name):
            rule = f"names must have 1 to {LONGEST_NAME} characters, none of control"
            yield violation("attributes", name, rule)
        if isinstance(value, str) and (len(value) > LONGEST_TEXT or _UNFIT.search(value)):
            rule = f"must have at most {LONGEST_TEXT} characters, none of control"
            yield violation(f"attributes.{name}", value, rule)
