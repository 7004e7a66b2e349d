"""What is left of a row that may not say all that a method computed."""

from dataclasses import replace

from impact.analysis.estimates import Estimate
from impact.analysis.notes import joined


def without_answer(row: Estimate, reason: str) -> Estimate:
    """Return a row of which nothing is left but what it speaks of and why it says nothing."""
    return replace(
        row,
        value=None,
        std_error=None,
        ci_low=None,
        ci_high=None,
        ci_set="",
        confidence_level=None,
        statistic=None,
        df=None,
        p_value=None,
        note=reason,
    )


def value_alone(row: Estimate, reason: str) -> Estimate:
    """Return a row without its uncertainty and its test, the reason behind its note."""
    return replace(
        row,
        std_error=None,
        ci_low=None,
        ci_high=None,
        confidence_level=None,
        statistic=None,
        df=None,
        p_value=None,
        note=joined(row.note, reason),
    )
