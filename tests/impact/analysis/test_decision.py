"""The verdict and the answer, from rows written by hand."""

from dataclasses import replace

import pytest

from experiments.plan.document import Direction, Plan, Role
from experiments.plan.family import Family, FamilyMethod
from experiments.plan.looks import LookRule, Looks
from impact.analysis.decision import decide
from impact.analysis.estimates import Check, Decision, Estimate, Verdict
from tests.impact.analysis.building import AHEAD, HANDLE, RESOLVED, RETENTION, SPEND, plan_of
from tests.impact.analysis.deciding import BETTER, BROKEN, LOG_RANK, SOUND, UNCLEAR, WORSE, effect

GUARDED = plan_of(RETENTION, replace(HANDLE, direction=Direction.DECREASE, margin=30.0))


def slower(low: float, high: float) -> Estimate:
    return effect(HANDLE, "ratio_difference", (low + high) / 2, low, high)


def decided(
    plan: Plan, *rows: Estimate, checks: tuple[Check, ...] = SOUND, look: int | None = None
) -> Decision:
    return decide(plan, rows, checks, look=look)


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        ((BETTER, slower(5, 29)), Verdict.SHIP),
        ((BETTER, slower(5, 31)), Verdict.DO_NOT_SHIP),
        ((BETTER, slower(31, 40)), Verdict.DO_NOT_SHIP),
        ((BETTER,), Verdict.DO_NOT_SHIP),
        ((UNCLEAR, slower(-9, 9)), Verdict.DO_NOT_SHIP),
        ((WORSE, slower(-9, 9)), Verdict.DO_NOT_SHIP),
        ((slower(-9, 9),), Verdict.NOT_IDENTIFIED),
    ],
)
def test_what_ships_is_better_and_shown_to_stay_within_every_margin(
    rows: tuple[Estimate, ...], verdict: Verdict
) -> None:
    assert decided(GUARDED, *rows).verdict is verdict


def test_reasons_give_the_numbers() -> None:
    decision = decided(GUARDED, BETTER, slower(5, 31))

    assert decision.reasons == (
        "Retention, patient against control: hazard ratio 0.85 (95% interval 0.80 to 0.90). "
        "This is better than no effect.",
        "Guardrail Handle time, patient: +18 seconds (95% interval +5 to +31). "
        "Harm beyond the margin of 30 cannot be ruled out.",
    )


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(-9.0, 0.1, Verdict.SHIP), (-9.0, -0.1, Verdict.DO_NOT_SHIP)],
)
def test_a_guardrail_without_a_margin_stops_only_shown_harm(
    low: float, high: float, verdict: Verdict
) -> None:
    plan = plan_of(RETENTION, replace(HANDLE, direction=Direction.INCREASE))

    assert decided(plan, BETTER, slower(low, high)).verdict is verdict


QUALITY = replace(SPEND, key="quality", role=Role.GUARDRAIL)
NO_UNIT = Estimate(
    metric="quality",
    kind="mean",
    method="welch",
    quantity="mean_difference",
    variant="patient",
    baseline="control",
    note="no unit in one of the arms",
)
CONSTANT = replace(NO_UNIT, note="zero variance: all units of each arm have the same value")


def levels(patient: float, control: float) -> tuple[Estimate, Estimate]:
    level = replace(NO_UNIT, method="student", quantity="mean", baseline="", note="")
    return replace(level, value=patient), replace(level, variant="control", value=control)


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        ((BETTER, NO_UNIT), Verdict.NOT_IDENTIFIED),
        ((BETTER,), Verdict.NOT_IDENTIFIED),
        ((BETTER, CONSTANT, *levels(1.0, 2.0)), Verdict.NOT_IDENTIFIED),
        ((BETTER, CONSTANT, *levels(2.0, 2.0)), Verdict.SHIP),
        ((UNCLEAR, NO_UNIT), Verdict.DO_NOT_SHIP),
        ((WORSE, NO_UNIT), Verdict.DO_NOT_SHIP),
    ],
)
def test_what_would_ship_but_for_a_guardrail_nobody_can_see_has_no_answer(
    rows: tuple[Estimate, ...], verdict: Verdict
) -> None:
    assert decided(plan_of(RETENTION, QUALITY), *rows).verdict is verdict


@pytest.mark.parametrize(
    ("events", "verdict"),
    [((0, 0), Verdict.SHIP), ((None, None), Verdict.NOT_IDENTIFIED)],
)
def test_what_happened_to_nobody_in_either_arm_is_no_harm(
    events: tuple[int | None, int | None], verdict: Verdict
) -> None:
    churn = replace(RETENTION, key="churn", role=Role.GUARDRAIL)
    plan = plan_of(replace(SPEND, role=Role.PRIMARY), churn)
    blank = replace(effect(churn, "hazard_ratio", 1, 1, 1), value=None, ci_low=None, ci_high=None)
    counted = replace(
        blank, n_variant=9, n_baseline=9, events_variant=events[0], events_baseline=events[1]
    )

    assert decided(plan, GAIN, counted).verdict is verdict


def test_harm_in_another_variant_does_not_answer_for_one_whose_guardrail_nobody_sees() -> None:
    thirds = (("control", 3334), ("patient", 3333), ("brief", 3333))
    plan = plan_of(RETENTION, QUALITY, weights=thirds)

    decision = decided(plan, BETTER, NO_UNIT, replace(WORSE, variant="brief"))

    assert decision.verdict is Verdict.NOT_IDENTIFIED


def test_an_unseen_guardrail_does_not_excuse_a_broken_one() -> None:
    plan = plan_of(RETENTION, QUALITY, GUARDED.metrics[1])

    assert decided(plan, BETTER, NO_UNIT, slower(31, 40)).verdict is Verdict.DO_NOT_SHIP


@pytest.mark.parametrize(("high", "verdict"), [(1.09, Verdict.SHIP), (1.11, Verdict.DO_NOT_SHIP)])
def test_the_margin_of_a_hazard_ratio_is_a_hazard_ratio(high: float, verdict: Verdict) -> None:
    churn = replace(RETENTION, key="churn", role=Role.GUARDRAIL, margin=1.1)
    plan = plan_of(replace(SPEND, role=Role.PRIMARY), churn)
    spend = effect(SPEND, "mean_difference", 3.0, 1.0, 5.0)

    guarded = effect(churn, "hazard_ratio", 1.0, 0.95, high)

    assert decided(plan, spend, guarded).verdict is verdict


@pytest.mark.parametrize(
    ("direction", "verdict"),
    [(Direction.INCREASE, Verdict.SHIP), (Direction.DECREASE, Verdict.DO_NOT_SHIP)],
)
def test_the_direction_says_which_way_is_good(direction: Direction, verdict: Verdict) -> None:
    plan = plan_of(replace(SPEND, role=Role.PRIMARY, direction=direction))

    assert decided(plan, effect(SPEND, "mean_difference", 3.0, 1.0, 5.0)).verdict is verdict


@pytest.mark.parametrize(
    ("adjusted", "verdict"), [(0.049, Verdict.SHIP), (0.05, Verdict.DO_NOT_SHIP)]
)
def test_in_a_family_the_adjusted_p_value_counts(adjusted: float, verdict: Verdict) -> None:
    plan = plan_of(RETENTION, RESOLVED, families=(Family(name="f", metrics=("retention",)),))

    decision = decided(plan, BETTER, replace(LOG_RANK, p_value_adjusted=adjusted))

    assert decision.verdict is verdict


@pytest.mark.parametrize(
    ("effect", "reason"),
    [
        (UNCLEAR, "No effect shown: the interval includes no effect."),
        (
            BETTER,
            "No effect shown: adjusted within its family by Holm, the p-value is not below 5%.",
        ),
    ],
)
def test_the_family_is_the_reason_only_where_the_interval_alone_would_show_an_effect(
    effect: Estimate, reason: str
) -> None:
    decision = decided(plan_of(RETENTION), effect, replace(LOG_RANK, p_value_adjusted=0.2))

    assert decision.reasons[0].endswith(reason)


def test_a_broken_split_identifies_nothing() -> None:
    decision = decided(GUARDED, BETTER, slower(5, 29), checks=BROKEN)

    assert decision.verdict is Verdict.NOT_IDENTIFIED
    assert decision.reasons[1] == "600 against 400."


def test_before_the_planned_end_nothing_is_decided() -> None:
    plan = replace(GUARDED, looks=Looks(planned_end=AHEAD))

    decision = decided(plan, BETTER, slower(5, 29), look=1)

    assert decision.verdict is Verdict.KEEP_RUNNING
    assert decision.reasons[0] == "The planned end is 2026-12-01: until then nothing is decided."
    assert decision.reasons[1].endswith("so far, interim.")


def test_one_good_variant_of_two_ships() -> None:
    plan = plan_of(RETENTION, weights=(("control", 3334), ("patient", 3333), ("brief", 3333)))

    decision = decided(plan, BETTER, replace(WORSE, variant="brief"))

    assert decision.verdict is Verdict.SHIP
    assert decision.reasons[0] == "May ship: patient. Not so: brief."
    assert len(decision.reasons) == 3


def test_the_first_reason_names_every_variant_that_may_ship() -> None:
    thirds = (("control", 3334), ("patient", 3333), ("brief", 3333))
    plan = plan_of(RETENTION, weights=thirds)
    looking = replace(RULED, metrics=(RETENTION,), weights=thirds)

    both = decided(plan, BETTER, replace(BETTER, variant="brief"))
    none = decided(plan, UNCLEAR, replace(WORSE, variant="brief"))
    early = decided(looking, BETTER, replace(UNCLEAR, variant="brief"), look=1)

    assert both.reasons[0] == "May ship: patient, brief."
    assert not any(reason.startswith("May ship") for reason in none.reasons)
    assert early.reasons[0] == "May ship: patient. Not so: brief."


FAMILY = (Family(name="f", metrics=("retention", "spend")),)
WON = plan_of(RETENTION, SPEND, GUARDED.metrics[1], families=FAMILY)
GAIN = effect(SPEND, "mean_difference", 3.0, 1.0, 5.0)
LOSS = effect(SPEND, "mean_difference", -3.0, -5.0, -1.0)
FLAT = effect(SPEND, "mean_difference", 0.5, -1.0, 2.0)


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        ((UNCLEAR, GAIN, slower(5, 29)), Verdict.SHIP),
        ((UNCLEAR, GAIN, slower(5, 31)), Verdict.DO_NOT_SHIP),
        ((BETTER, FLAT, slower(5, 29)), Verdict.SHIP),
        ((BETTER, LOSS, slower(5, 29)), Verdict.DO_NOT_SHIP),
        ((UNCLEAR, FLAT, slower(5, 29)), Verdict.DO_NOT_SHIP),
        ((GAIN, slower(5, 29)), Verdict.SHIP),
        ((slower(5, 29),), Verdict.NOT_IDENTIFIED),
    ],
)
def test_a_secondary_metric_of_the_primarys_family_may_win(
    rows: tuple[Estimate, ...], verdict: Verdict
) -> None:
    assert decided(WON, *rows).verdict is verdict


@pytest.mark.parametrize(
    "families",
    [
        (),
        (Family(name="f", metrics=("spend",)),),
        (
            Family(name="f", metrics=("retention",)),
            Family(name="g", metrics=("spend",), method=FamilyMethod.BENJAMINI_HOCHBERG),
        ),
    ],
)
def test_outside_of_the_primarys_family_a_gain_decides_nothing(
    families: tuple[Family, ...],
) -> None:
    decision = decided(replace(WON, families=families), UNCLEAR, GAIN, slower(5, 29))

    assert decision.verdict is Verdict.DO_NOT_SHIP
    assert len(decision.reasons) == 2


RULED = replace(
    GUARDED,
    looks=Looks(planned_end=AHEAD, rule=LookRule.CONFIDENCE_SEQUENCE, planned_events=600),
)
NO_LIMITS = replace(slower(5, 29), ci_low=None, ci_high=None)


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        ((BETTER, slower(5, 29)), Verdict.SHIP),
        ((BETTER, slower(5, 31)), Verdict.KEEP_RUNNING),
        ((BETTER, NO_LIMITS), Verdict.KEEP_RUNNING),
        ((BETTER, slower(31, 40)), Verdict.DO_NOT_SHIP),
        ((UNCLEAR, slower(31, 40)), Verdict.DO_NOT_SHIP),
        ((UNCLEAR, slower(-9, 9)), Verdict.KEEP_RUNNING),
        ((WORSE, slower(-9, 9)), Verdict.DO_NOT_SHIP),
        ((slower(-9, 9),), Verdict.KEEP_RUNNING),
    ],
)
def test_a_crossed_bound_alone_ends_an_experiment_early(
    rows: tuple[Estimate, ...], verdict: Verdict
) -> None:
    assert decided(RULED, *rows, look=1).verdict is verdict


def test_harm_in_one_variant_of_two_does_not_stop_the_other() -> None:
    thirds = (("control", 3334), ("patient", 3333), ("brief", 3333))
    plan = replace(RULED, metrics=(RETENTION,), weights=thirds)

    decision = decided(plan, UNCLEAR, replace(WORSE, variant="brief"), look=1)

    assert decision.verdict is Verdict.KEEP_RUNNING
