"""Rows about compliers, from files of rows: R's numbers, weak assignment, and what is unknown."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from experiments.plan.document import Plan
from impact.analysis.compliance.rows import UNSURE
from impact.analysis.estimates import Estimate
from impact.analysis.evaluate import evaluate
from impact.stats.compliance.complier_effect import CERTAIN
from tests.impact.analysis.observing import rows_of
from tests.impact.join.tables import AS_OF, compute, plan_of
from tests.impact.stats.answers import known
from tests.impact.stats.oracle import columns, quantity
from tests.reference import needs_reference

ASSIGNED = "2026-03-01T10:00"


def plan(compliance: str, fields: str = "kind: mean, source: observations.y") -> Plan:
    head = f"compliance: {compliance}"
    return plan_of("- {key: spend, role: primary, " + fields + "}", head=head)


def found(rows: Sequence[Estimate], quantity: str, method: str) -> Estimate:
    (row,) = [row for row in rows if (row.quantity, row.method) == (quantity, method)]
    return row


def reference() -> tuple[list[dict[str, object]], list[float]]:
    data = columns("oracle/s7_iv.csv")
    assignments: list[dict[str, object]] = [
        {
            "unit_id": f"{number:05}",
            "variant": "ab"[int(z)],
            "assigned_at": ASSIGNED,
            "received": received == "1",
            "dose": 60.0 * float(minutes),
            "x": x,
        }
        for number, (z, received, minutes, x) in enumerate(
            zip(*(data.text[name] for name in ("z", "received", "minutes", "x")), strict=True)
        )
    ]
    return assignments, data.number("y").tolist()


@needs_reference
def test_rows_give_the_two_stage_least_squares_of_r() -> None:
    asked = plan(
        "{received: received, dose: dose, dose_unit: second}",
        "kind: mean, source: observations.y, adjustment: {covariate: x}",
    )

    rows = rows_of(asked, *reference())

    for name, case in (("complier_average_effect", "received"), ("effect_per_minute", "minutes")):
        expected, rtol = quantity("s7_iv", f"tsls_{case}")
        row = found(rows, name, "two_stage_least_squares")
        assert row.value == pytest.approx(expected["coef"], rel=rtol)
        assert row.std_error == pytest.approx(expected["se_hc1"], rel=rtol)
        assert row.population == "complier"
        assert "acts only through" in row.note
        assert "effective F" in row.note


@needs_reference
def test_the_set_stands_beside_the_estimate_and_assignment_comes_first() -> None:
    rows = rows_of(plan("received"), *reference())

    expected, rtol = quantity("s7_iv", "itt")
    by_assignment = found(rows, "mean_difference", "welch")
    first_stage = found(rows, "coefficient", "first_stage")
    interval = found(rows, "complier_average_effect", "anderson_rubin")
    assert by_assignment.value == pytest.approx(expected["diff"], rel=rtol)
    assert first_stage.value == pytest.approx(expected["compliance"], rel=rtol)
    assert known(first_stage.statistic) > 10
    assert interval.value == pytest.approx(expected["diff"] / expected["compliance"], rel=rtol)
    assert known(interval.ci_low) < known(interval.value) < known(interval.ci_high)
    assert rows.index(by_assignment) < rows.index(first_stage) < rows.index(interval)


def weak(seed: int, difference: float) -> tuple[list[dict[str, object]], list[float]]:
    """Units whose treatment hardly follows what they were assigned to."""
    rng = np.random.default_rng(seed)
    z = np.repeat([0, 1], 300)
    taken = (np.arange(600) % 2 == 1) | (np.arange(600) == 598)
    y = rng.normal(0, 1, 600) + difference * z
    assignments: list[dict[str, object]] = [
        {
            "unit_id": f"{number:05}",
            "variant": "ab"[arm],
            "assigned_at": ASSIGNED,
            "served_variant": "ab"[int(served)],
        }
        for number, (arm, served) in enumerate(zip(z, taken, strict=True))
    ]
    return assignments, y.tolist()


@pytest.mark.parametrize(("difference", "shown"), [(0.0, "(-inf, inf)"), (0.5, "] U [")])
def test_hardly_moved_treatment_gives_the_whole_line_or_two_rays(
    difference: float, shown: str
) -> None:
    rows = rows_of(plan("served_variant"), *weak(3, difference))

    estimate = found(rows, "complier_average_effect", "two_stage_least_squares")
    open_set = found(rows, "complier_average_effect", "anderson_rubin")
    assert estimate.value is None
    assert "effective F" in estimate.note
    assert shown in open_set.ci_set
    assert (open_set.value, open_set.ci_low, open_set.ci_high) == (None, None, None)


@pytest.mark.parametrize(("moved", "is_sure"), [(120, False), (290, True)])
def test_an_estimate_says_where_the_first_stage_is_too_weak_for_its_error(
    moved: int, *, is_sure: bool
) -> None:
    assignments, y = weak(3, 0.0)
    for number in range(300, 300 + moved):  # of the treated, who then take it wherever they are
        assignments[number]["served_variant"] = "b"

    rows = rows_of(plan("served_variant"), assignments, y)

    first_stage = found(rows, "coefficient", "first_stage")
    estimate = found(rows, "complier_average_effect", "two_stage_least_squares")
    assert (known(first_stage.statistic) >= CERTAIN) is is_sure
    assert estimate.p_value is not None
    assert (UNSURE in estimate.note) is not is_sure


def assigned(received: Sequence[object]) -> list[dict[str, object]]:
    return [
        {
            "unit_id": str(number),
            "variant": "ab"[number % 2],
            "assigned_at": ASSIGNED,
            "received": value,
        }
        for number, value in enumerate(received)
    ]


@pytest.mark.parametrize(
    ("received", "reason"),
    [
        ([True] * 40, "everybody received the same treatment"),
        ([None] * 40, "no unit has a known received"),
        ([None, True] * 5 + [False, True] * 15, "received is not known of 25% of a"),
        ([False, True], "fewer than two units in one of the arms"),
    ],
)
def test_what_cannot_be_told_is_a_row_with_its_reason(
    received: Sequence[object], reason: str
) -> None:
    outcomes = [float(number % 7) for number in range(len(received))]

    rows = rows_of(plan("received"), assigned(received), outcomes)

    row = found(rows, "complier_average_effect", "two_stage_least_squares")
    assert (row.value, row.note, row.population) == (None, reason, "complier")
    assert found(rows, "mean_difference", "welch").variant == "b"


def test_who_took_what_was_assigned_has_the_effect_of_assignment() -> None:
    outcomes = [float(number % 7) + number % 2 for number in range(40)]

    rows = rows_of(plan("received"), assigned([False, True] * 20), outcomes)

    effect = found(rows, "complier_average_effect", "two_stage_least_squares")
    assert effect.value == pytest.approx(known(found(rows, "mean_difference", "welch").value))
    assert "everybody received what was assigned" in effect.note


def test_a_hazard_is_not_divided_by_a_share() -> None:
    asked = plan("received", "kind: time_to_event, source: churn")
    counted = compute(asked, assigned([False, True] * 20), churn=[])

    rows = evaluate(asked, counted, as_of=AS_OF).estimates

    assert (
        "proportion that churned"
        in found(rows, "complier_average_effect", "two_stage_least_squares").note
    )


def test_before_the_planned_end_there_is_no_p_value() -> None:
    asked = plan("received")
    ahead = replace(asked, looks=replace(asked.looks, planned_end=date(2027, 1, 1)))
    outcomes = [float(number % 7) for number in range(40)]

    rows = rows_of(ahead, assigned([False, True, True, True] * 10), outcomes)

    assert {row.p_value for row in rows if row.metric == "spend"} == {None}


@needs_reference
def test_alike_units_have_the_errors_of_r_between_clusters() -> None:
    asked = plan(
        "{received: received, dose: dose, dose_unit: second}",
        "kind: mean, source: observations.y, cluster: team, adjustment: {covariate: x}",
    )
    assignments, outcomes = reference()
    teams = columns("oracle/s7_iv.csv").text["team"].tolist()
    assert len(set(teams)) >= 40
    rows = rows_of(
        asked,
        [{**row, "team": team} for row, team in zip(assignments, teams, strict=True)],
        outcomes,
    )

    for name, case in (("complier_average_effect", "received"), ("effect_per_minute", "minutes")):
        expected, rtol = quantity("s7_iv", f"tsls_{case}")
        row = found(rows, name, "two_stage_least_squares")
        assert row.value == pytest.approx(expected["coef"], rel=rtol)
        assert row.std_error == pytest.approx(expected["se_cl_hc1"], rel=rtol)


def test_between_no_effect_and_a_weak_first_stage_the_set_is_still_shown() -> None:
    rng = np.random.default_rng(5)
    taken = [number % 8 == 1 or number in {0, 2, 3, 11, 19} for number in range(48)]
    outcomes = [float(value) for value in rng.normal(0, 1, 48)]

    rows = rows_of(plan("received"), assigned(taken), outcomes)

    first_stage = found(rows, "coefficient", "first_stage")
    interval = found(rows, "complier_average_effect", "anderson_rubin")
    assert 4.1 < known(first_stage.statistic) < 10
    assert found(rows, "complier_average_effect", "two_stage_least_squares").value is None
    assert known(interval.ci_low) < known(interval.value) < known(interval.ci_high)


def test_clusters_of_one_outcome_say_so() -> None:
    asked = plan("received", "kind: mean, source: observations.y, cluster: team")
    rows = assigned([number % 3 == 0 for number in range(90)])
    teams = [{**row, "team": f"t{number // 2}"} for number, row in enumerate(rows)]

    effect = found(
        rows_of(asked, teams, [1.0] * 90), "complier_average_effect", "two_stage_least_squares"
    )

    assert (effect.value, effect.note) == (None, "the outcome has one value in each arm")
