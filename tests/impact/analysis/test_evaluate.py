"""The whole analysis from sufficient statistics: looks, families, reasons, storage."""

import math
from dataclasses import fields, replace
from datetime import UTC, datetime

import numpy as np
import pytest

from experiments.plan.document import Role
from experiments.plan.family import Family, FamilyMethod
from experiments.plan.looks import Looks
from impact.analysis.answer import answer
from impact.analysis.estimates import Verdict
from impact.analysis.evaluate import evaluate, look_at
from impact.analysis.storage import dump, load
from impact.analysis.sufficient import SufficientStatistics
from impact.stats.multiplicity import benjamini_hochberg, holm
from tests.impact.analysis.building import (
    AHEAD,
    AS_OF,
    HANDLE,
    PAST,
    RETENTION,
    SPEND,
    arms_of,
    full_plan,
    only,
    plan_of,
    statistics_of,
)
from tests.impact.analysis.evaluating import evaluated


@pytest.mark.parametrize(
    ("as_of", "look"),
    [
        (datetime(2026, 9, 30, 21, 59, tzinfo=UTC), 1),
        (datetime(2026, 9, 30, 22, 0, tzinfo=UTC), None),
    ],
)
def test_the_planned_end_begins_at_midnight_in_the_plans_zone(
    as_of: datetime, look: int | None
) -> None:
    plan = replace(full_plan(PAST), timezone="Europe/Berlin")

    assert look_at(plan, as_of) == look


def test_a_plan_without_an_end_may_be_read_at_any_time() -> None:
    assert look_at(plan_of(HANDLE, looks=Looks()), AS_OF) is None


def test_every_metric_of_the_plan_has_rows_of_its_kind() -> None:
    analysis = evaluated()

    quantities = {(row.metric, row.quantity) for row in analysis.estimates}
    assert {
        ("retention", "survival_probability_difference"),
        ("retention", "hazard_ratio"),
        ("retention", "log_rank"),
        ("spend", "mean_difference"),
        ("resolved", "proportion_difference"),
        ("handle_time", "ratio_difference"),
        ("revenue", "mean_difference"),
        ("net_value", "net_value"),
    } <= quantities
    assert {curve.metric for curve in analysis.curves} == {"retention"}
    assert "sample_ratio" in {check.name for check in analysis.checks}


def test_no_row_holds_a_number_that_is_none() -> None:
    for row in evaluated().estimates:
        for field in fields(row):
            value = getattr(row, field.name)
            assert not (isinstance(value, float) and not math.isfinite(value)), (row, field.name)
        assert row.value is not None or row.statistic is not None or row.note


def test_the_test_of_the_split_is_a_row_as_well() -> None:
    final = only(evaluated().estimates, "sample_ratio", "sample_ratio", variant="")
    interim = only(evaluated(AHEAD).estimates, "sample_ratio", "sample_ratio", variant="")
    check = next(check for check in evaluated().checks if check.name == "sample_ratio")

    assert (final.statistic, final.df, final.p_value) == (check.statistic, check.df, check.p_value)
    assert (interim.method, interim.df, interim.p_value) == ("dirichlet_multinomial", None, None)
    assert interim.look == 1


def test_before_the_planned_end_no_row_shows_a_p_value() -> None:
    analysis = evaluated(AHEAD)

    assert all(row.p_value is None and row.p_value_adjusted is None for row in analysis.estimates)
    assert all(row.look == 1 for row in analysis.estimates)
    assert "interim" in only(analysis.estimates, "resolved", "proportion_difference").note
    assert analysis.decision.verdict is Verdict.KEEP_RUNNING


def test_a_family_is_adjusted_over_its_primary_tests_alone() -> None:
    """With strata the stratified test is the one; a test over both arms names no variant."""
    rows = evaluated().estimates

    tests = [
        only(rows, "retention", "log_rank", method="stratified_log_rank", variant=""),
        only(rows, "spend", "mean_difference", method="cuped"),
        only(rows, "resolved", "proportion_difference"),
    ]
    adjusted = [row.p_value_adjusted for row in tests]
    assert adjusted == holm([row.p_value for row in tests if row.p_value is not None])
    assert sum(row.p_value_adjusted is not None for row in rows) == 3


def test_a_metric_that_the_join_refused_is_a_row_with_the_reason() -> None:
    statistics = statistics_of(not_estimable={"spend": "no revenue table was given"})

    rows = evaluate(full_plan(), statistics, as_of=AS_OF).estimates

    spend = [row for row in rows if row.metric == "spend"]
    assert [(row.quantity, row.value, row.note) for row in spend] == [
        ("mean_difference", None, "no revenue table was given")
    ]


def test_an_experiment_without_data_is_evaluated_to_reasons() -> None:
    empty = SufficientStatistics(arms=(), checks=replace(statistics_of().checks, assigned=()))

    analysis = evaluate(full_plan(), empty, as_of=AS_OF)

    assert all(row.value is None and row.note for row in analysis.estimates)
    assert analysis.decision.verdict is Verdict.NOT_IDENTIFIED


def test_amounts_without_economics_stand_in_the_currency_of_the_data() -> None:
    spend = replace(SPEND, unit="", role=Role.PRIMARY)
    francs = load(dump(statistics_of(currency="CHF")))

    for statistics, unit in ((francs, "CHF"), (statistics_of(), "1")):
        analysis = evaluate(plan_of(spend), statistics, as_of=AS_OF)
        assert only(analysis.estimates, "spend", "mean_difference", method="welch").unit == unit
    assert " CHF " in answer(plan_of(spend), evaluate(plan_of(spend), francs, as_of=AS_OF))


def test_an_exploring_family_is_adjusted_by_benjamini_and_hochberg() -> None:
    family = Family(
        name="ideas", metrics=("spend", "resolved"), method=FamilyMethod.BENJAMINI_HOCHBERG
    )
    plan = replace(full_plan(), families=(family,))

    rows = evaluate(plan, statistics_of(), as_of=AS_OF).estimates

    tests = [
        only(rows, "spend", "mean_difference", method="cuped"),
        only(rows, "resolved", "proportion_difference"),
    ]
    p_values = [row.p_value for row in tests if row.p_value is not None]
    assert [row.p_value_adjusted for row in tests] == benjamini_hochberg(p_values)


def test_values_whose_squares_are_no_number_leave_the_rest_of_the_report() -> None:
    arms = ("control", "patient")
    drawn = np.random.default_rng(1).random((2, 200, 1)) * 1e160
    with np.errstate(over="ignore"):
        huge = arms_of(("y",), dict(zip(arms, drawn, strict=True)))
    spend = replace(SPEND, adjustment=None)
    statistics = statistics_of()
    statistics = replace(statistics, moments={**statistics.moments, "spend": huge})

    analysis = evaluate(plan_of(RETENTION, spend), statistics, as_of=AS_OF)

    difference = only(analysis.estimates, "spend", "mean_difference")
    assert (difference.value, difference.std_error) == (None, None)
    assert "so large" in difference.note
    assert only(analysis.estimates, "retention", "hazard_ratio", method="cox").value is not None
