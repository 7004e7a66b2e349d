"""Observation that ended inside of a window: the thresholds, what rows keep, and what is said."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from experiments.plan.document import Source, Table
from impact.analysis.checks.ended_early import complete_observation
from impact.analysis.estimates import Check, CheckStatus, Estimate
from impact.analysis.evaluate import evaluate
from impact.analysis.sufficient import ArmProportion
from tests.impact.analysis.building import (
    AS_OF,
    HANDLE,
    RETENTION,
    full_plan,
    only,
    plan_of,
    statistics_of,
)
from tests.impact.analysis.test_checks import EVEN, context_of, grouped

PASS, WARN, FAIL = CheckStatus.PASS, CheckStatus.WARN, CheckStatus.FAIL
NOTE = "units in patient and {0} of 400 units in control ended inside the window"


def ended(
    control: int, patient: int, n: int = 400, segment: str = "all"
) -> tuple[ArmProportion, ...]:
    return (
        ArmProportion(variant="control", segment=segment, n=n, successes=control),
        ArmProportion(variant="patient", segment=segment, n=n, successes=patient),
    )


def checked(counts: Mapping[str, tuple[ArmProportion, ...]], *, final: bool = True) -> Check | None:
    context = context_of(EVEN, final=final)
    return complete_observation(replace(context, ended_early=counts))


def rows_of(**counts: tuple[ArmProportion, ...]) -> tuple[Estimate, ...]:
    return evaluate(full_plan(), statistics_of(ended_early=counts), as_of=AS_OF).estimates


@pytest.mark.parametrize(
    ("control", "patient", "status"),
    [(0, 0, PASS), (0, 1, WARN), (0, 10, WARN), (0, 11, FAIL), (30, 30, WARN)],
)
def test_any_end_warns_and_a_difference_between_the_arms_fails(
    control: int, patient: int, status: CheckStatus
) -> None:
    check = checked({"handle_time": ended(control, patient)})

    assert check is not None
    assert (check.name, check.status) == ("complete_observation", status), check.p_value


def test_before_the_planned_end_a_difference_only_warns_and_has_no_p_value() -> None:
    check = checked({"handle_time": ended(0, 90)}, final=False)

    assert check is not None
    assert (check.status, check.p_value) == (WARN, None)
    assert "p =" not in check.message


def test_the_worst_window_speaks_and_names_the_arms() -> None:
    check = checked({"handle_time": ended(0, 90), "revenue_and_handling": ended(1, 0)})

    assert check is not None
    assert "0 of 400 customers in control, 90 of 400 customers in patient" in check.message
    assert "(Handle time, 30 days)" in check.message
    assert check.message.endswith("the arms differ in it: what compares them is not shown.")


def test_whole_clusters_go_out_of_sight_together_and_do_not_fail() -> None:
    context = grouped(context_of(EVEN))

    check = complete_observation(replace(context, ended_early={"handle_time": ended(0, 90)}))

    assert check is not None
    assert (check.status, check.p_value) == (WARN, None)


def test_nothing_is_said_where_no_file_says_how_long_anybody_was_observed() -> None:
    assert checked({}) is None


@pytest.mark.parametrize("control", [19, 20])
def test_up_to_a_twentieth_of_an_arm_a_row_stands_with_a_note(control: int) -> None:
    row = only(rows_of(spend=ended(control, 20)), "spend", "mean_difference", method="cuped")

    assert row.value is not None
    assert f"observation of 20 of 400 {NOTE.format(control)}" in row.note


def test_above_a_twentieth_of_an_arm_nothing_is_compared() -> None:
    rows = rows_of(spend=ended(0, 21), resolved=ended(21, 20))

    spend = only(rows, "spend", "mean_difference", method="cuped")
    resolved = only(rows, "resolved", "proportion_difference")
    assert (spend.value, spend.ci_low, spend.p_value) == (None, None, None)
    assert "observation of 21 of 400 units in patient and 0 of 400" in spend.note
    assert "more than 5% of an arm" in spend.note
    assert resolved.value is None
    assert only(rows, "spend", "mean", variant="control").value is not None
    assert only(rows, "spend", "mean", variant="patient").value is None


def test_arms_that_differ_are_not_compared_though_few_are_missing() -> None:
    rows = rows_of(spend=ended(0, 14))

    row = only(rows, "spend", "mean_difference", method="welch")
    assert row.value is None
    assert "and the arms differ in it" in row.note


def test_a_segment_stands_or_falls_by_its_own_units() -> None:
    rows = rows_of(spend=(*ended(10, 12), *ended(10, 12, n=100, segment="tier=pro")))

    whole = only(rows, "spend", "mean_difference", method="welch")
    segment = only(rows, "spend", "mean_difference", method="welch", segment="tier=pro")
    assert whole.value is not None
    assert segment.value is None


def test_money_over_a_window_is_withheld_and_points_to_the_horizon() -> None:
    rows = rows_of(revenue_and_handling=ended(40, 40))

    net = only(rows, "net_value", "net_value")
    assert net.value is None
    assert net.note.endswith("a mean of revenue.amount with a horizon allows for that")
    assert only(rows, "spend", "mean_difference", method="welch").value is not None


def test_churn_in_a_window_points_to_the_time_to_it() -> None:
    churned = replace(HANDLE, key="left", source=Source(table=Table.CHURN))
    plan = plan_of(RETENTION, churned)
    statistics = statistics_of(
        moments={"left": statistics_of().moments["handle_time"]}, ended_early={"left": ended(1, 1)}
    )

    row = only(evaluate(plan, statistics, as_of=AS_OF).estimates, "left", "ratio_difference")

    assert row.note.endswith("kind: time_to_event allows for that")


def test_levels_that_were_not_observed_are_not_called_too_small() -> None:
    plan = replace(full_plan(), segments=("tier",))
    counts = (*ended(1, 0), *ended(10, 12, n=100, segment="tier=pro"))
    statistics = statistics_of(ended_early={"spend": counts})

    rows = evaluate(plan, statistics, as_of=AS_OF).estimates

    row = only(rows, "spend", "interaction")
    assert "1 of 1 levels left out: observation ended inside the window" in row.note
