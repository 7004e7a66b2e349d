"""Limits by a normal law are marked where an arm has a handful of units."""

from dataclasses import replace

import pytest

from impact.analysis.estimates import Estimate
from impact.analysis.few_units import ROUGH, with_few_units

DIFFERENCE = Estimate(
    metric="churn", kind="time_to_event", method="kaplan_meier", quantity="rmst_difference",
    variant="care", baseline="clock", value=1.0, std_error=0.5, n_variant=29, n_baseline=900,
)  # fmt: skip


def test_a_difference_of_few_units_says_so_behind_what_it_said() -> None:
    rows = with_few_units((DIFFERENCE, replace(DIFFERENCE, note="interim")))

    assert [row.note for row in rows] == [ROUGH, f"interim; {ROUGH}"]


@pytest.mark.parametrize(
    "changes",
    [
        {"n_variant": 30},
        {"method": "welch"},
        {"std_error": None},
        {"baseline": "", "n_baseline": None},
    ],
)
def test_other_rows_stay_as_they_are(changes: dict[str, object]) -> None:
    row = replace(DIFFERENCE, **changes)  # type: ignore[arg-type]  # of the field's type

    assert with_few_units((row,)) == (row,)
