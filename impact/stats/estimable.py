"""What a statistic answers when there is no number to give."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NotEstimable:
    """No estimate, and why: the reason is a clause that a reader of the report understands.

    >>> NotEstimable("no events in either arm").reason
    'no events in either arm'
    """

    reason: str
