"""Experiments at the same time: the overlap matrix, arms that lean, effects that differ."""

from dataclasses import replace

import numpy as np

from experiments.plan.document import Role
from experiments.plan.looks import Looks
from impact.analysis.estimates import Analysis, Check, CheckStatus
from impact.analysis.evaluate import evaluate
from impact.analysis.segments.neighbours import overlaps
from impact.analysis.sufficient import ArmMoments
from tests.impact.analysis.building import (
    AHEAD,
    AS_OF,
    PAST,
    SPEND,
    arms_of,
    plan_of,
    statistics_of,
)

PLAIN = replace(SPEND, role=Role.PRIMARY, adjustment=None)
PLAN = plan_of(PLAIN, looks=Looks(planned_end=PAST))
EVEN = {"warm": (200, 200), "cold": (200, 200), "(missing)": (400, 400)}
ALIKE = dict.fromkeys(EVEN, 1.0)


def crossed(units: dict[str, tuple[int, int]], effects: dict[str, float]) -> tuple[ArmMoments, ...]:
    rng = np.random.default_rng(8)
    found: tuple[ArmMoments, ...] = ()
    everyone: dict[str, list[np.ndarray[tuple[int, int], np.dtype[np.float64]]]] = {
        "control": [],
        "patient": [],
    }
    for level, (control, patient) in units.items():
        rows = {
            "control": rng.normal(50, 3, (control, 1)),
            "patient": rng.normal(50 + effects[level], 3, (patient, 1)),
        }
        for arm, values in rows.items():
            everyone[arm].append(values)
        found += arms_of(("y",), rows, f"neighbour_tone={level}")
    return (*arms_of(("y",), {arm: np.vstack(rows) for arm, rows in everyone.items()}), *found)


def analysed(units: dict[str, tuple[int, int]], effects: dict[str, float]) -> Analysis:
    statistics = statistics_of(moments={"spend": crossed(units, effects)})
    return evaluate(PLAN, statistics, as_of=AS_OF)


def check_of(analysis: Analysis) -> Check | None:
    return next((check for check in analysis.checks if check.name == "overlap"), None)


def found(units: dict[str, tuple[int, int]], effects: dict[str, float]) -> Check:
    check = check_of(analysed(units, effects))
    assert check is not None
    return check


def test_experiments_that_cross_evenly_pass() -> None:
    check = found(EVEN, ALIKE)

    assert check.status is CheckStatus.PASS
    assert check.statistic == 0.5
    assert check.message == (
        "50.0% of 1,600 customers were in tone as well. "
        "The effect is not shown to differ between their arms."
    )


def test_arms_that_lean_on_the_other_experiment_are_a_warning() -> None:
    check = found({"warm": (150, 250), "cold": (250, 150), "(missing)": (400, 400)}, ALIKE)

    assert check.status is CheckStatus.WARN
    assert "different mixes of the arms of tone" in check.message


def test_an_effect_that_differs_between_the_others_arms_is_a_warning() -> None:
    analysis = analysed(EVEN, {"warm": 4.0, "cold": 0.0, "(missing)": 1.0})
    check = check_of(analysis)

    assert check is not None
    assert check.status is CheckStatus.WARN
    assert "The effect of patient differs between the arms of tone" in check.message
    (row,) = [row for row in analysis.estimates if row.quantity == "interaction"]
    assert (row.term, row.df) == ("neighbour_tone", 2.0)


def test_arms_of_another_experiment_are_no_segments_of_the_report() -> None:
    analysis = analysed(EVEN, ALIKE)

    assert not any(row.segment.startswith("neighbour_") for row in analysis.estimates)
    assert not any(row.method == "empirical_bayes" for row in analysis.estimates)


def test_before_the_end_the_overlap_is_counted_and_the_effect_left_alone() -> None:
    plan = replace(PLAN, looks=Looks(planned_end=AHEAD))
    statistics = statistics_of(moments={"spend": crossed(EVEN, ALIKE)})

    check = check_of(evaluate(plan, statistics, as_of=AS_OF))

    assert check is not None
    assert check.message == "50.0% of 1,600 customers were in tone as well."


def test_a_neighbour_of_the_plan_that_nobody_was_in_is_said() -> None:
    plan = replace(PLAN, neighbours=("tone",))
    statistics = statistics_of(moments={"spend": crossed(EVEN, ALIKE)[:2]})

    check = check_of(evaluate(plan, statistics, as_of=AS_OF))

    assert check is not None
    assert check.status is CheckStatus.WARN
    assert check.message == "The plan names tone, and no unit is known to have been in it."


def test_without_another_experiment_there_is_no_such_check() -> None:
    statistics = statistics_of(moments={"spend": crossed(EVEN, ALIKE)[:2]})

    assert check_of(evaluate(PLAN, statistics, as_of=AS_OF)) is None


def test_the_matrix_has_the_others_arms_by_our_own() -> None:
    rows = tuple(
        replace(row, segment=f"neighbour_tone={level}", n_variant=EVEN[level][place])
        for row in analysed(EVEN, ALIKE).estimates
        if (row.metric, row.quantity) == ("spend", "mean")
        for place, arm in enumerate(("control", "patient"))
        if row.variant == arm
        for level in EVEN
    )

    (matrix,) = overlaps(PLAN, PLAIN, rows)

    assert dict(zip(matrix.levels, matrix.units, strict=True)) == EVEN
    assert (matrix.total, matrix.shared) == (1600, 800)


def test_a_few_units_of_another_experiment_lean_nowhere() -> None:
    rare = {"warm": (0, 2), "(missing)": (900, 100)}

    check = check_of(analysed(rare, dict.fromkeys(rare, 1.0)))

    assert check is not None
    assert check.status is CheckStatus.PASS
    assert "mixes" not in check.message
