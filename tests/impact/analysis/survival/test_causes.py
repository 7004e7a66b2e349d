"""Causes that compete: what rows and curves say of each."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from experiments.plan.document import Metric
from experiments.plan.time_to_event import TimeToEvent
from impact.analysis.estimates import Estimate
from impact.analysis.headlines import effect_row
from impact.analysis.sufficient import SurvivalCounts
from impact.analysis.survival.estimating import SurvivalResult
from tests.impact.analysis.survival.data import counts_of, estimate, number, plan_of, retention

CAUSES = ("voluntary", "involuntary")


def by_cause(metric: Metric) -> Metric:
    return replace(metric, time_to_event=TimeToEvent(causes=CAUSES))


def customers(seed: int = 3, arms: tuple[str, ...] = ("a", "b")) -> SurvivalCounts:
    rng = np.random.default_rng(seed)
    variant = rng.integers(len(arms), size=900)
    time = np.minimum(np.ceil(rng.exponential(50 + 20 * variant)), 90)
    cause = rng.choice(np.array([*CAUSES, "(other)"]), size=900, p=[0.6, 0.35, 0.05])
    cause = np.where(time < 90, cause, "")
    counts = counts_of(np.array(arms)[variant], time, cause != "")
    return replace(counts, cause=cause)


def found(counts: SurvivalCounts | None = None, **more: object) -> SurvivalResult:
    plan = plan_of(by_cause(retention(horizon=60)), "a", "b")
    return estimate(plan, customers() if counts is None else counts, **more)  # type: ignore[arg-type]


def about(result: SurvivalResult, cause: str, quantity: str, **wanted: object) -> Estimate:
    rows = [
        row
        for row in result.estimates
        if (row.term, row.quantity) == (cause, quantity)
        and all(getattr(row, name) == value for name, value in wanted.items())
    ]
    assert len(rows) == 1, rows
    return rows[0]


def test_the_shares_of_causes_add_up_to_who_was_not_retained() -> None:
    counts = customers()
    why = _causes(counts)
    named = replace(counts, cause=np.where(why == "(other)", "voluntary", why))

    result = found(named)

    for variant in ("a", "b"):
        left = [
            number(about(result, cause, "cumulative_incidence", variant=variant, at=60.0).value)
            for cause in CAUSES
        ]
        (kept,) = (
            number(row.value)
            for row in result.estimates
            if (row.quantity, row.variant, row.at) == ("survival_probability", variant, 60.0)
        )
        assert sum(left) == pytest.approx(1 - kept)


def test_a_difference_is_that_of_the_arms_and_its_error_of_both() -> None:
    result = found()

    after, before = (
        about(result, "voluntary", "cumulative_incidence", variant=name, at=60.0)
        for name in ("b", "a")
    )
    row = about(result, "voluntary", "cumulative_incidence_difference")
    assert row.value == number(after.value) - number(before.value)
    assert_allclose(
        number(row.std_error), np.hypot(number(after.std_error), number(before.std_error))
    )
    assert (row.at, row.variant, row.baseline) == (60.0, "b", "a")
    assert 0 < number(row.p_value) < 1


def test_each_cause_has_its_tests_and_its_hazard_ratio_with_its_own_events() -> None:
    counts = customers()
    result = found(counts)

    for cause in CAUSES:
        ratio = about(result, cause, "hazard_ratio", method="cause_specific_cox")
        own = (counts.cause == cause) & (counts.variant == "b")
        assert ratio.events_variant == own.sum()
        assert number(ratio.value) < 1
        test = about(result, cause, "gray", method="gray")
        assert (test.value, test.df) == (None, 1)
        assert 0 < number(test.p_value) <= 1
    assert "churns of no named cause compete as well" in about(result, CAUSES[0], "gray").note


def test_the_whole_metric_is_still_about_churn_of_any_cause() -> None:
    counts = customers()
    with_causes, without = (
        estimate(plan_of(metric, "a", "b"), counts)
        for metric in (by_cause(retention(horizon=60)), retention(horizon=60))
    )

    assert [row for row in with_causes.estimates if not row.term] == list(without.estimates)
    spoken = effect_row(by_cause(retention()), "b", with_causes.estimates)
    assert spoken is not None
    assert (spoken.term, spoken.method) == ("", "cox")


def test_curves_of_causes_name_their_cause() -> None:
    curves = [curve for curve in found().curves if curve.kind == "cumulative_incidence"]

    assert [(curve.term, curve.variant) for curve in curves] == [
        (cause, variant) for cause in CAUSES for variant in ("a", "b")
    ]
    for curve in curves:
        values = [point.value for point in curve.points]
        assert (curve.points[0].at, values[0]) == (0, 0)
        assert values == sorted(values)


def test_three_arms_and_strata_are_tested_together_and_each_against_control() -> None:
    counts = customers(arms=("a", "b", "c"))
    counts = replace(counts, strata={"region": np.where(np.arange(900) % 2, "N", "S")})
    metric = by_cause(retention(horizon=60, strata=("region",)))

    result = estimate(plan_of(metric, "a", "b", "c"), counts)

    rows = [row for row in result.estimates if (row.quantity, row.term) == ("gray", "voluntary")]
    assert [(row.method, row.variant, row.df) for row in rows] == [
        (method, variant, df)
        for method in ("gray", "stratified_gray")
        for variant, df in (("", 2), ("b", 1), ("c", 1))
    ]


def test_before_the_planned_end_no_cause_has_a_p_value() -> None:
    rows = [row for row in found(look=1).estimates if row.term in CAUSES]

    assert rows
    assert all(row.p_value is None for row in rows)


def test_a_cause_that_nobody_left_for_is_a_reason_and_the_other_stands() -> None:
    counts = customers()
    alone = replace(counts, cause=np.where(counts.cause == "", "", "voluntary"))

    result = found(alone)

    assert about(result, "involuntary", "gray").note == "no events of this cause"
    assert about(result, "involuntary", "hazard_ratio").note == "b: no events"
    share = about(result, "involuntary", "cumulative_incidence", variant="a", at=60.0)
    assert (share.value, share.ci_low) == (0.0, None)
    assert number(about(result, "voluntary", "gray").p_value) > 0


def test_a_cause_that_nobody_left_one_arm_for_rests_on_the_other_and_says_so() -> None:
    counts = customers()
    why = _causes(counts)
    moved = np.where((counts.variant == "b") & (why == "voluntary"), "involuntary", why)

    result = found(replace(counts, cause=moved))

    row = about(result, "voluntary", "cumulative_incidence_difference")
    other = about(result, "voluntary", "cumulative_incidence", variant="a", at=60.0)
    assert row.std_error == other.std_error
    assert "one arm has no spread yet: the interval rests on the other alone" in row.note
    both = about(result, "involuntary", "cumulative_incidence_difference")
    assert "no spread" not in both.note


def test_a_horizon_beyond_follow_up_is_refused_for_causes_too() -> None:
    counts = customers()
    keep = (counts.variant == "a") | (counts.time < 50)
    cut = replace(
        counts,
        variant=counts.variant[keep],
        time=counts.time[keep],
        event=np.where(counts.variant == "a", counts.event, 1 - counts.time % 2)[keep],
        n=counts.n[keep],
        cause=np.where((counts.variant == "b") & (counts.time % 2 == 1), "", _causes(counts))[keep],
    )

    row = about(found(cut), "voluntary", "cumulative_incidence_difference")

    assert row.value is None
    assert row.note.startswith("b: follow-up ends at")


def test_an_experiment_without_units_has_reasons() -> None:
    plan = plan_of(by_cause(retention(horizon=60)), "a", "b")

    rows = [row for row in estimate(plan).estimates if row.term in CAUSES]

    assert rows
    assert all(row.value is None and row.note for row in rows)


def _causes(counts: SurvivalCounts) -> NDArray[np.str_]:
    assert counts.cause is not None
    return counts.cause
