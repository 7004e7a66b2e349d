"""Does the effect last? Tests of proportional hazards, parts of follow-up and what is said."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from experiments.plan.document import Covariate
from impact.analysis.headlines import effect_row
from impact.analysis.sufficient import SurvivalCounts
from impact.stats.intervals import event_cuts
from impact.stats.survival.cox import cox
from impact.stats.survival.cox_sample import CoxSample
from tests.impact.analysis.survival.changes import (
    ARMS,
    PLAN,
    WARN,
    checked,
    customers,
    found,
    parts,
)
from tests.impact.analysis.survival.data import (
    counts_of,
    estimate,
    number,
    only,
    plan_of,
    retention,
)
from tests.impact.stats.answers import estimated


def grouped(counts: SurvivalCounts) -> SurvivalCounts:
    table = np.column_stack([counts.variant == "b", counts.time, counts.event])
    cells, n = np.unique(table, axis=0, return_counts=True)
    return counts_of(np.array(ARMS)[cells[:, 0]], cells[:, 1], cells[:, 2], n)


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


def test_churn_on_the_day_of_the_start_belongs_to_the_first_part() -> None:
    counts = counts_of(["a", "b"] * 6, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5], [1] * 12)

    first = parts(estimate(PLAN, counts).estimates)[0]

    assert (first.at, first.events_variant, first.events_baseline) == (1.0, 2, 2)
