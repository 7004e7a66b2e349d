"""The check of an effect that changes over time: when it warns, and in which words."""

from dataclasses import replace

import pytest

from experiments.plan.document import Metric, Role
from impact.analysis.checks.context import CheckContext
from impact.analysis.checks.proportional_hazards import proportional_hazards
from impact.analysis.estimates import CheckStatus, Estimate
from impact.analysis.headlines import PIECEWISE
from impact.analysis.sufficient import CheckCounts, SurvivalCounts
from tests.impact.analysis.building import AS_OF
from tests.impact.analysis.survival.changes import (
    ARMS,
    PASS,
    PLAN,
    WARN,
    answer_to,
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
