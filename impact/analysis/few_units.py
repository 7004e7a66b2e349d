"""Comparisons whose limits rest on a normal law, of arms too small for it: said of each row."""

from dataclasses import replace

from impact.analysis.estimates import Estimate
from impact.analysis.notes import joined
from impact.analysis.survey_names import WEIGHTED

FEWEST = 30  # units of an arm: of 10 such limits miss 7 to 9 times in a hundred, of 3 up to 19
NORMAL = frozenset({"kaplan_meier", "aalen_johansen", "partitioned_weighting", "delta", WEIGHTED})
ROUGH = f"rough: fewer than {FEWEST} units in an arm, whose limits are too narrow"


def with_few_units(estimates: tuple[Estimate, ...]) -> tuple[Estimate, ...]:
    """Return the rows, those that compare arms of few units by a normal law marked as rough.

    >>> row = Estimate(metric="handle_time", kind="ratio", method="delta",
    ...     quantity="ratio_difference", std_error=2.0, n_variant=29, n_baseline=400)
    >>> with_few_units((row,))[0].note
    'rough: fewer than 30 units in an arm, whose limits are too narrow'
    >>> with_few_units((replace(row, n_variant=30),))[0].note
    ''
    """
    return tuple(
        replace(row, note=joined(row.note, ROUGH)) if _is_rough(row) else row for row in estimates
    )


def _is_rough(row: Estimate) -> bool:
    if row.method not in NORMAL or row.std_error is None:
        return False
    if row.n_variant is None or row.n_baseline is None:
        return False
    return min(row.n_variant, row.n_baseline) < FEWEST
