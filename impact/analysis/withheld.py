"""What is left of a row that may not say all that a method computed."""

from dataclasses import replace

from impact.analysis.estimates import Estimate
from impact.analysis.notes import joined


def without_answer(row: Estimate, reason: str) -> Estimate:
    """Return a row of which nothing is left but what it speaks of and why it says nothing.

    >>> row = Estimate(metric="paid", kind="mean", method="welch", quantity="mean_difference",
    ...     value=3.0, std_error=1.5, n_variant=40, note="rough")
    >>> found = without_answer(row, "the split changed")
    >>> found.value, found.n_variant, found.note
    (None, 40, 'the split changed')
    """
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
    """Return a row without its uncertainty and its test, the reason behind its note.

    >>> row = Estimate(metric="paid", kind="mean", method="welch", quantity="mean_difference",
    ...     value=3.0, std_error=1.5, ci_set="[0.1, 5.9]", note="rough")
    >>> found = value_alone(row, "units are alike")
    >>> found.value, found.std_error, found.ci_set, found.note
    (3.0, None, '', 'rough; units are alike')
    """
    return replace(
        row,
        std_error=None,
        ci_low=None,
        ci_high=None,
        ci_set="",
        confidence_level=None,
        statistic=None,
        df=None,
        p_value=None,
        note=joined(row.note, reason),
    )
