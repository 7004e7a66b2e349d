"""What may be kept of a contact beside its ids: few values, short, and storable anywhere."""

import re
from collections.abc import Iterator, Mapping

from experiments.assignment.refusals import violation
from experiments.errors import Violation

Scalar = str | int | float | bool | None
MOST_ATTRIBUTES = 64
LONGEST_NAME = 64
LONGEST_TEXT = 1024
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


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
