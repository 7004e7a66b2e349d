"""Every threshold of a check, from both sides."""

from dataclasses import replace

import numpy as np
import pytest

from impact.analysis.checks.balance import pre_period_balance
from impact.analysis.checks.compliance import compliance
from impact.analysis.checks.context import CheckContext
from impact.analysis.checks.freshness import data_freshness
from impact.analysis.checks.registry import run_checks, split_is_broken
from impact.analysis.checks.sample_ratio import sample_ratio
from impact.analysis.checks.shares import late_assignment, multiple_exposure
from impact.analysis.estimates import Check, CheckStatus
from impact.analysis.sufficient import ArmCount, CheckCounts
from tests.impact.analysis.building import AS_OF, HANDLE, arms_of, plan_of
from tests.impact.stats.answers import known

PASS, WARN, FAIL = CheckStatus.PASS, CheckStatus.WARN, CheckStatus.FAIL


def context_of(counts: CheckCounts, *, final: bool = True) -> CheckContext:
    arms = tuple(
        ArmCount(variant=variant, n_units=500, n_eligible=500, n_mature=500)
        for variant in ("control", "patient")
    )
    return CheckContext(plan=plan_of(HANDLE), counts=counts, arms=arms, as_of=AS_OF, final=final)


def split(control: int, patient: int) -> CheckCounts:
    return CheckCounts(assigned=(("control", control), ("patient", patient)))


EVEN = split(500, 500)


def present(check: Check | None) -> Check:
    assert check is not None
    return check


@pytest.mark.parametrize(("control", "patient", "status"), [(5164, 4836, PASS), (5165, 4835, FAIL)])
def test_the_split_fails_below_one_in_a_thousand(
    control: int, patient: int, status: CheckStatus
) -> None:
    check = sample_ratio(context_of(split(control, patient)))

    assert check.status is status
    assert (known(check.p_value) < 0.001) is (status is FAIL)
    assert check.df == 1


def test_while_people_watch_the_always_valid_test_decides() -> None:
    check = sample_ratio(context_of(split(5165, 4835), final=False))

    assert check.status is PASS
    assert check.df is None
    assert "Always-valid test p = 0.0458" in check.message
    assert "Chi-square" not in check.message
    assert sample_ratio(context_of(split(5400, 4600), final=False)).status is FAIL


def test_the_split_is_compared_with_the_plans_weights() -> None:
    plan = plan_of(HANDLE, weights=(("control", 9000), ("patient", 1000)))

    check = sample_ratio(replace(context_of(split(9010, 990)), plan=plan))

    assert check.status is PASS
    assert "patient got 990 (9.90%, planned 10.00%)" in check.message


def test_an_experiment_that_nobody_entered_is_not_a_broken_one() -> None:
    check = sample_ratio(context_of(split(0, 0)))

    assert check.status is WARN
    assert check.message == "The split cannot be checked: no customer was assigned yet."


@pytest.mark.parametrize(("count", "status"), [(0, PASS), (1, WARN), (10, WARN), (11, FAIL)])
def test_multiple_exposure_is_tolerated_up_to_one_in_a_hundred(
    count: int, status: CheckStatus
) -> None:
    check = multiple_exposure(context_of(replace(EVEN, multiple_exposure=count)))

    assert check.status is status
    assert "1,000 customers" in check.message


@pytest.mark.parametrize(("count", "status"), [(0, PASS), (1, WARN), (10, WARN), (11, FAIL)])
def test_late_assignment_is_tolerated_up_to_one_in_a_hundred(
    count: int, status: CheckStatus
) -> None:
    counts = replace(EVEN, late_assignment=count, ineligible_before_start=1)

    check = late_assignment(context_of(counts))

    assert check.status is status
    assert "1 customer had left before the start" in check.message


@pytest.mark.parametrize(("served", "status"), [(475, PASS), (474, WARN), (250, WARN), (249, FAIL)])
def test_compliance_warns_below_95_percent_and_fails_below_half(
    served: int, status: CheckStatus
) -> None:
    counts = replace(EVEN, compliance=(("control", 500, 500), ("patient", 500, served)))

    check = present(compliance(context_of(counts)))

    assert check.status is status
    assert f"{served / 500:.1%} of 500 customers in patient" in check.message


@pytest.mark.parametrize(
    ("seen", "status"),
    [("2026-10-29T00:00:00+00:00", PASS), ("2026-10-28T23:59:59+00:00", WARN)],
)
def test_data_older_than_three_days_are_worth_a_warning(seen: str, status: CheckStatus) -> None:
    tables = (("contacts", seen), ("churn", "2026-10-31T00:00:00+00:00"))

    check = present(data_freshness(context_of(replace(EVEN, last_seen=tables))))

    assert check.status is status


def test_an_enrolment_that_ended_is_not_a_stale_feed() -> None:
    tables = (("assignments", "2026-01-01T00:00:00+00:00"), ("churn", "2026-10-31T00:00:00+00:00"))

    assert present(data_freshness(context_of(replace(EVEN, last_seen=tables)))).status is PASS


def balance_of(gap: float, *, final: bool = True) -> Check:
    wave = np.tile([-1.0, 1.0], 250)
    arms = arms_of(("y",), {"control": wave, "patient": wave + gap})
    same = arms_of(("y",), {"control": wave, "patient": wave})
    counts = replace(EVEN, pre_period=(("spend", same), ("contacts", arms)))
    return present(pre_period_balance(context_of(counts, final=final)))


@pytest.mark.parametrize(
    ("gap", "status"), [(0.1780, PASS), (0.1783, WARN), (0.2210, WARN), (0.2213, FAIL)]
)
def test_imbalance_before_the_start_warns_at_a_hundredth_and_fails_at_a_thousandth(
    gap: float, status: CheckStatus
) -> None:
    check = balance_of(gap)

    assert check.status is status, check.p_value
    assert "contacts" in check.message


def grouped(context: CheckContext) -> CheckContext:
    """Whole teams were randomised, whose customers are the units."""
    teams = plan_of(replace(HANDLE, cluster="team"))
    return replace(context, plan=teams, clusters=(("control", 12), ("patient", 12)))


def test_customers_of_whole_teams_are_not_expected_to_be_alike_before_the_start() -> None:
    wave = np.tile([-1.0, 1.0], 250)
    arms = arms_of(("y",), {"control": wave, "patient": wave + 0.5})
    context = context_of(replace(EVEN, pre_period=(("contacts", arms),)))
    teams = replace(context, clusters=(("control", 500), ("patient", 500)))

    assert pre_period_balance(grouped(context)) is None
    assert present(pre_period_balance(teams)).status is FAIL  # each of them is a unit


@pytest.mark.parametrize(("gap", "status"), [(0.2210, PASS), (0.2213, WARN)])
def test_before_the_planned_end_an_imbalance_warns_and_shows_no_p_value(
    gap: float, status: CheckStatus
) -> None:
    check = balance_of(gap, final=False)

    assert check.status is status
    assert check.statistic is check.df is check.p_value is None
    assert "p =" not in check.message


def test_checks_without_anything_to_look_at_are_absent() -> None:
    names = [check.name for check in run_checks(context_of(EVEN))]

    assert names == ["sample_ratio", "multiple_exposure", "late_assignment", "interference"]


def test_only_a_failed_split_breaks_the_comparison() -> None:
    counts = replace(split(600, 400), multiple_exposure=300)

    assert split_is_broken(run_checks(context_of(counts)))
    assert not split_is_broken(run_checks(context_of(replace(EVEN, multiple_exposure=300))))
