"""Does the effect last? Tests of proportional hazards, parts of follow-up and what is said."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from experiments.plan.document import Covariate, Metric, Role
from impact.analysis.checks.context import CheckContext
from impact.analysis.checks.proportional_hazards import proportional_hazards
from impact.analysis.estimates import Check, CheckStatus, Estimate
from impact.analysis.headlines import PIECEWISE, effect_row
from impact.analysis.sufficient import CheckCounts, SurvivalCounts
from impact.stats.intervals import event_cuts
from impact.stats.survival.cox import cox
from impact.stats.survival.cox_sample import CoxSample
from tests.impact.analysis.building import AS_OF
from tests.impact.analysis.survival.data import (
    counts_of,
    estimate,
    number,
    only,
    plan_of,
    retention,
)
from tests.impact.stats.answers import estimated

ARMS = ("a", "b")
PLAN = plan_of(retention(), *ARMS)
PASS, WARN = CheckStatus.PASS, CheckStatus.WARN


def customers(
    later: float, *, early: float = 1.0, size: int = 3000, seed: int = 1, change: float = 30.0
) -> SurvivalCounts:
    """Draw an arm b whose hazard is `early` times that of a until `change`, then `later` times."""
    rng = np.random.default_rng(seed)
    variant = rng.integers(2, size=size)
    hazard = rng.exponential(size=size) * 60
    before = np.where(variant == 1, early, 1.0) * change
    slope = np.where(variant == 1, later, 1.0)
    time = np.where(
        hazard < before,
        hazard / np.where(variant == 1, early, 1.0),
        change + (hazard - before) / slope,
    )
    days = np.ceil(time)
    return counts_of(np.array(ARMS)[variant], np.minimum(days, 90), days <= 90)


def grouped(counts: SurvivalCounts) -> SurvivalCounts:
    table = np.column_stack([counts.variant == "b", counts.time, counts.event])
    cells, n = np.unique(table, axis=0, return_counts=True)
    return counts_of(np.array(ARMS)[cells[:, 0]], cells[:, 1], cells[:, 2], n)


def parts(rows: tuple[Estimate, ...], variant: str = "b") -> list[Estimate]:
    return [row for row in rows if row.method == PIECEWISE and row.variant == variant]


def checked(counts: SurvivalCounts, *, look: int | None = None) -> Check | None:
    return answer_to(estimate(PLAN, counts, look=look).estimates, final=look is None)


def answer_to(rows: tuple[Estimate, ...], *, final: bool = True) -> Check | None:
    return proportional_hazards(
        CheckContext(
            plan=PLAN,
            counts=CheckCounts(assigned=()),
            arms=(),
            as_of=AS_OF,
            final=final,
            estimates=rows,
        )
    )


def found(check: Check | None) -> Check:
    assert check is not None
    return check


def test_an_effect_that_wears_off_is_shown_part_by_part() -> None:
    rows = estimate(PLAN, customers(1.0, early=0.4, size=6000)).estimates

    first, second, last = parts(rows)
    assert (first.quantity, first.baseline, first.segment) == ("hazard_ratio", "a", "all")
    assert number(first.value) < 0.6
    assert number(last.value) > 0.8
    assert number(first.at) < number(second.at) < number(last.at) == 90
    assert first.note == f"up to {first.at:g} days"
    assert second.note == f"after {first.at:g} days up to {second.at:g} days"
    assert last.note == f"after {second.at:g} days"
    assert number(first.ci_low) < number(first.value) < number(first.ci_high)
    assert first.p_value is None
    whole = only(estimate(PLAN, customers(1.0, early=0.4, size=6000)), "hazard_ratio")
    assert sum(number(row.events_variant) for row in (first, second, last)) == whole.events_variant
    assert number(last.n_variant) < number(first.n_variant) == whole.n_variant


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_parts_and_tests_of_counts_are_those_of_rows(seed: int) -> None:
    counts = customers(1.5, size=200, seed=seed)

    raw = estimate(PLAN, counts).estimates
    cells = estimate(PLAN, grouped(counts)).estimates

    for one, other in zip(parts(raw), parts(cells), strict=True):
        assert_allclose(number(other.value), number(one.value), rtol=1e-8)
        assert_allclose(number(other.std_error), number(one.std_error), rtol=1e-8)
        assert (other.at, other.note) == (one.at, one.note)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_parts_are_one_model_in_which_everybody_enters_each_part_anew(seed: int) -> None:
    counts = customers(1.5, size=300, seed=seed)
    cuts = event_cuts(counts.time, counts.event)
    starts, ends = (-1.0, *cuts), (*cuts, 90.0)
    episodes = [
        (counts.variant[kept] == "b", np.full(kept.sum(), start), np.minimum(time, end), churned)
        for start, end in zip(starts, ends, strict=True)
        for kept in [counts.time > start]
        for time in [counts.time[kept]]
        for churned in [(counts.event[kept] == 1) & (time <= end)]
    ]
    inside = np.repeat(np.arange(len(ends)), [part[0].size for part in episodes])
    arm, entry, time, event = (np.concatenate(column) for column in zip(*episodes, strict=True))
    design = arm[:, None] * (inside[:, None] == np.arange(len(ends)))

    joint = estimated(
        cox(
            CoxSample(
                time=time,
                event=event,
                entry=entry,
                design=design,
                terms=tuple(f"part {end}" for end in ends),
            )
        )
    )

    apart = parts(estimate(PLAN, counts).estimates)
    assert_allclose(np.log([number(row.value) for row in apart]), joint.coefficients, atol=1e-8)
    assert_allclose([number(row.std_error) for row in apart], joint.std_errors, rtol=1e-8)


def test_the_test_stands_beside_its_model_without_a_value() -> None:
    row = only(estimate(PLAN, customers(1.0)), "proportional_hazards", "cox")

    assert (row.value, row.variant, row.baseline, row.df) == (None, "", "", 1)
    assert number(row.p_value) > 0.001
    assert number(row.n_variant) + number(row.n_baseline) == 3000


def test_a_model_with_covariates_tests_each_of_them() -> None:
    counts = customers(1.0)
    tier = np.resize(["basic", "plus", "pro"], counts.n.size)
    metric = retention(covariates=(Covariate(name="tier"),))

    result = estimate(plan_of(metric, *ARMS), replace(counts, covariates={"tier": tier}))

    degrees = {
        row.term: row.df
        for row in result.estimates
        if (row.quantity, row.method) == ("proportional_hazards", "cox_adjusted")
    }
    assert degrees == {"": 3, "variant": 1, "tier": 2}


def test_three_arms_are_tested_together_and_shown_one_by_one() -> None:
    counts = customers(1.0)
    three = replace(counts, variant=np.resize(np.array(["a", "b", "c"]), counts.n.size))

    result = estimate(plan_of(retention(), "a", "b", "c"), three)

    assert only(result, "proportional_hazards").df == 2
    assert [len(parts(result.estimates, variant)) for variant in "bc"] == [3, 3]


def test_an_interim_look_shows_sizes_and_no_p_value() -> None:
    counts = customers(1.0, early=0.4, size=6000)
    rows = estimate(PLAN, counts, look=1).estimates

    check = found(checked(counts, look=1))

    assert only(estimate(PLAN, counts, look=1), "proportional_hazards").p_value is None
    assert all(row.p_value is None and row.note.startswith("interim; ") for row in parts(rows))
    assert (check.status, check.p_value) == (WARN, None)
    assert "p =" not in check.message


def test_a_part_is_never_the_headline() -> None:
    rows = estimate(PLAN, customers(1.0)).estimates
    unknown = tuple(
        replace(row, value=None, ci_low=None, ci_high=None, note="no maximum")
        if row.method == "cox"
        else row
        for row in rows
    )

    for given_rows in (rows, unknown):
        effect = effect_row(PLAN.primary, "b", given_rows)
        assert effect is not None
        assert effect.method == "cox"


def test_a_large_and_clear_change_is_worth_a_warning() -> None:
    check = found(checked(customers(1.0, early=0.4, size=6000)))

    assert check.status is WARN
    assert check.message.startswith("The hazard ratio of b is 0.4")
    assert " in the first " in check.message
    assert check.message.endswith(
        "The effect changes over time: one hazard ratio is only its average. Read the retention "
        "curves and the difference in time retained."
    )
    assert number(check.p_value) < 0.01


def rows_of(statistic: float, *ratios: float | None) -> tuple[Estimate, ...]:
    blank = Estimate(metric="churn", kind="time_to_event", method="cox", quantity="hazard_ratio")
    piece = replace(blank, method=PIECEWISE, variant="b", baseline="a")
    return (
        replace(blank, quantity="proportional_hazards", statistic=statistic, df=1),
        *(
            replace(piece, at=30.0 * place, value=ratio, events_variant=0, events_baseline=5)
            for place, ratio in enumerate(ratios, start=1)
        ),
    )


@pytest.mark.parametrize(
    ("statistic", "ratios", "status", "words"),
    [
        (6.64, (0.8, 0.9, 1.001), WARN, "The effect changes over time: one"),
        (6.64, (0.8, 0.9, 0.999), PASS, "by less than a factor of 1.25"),
        (6.63, (0.8, 0.9, 1.001), PASS, "which is within chance"),
        (6.63, (0.8, 0.9, 0.999), PASS, "No change of the effect over time is shown"),
        (6.64, (0.8, None), WARN, "0.80 in the first 30 days and 0.00 after."),
    ],
)
def test_the_check_needs_a_p_value_below_a_hundredth_and_a_factor_of_a_quarter(
    statistic: float, ratios: tuple[float | None, ...], status: CheckStatus, words: str
) -> None:
    check = found(answer_to(rows_of(statistic, *ratios)))

    assert check.status is status
    assert words in check.message


def test_churn_in_one_arm_alone_is_an_infinite_ratio() -> None:
    rows = rows_of(9.0, 0.8, None)
    alone = (*rows[:2], replace(rows[2], events_variant=5, events_baseline=0))

    check = found(answer_to(alone))

    assert check.status is WARN
    assert "0.80 in the first 30 days and infinite after." in check.message


def test_the_check_names_every_part_in_words() -> None:
    check = found(answer_to(rows_of(9.0, 0.62, 0.8, 0.95)))

    assert check.message.startswith(
        "The hazard ratio of b is 0.62 in the first 30 days, 0.80 from then to 60 days and 0.95 "
        "after."
    )


@pytest.mark.parametrize(
    ("counts", "test", "part"),
    [
        (counts_of([], [], []), "no two levels with events to compare", "churn at fewer than"),
        (counts_of(["a", "b"], [5, 9], [0, 0]), "no two levels", "churn at fewer than two times"),
        (counts_of(["a", "b", "b"], [5, 3, 9], [0, 1, 0]), "no two levels", "churn at fewer than"),
        (counts_of(["a", "a"], [5, 9], [1, 1]), "no two levels", "up to 5 days; b: no units"),
        (counts_of(["a", "b"] * 2, [4, 4, 9, 9], [1, 1, 0, 0]), "a change of", "churn at fewer"),
    ],
    ids=["nobody", "no events", "one event", "one arm", "one time"],
)
def test_too_little_to_see_a_change_is_a_reason_and_no_check(
    counts: SurvivalCounts, test: str, part: str
) -> None:
    result = estimate(PLAN, counts)

    row, first = only(result, "proportional_hazards"), parts(result.estimates)[0]
    assert (row.statistic, row.p_value, row.value, first.value) == (None,) * 4
    assert row.note.startswith(test)
    assert first.note.startswith(part)
    assert answer_to(result.estimates) is None


def test_churn_on_the_day_of_the_start_belongs_to_the_first_part() -> None:
    counts = counts_of(["a", "b"] * 6, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5], [1] * 12)

    first = parts(estimate(PLAN, counts).estimates)[0]

    assert (first.at, first.events_variant, first.events_baseline) == (1.0, 2, 2)


def test_only_a_primary_metric_of_time_is_checked() -> None:
    metric: Metric = replace(retention(), role=Role.SECONDARY)
    counts = customers(1.0, early=0.4)
    plan = plan_of(retention(), *ARMS)
    rows = estimate(plan, counts).estimates

    check = proportional_hazards(
        CheckContext(
            plan=replace(plan, metrics=(metric,)),
            counts=CheckCounts(assigned=()),
            arms=(),
            as_of=AS_OF,
            final=True,
            estimates=rows,
        )
    )

    assert check is None
