"""The sentence that answers: what it claims, and what it leaves open."""

from dataclasses import replace

from experiments.plan.document import Plan
from experiments.plan.looks import Looks
from impact.analysis.answer import answer
from impact.analysis.decision import decide
from impact.analysis.estimates import Analysis, Check, Estimate
from tests.impact.analysis.building import AHEAD, RETENTION, SPEND, plan_of
from tests.impact.analysis.deciding import (
    BETTER,
    BROKEN,
    KEPT,
    MEAN_PLAN,
    SAME,
    SOUND,
    UNCLEAR,
    effect,
)


def answered(
    plan: Plan, *rows: Estimate, checks: tuple[Check, ...] = SOUND, look: int | None = None
) -> str:
    decision = decide(plan, rows, checks, look=look)
    return answer(plan, Analysis(estimates=rows, curves=(), checks=checks, decision=decision))


def test_the_answer_gives_retention_in_points_and_the_hazard_ratio() -> None:
    assert answered(plan_of(RETENTION), BETTER, KEPT) == (
        "After 180 days retention with patient is 2.1 percentage points higher "
        "(95% interval +1.0 to +3.2) than with control; "
        "the hazard ratio is 0.85 (95% interval 0.80 to 0.90)."
    )


def test_the_answer_claims_no_effect_that_is_not_shown() -> None:
    assert answered(plan_of(RETENTION), UNCLEAR, SAME).startswith(
        "No effect is shown: after 180 days the difference in retention between patient and "
        "control is +0.8 percentage points (95% interval -0.3 to +1.9); the hazard ratio is"
    )


def test_the_answer_does_not_deny_an_effect_that_the_hazard_shows() -> None:
    said = answered(plan_of(RETENTION), BETTER, SAME)

    assert said.startswith("After 180 days the difference in retention between patient and control")
    assert said.endswith("the hazard ratio is 0.85 (95% interval 0.80 to 0.90).")


def test_the_answer_of_a_mean_is_in_its_unit() -> None:
    rows = effect(SPEND, "mean_difference", -3.2, -5.3, -1.1)

    assert answered(MEAN_PLAN, rows) == (
        "With patient Spend is 3.2 EUR lower (95% interval -5.3 to -1.1) than with control."
    )
    assert answered(MEAN_PLAN, replace(rows, ci_high=0.4)).startswith("No effect on Spend is shown")


def test_the_answer_is_careful_before_the_end_and_when_the_split_is_broken() -> None:
    plan = plan_of(RETENTION, looks=Looks(planned_end=AHEAD))

    interim = answered(plan, BETTER, KEPT, look=1)
    broken = answered(plan_of(RETENTION), BETTER, KEPT, checks=BROKEN)

    assert interim.startswith("Interim, before the planned end of 2026-12-01: after 180 days")
    assert broken.startswith("Not to be relied on, because the split between the arms is broken:")


def test_the_answer_says_why_there_is_none() -> None:
    spend = effect(SPEND, "mean_difference", 0.0, 0.0, 0.0)
    nothing = replace(spend, value=None, ci_low=None, ci_high=None, note="no revenue")

    assert (
        answered(MEAN_PLAN, nothing)
        == "Spend of patient and control cannot be compared: no revenue."
    )
    assert answered(MEAN_PLAN).endswith("no estimate was made.")
    assert answered(plan_of(RETENTION), BETTER).startswith("The hazard ratio with patient against")
