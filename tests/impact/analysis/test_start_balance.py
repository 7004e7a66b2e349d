"""Arms that did not start at the same times: the thresholds, and what is said."""

from dataclasses import replace

import pytest

from experiments.plan.switchback import Switchback
from impact.analysis.checks.start_balance import covariate_balance
from impact.analysis.estimates import Check, CheckStatus
from impact.analysis.sufficient import StartTimes
from tests.impact.analysis.test_checks import EVEN, context_of, grouped

PASS, WARN, FAIL = CheckStatus.PASS, CheckStatus.WARN, CheckStatus.FAIL


def times(name: str, **shares: tuple[int, int]) -> StartTimes:
    counts = [
        (label, variant, n)
        for label, pair in shares.items()
        for variant, n in zip(("control", "patient"), pair, strict=True)
    ]
    return StartTimes(name=name, counts=tuple(counts))


def checked(*started: StartTimes) -> Check | None:
    return covariate_balance(context_of(replace(EVEN, start_times=started)))


@pytest.mark.parametrize(("moved", "status"), [(40, PASS), (41, WARN), (51, WARN), (52, FAIL)])
def test_other_weekdays_warn_at_a_hundredth_and_fail_at_a_thousandth(
    moved: int, status: CheckStatus
) -> None:
    check = checked(times("start_weekday", Mon=(250, 250 + moved), Tue=(250, 250 - moved)))

    assert check is not None
    assert (check.name, check.status) == ("covariate_balance", status), check.p_value
    assert check.df == 1


def test_the_worst_is_named_with_the_shares_of_the_arms() -> None:
    check = checked(
        times("start_weekday", Mon=(250, 250), Tue=(250, 250)),
        times("start_hour", **{"09": (300, 100), "14": (100, 300), "20": (100, 100)}),
    )

    assert check is not None
    assert check.status is FAIL
    assert "the hour of the day differs" in check.message
    assert "09 (60.0% of control, 20.0% of patient)" in check.message


def test_arms_that_started_alike_are_said_to() -> None:
    check = checked(
        times("start_weekday", Mon=(250, 255), Tue=(250, 245)),
        times("start_hour", **{"09": (300, 300), "14": (200, 200)}),
        times("start_season", **{"Dec-Feb": (500, 500)}),
    )

    assert check is not None
    assert check.message == "The arms started alike by day of the week and hour of the day."


def test_one_season_and_no_hours_leave_nothing_to_compare() -> None:
    assert checked(times("start_season", **{"Dec-Feb": (500, 500)})) is None
    assert checked() is None


def test_where_time_itself_is_split_nothing_is_balanced_by_it() -> None:
    started = times("start_hour", **{"09": (300, 100), "14": (100, 300)})
    context = context_of(replace(EVEN, start_times=(started,)))
    plan = replace(context.plan, switchback=Switchback(window="window_id"))

    assert covariate_balance(replace(context, plan=plan)) is None


def test_customers_of_whole_teams_start_at_the_hours_of_their_team() -> None:
    started = times("start_hour", **{"09": (300, 100), "14": (100, 300)})

    assert covariate_balance(grouped(context_of(replace(EVEN, start_times=(started,))))) is None


def of_version(version: str, **shares: tuple[int, int]) -> StartTimes:
    return replace(times("start_weekday", **shares), version=version)


def test_a_split_that_the_plan_changes_between_versions_is_no_imbalance() -> None:
    first, second = (900, 100), (500, 500)

    pooled = checked(times("start_weekday", Mon=first, Tue=second))
    within = checked(
        of_version("1", Mon=first, Sun=(450, 50)), of_version("2", Tue=second, Sat=(100, 100))
    )

    assert pooled is not None
    assert within is not None
    assert (pooled.status, within.status) == (FAIL, PASS)
    assert (within.statistic, within.df) == (0.0, 2)


def test_the_tests_within_versions_add_up_and_name_the_worst_of_them() -> None:
    check = checked(
        of_version("1", Mon=(30, 20), Tue=(20, 30)), of_version("2", Mon=(300, 200), Tue=(200, 300))
    )

    assert check is not None
    assert (check.statistic, check.df, check.status) == (44.0, 2, FAIL)
    assert "Mon (60.0% of control, 40.0% of patient)" in check.message
    assert "of version 2" in check.message
