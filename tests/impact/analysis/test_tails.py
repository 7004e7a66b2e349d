"""What the mean of one arm may be trusted for: long tails, and a cap that is itself estimated."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from experiments.plan.document import Metric, Source, Table
from experiments.plan.winsorising import Winsorising
from impact.analysis.estimates import Estimate
from impact.analysis.means import estimate_means
from impact.analysis.tails import ROUGH
from impact.analysis.winsorised import UNKNOWN_CAP
from tests.impact.analysis.building import SPEND, arms_of, only, plan_of

PLAIN = replace(SPEND, adjustment=None)
CAP = 60.0


def amounts(n: int) -> dict[str, NDArray[np.float64]]:
    """Return amounts of which seven of ten are nothing, by arm."""
    rng = np.random.default_rng(n)
    return {
        arm: rng.lognormal(4.0, 1.0, (n, 1)) * (rng.random((n, 1)) < 0.3)
        for arm in ("control", "patient")
    }


def rows_of(metric: Metric, values: dict[str, NDArray[np.float64]]) -> tuple[Estimate, ...]:
    return estimate_means(plan_of(metric), metric, arms_of(("y",), values), look=None)


@pytest.mark.parametrize(("n", "note"), [(100, ROUGH), (20_000, "")])
def test_the_mean_of_few_units_with_a_long_tail_is_said_to_be_rough(n: int, note: str) -> None:
    rows = rows_of(PLAIN, amounts(n))

    assert {row.note for row in rows if row.quantity == "mean"} == {note}
    assert only(rows, "spend", "mean_difference").note == ""


def test_answers_of_a_survey_have_no_tail() -> None:
    survey = replace(PLAIN, source=Source(table=Table.SURVEYS, column="score"))

    rows = rows_of(survey, amounts(100))

    assert {row.note for row in rows} == {""}


def test_a_mean_without_an_error_is_not_said_to_be_rough() -> None:
    alike = {arm: np.full((5, 1), 3.0) for arm in ("control", "patient")}

    rows = rows_of(PLAIN, alike)

    assert {row.note for row in rows if row.quantity == "mean"} == {""}


@pytest.mark.parametrize(
    ("winsorising", "known"),
    [(Winsorising(cap=CAP), True), (Winsorising(quantile=0.9), False)],
)
def test_a_capped_mean_has_limits_where_the_cap_is_known(
    winsorising: Winsorising, *, known: bool
) -> None:
    metric = replace(PLAIN, winsorising=winsorising)
    both = {
        arm: np.hstack([values, np.minimum(values, CAP)]) for arm, values in amounts(20_000).items()
    }

    rows = estimate_means(plan_of(metric), metric, arms_of(("y", "w"), both), look=None, cap=CAP)

    level = only(rows, "spend", "mean", method="winsorised", variant="control")
    assert level.value == pytest.approx(both["control"][:, 1].mean())
    assert [level.std_error is not None, level.ci_low is not None] == [known, known]
    assert level.note.endswith(UNKNOWN_CAP) is not known
    difference = only(rows, "spend", "mean_difference", method="winsorised")
    assert difference.ci_low is not None
    assert UNKNOWN_CAP not in difference.note
