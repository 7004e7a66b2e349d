"""The check of the log against contact records, each threshold from both sides."""

from dataclasses import replace

import pytest

from impact.analysis.checks.reconciliation import exposure_reconciliation
from impact.analysis.estimates import Check, CheckStatus
from impact.analysis.sufficient import Reconciled
from tests.impact.analysis.test_checks import EVEN, context_of, present

PASS, WARN, FAIL = CheckStatus.PASS, CheckStatus.WARN, CheckStatus.FAIL
ARMS = ("control", "patient")


def counted(
    variant: str,
    *,
    asked: int = 1000,
    lost: int = 0,
    told: int = 0,
    changed: int = 0,
    place: tuple[str, str] = ("all", ""),
) -> Reconciled:
    return Reconciled(
        kind=place[0],
        place=place[1],
        variant=variant,
        asked=asked,
        met=asked - lost,
        told=told,
        kept=told - changed,
        units=asked,
        units_lost=lost,
    )


def check_of(*rows: Reconciled) -> Check:
    return present(exposure_reconciliation(context_of(replace(EVEN, reconciled=rows))))


def both(*, lost: int = 0, told: int = 0, changed: int = 0) -> tuple[Reconciled, ...]:
    return tuple(counted(variant, lost=lost, told=told, changed=changed) for variant in ARMS)


def test_where_nothing_could_be_compared_there_is_no_check() -> None:
    assert exposure_reconciliation(context_of(EVEN)) is None


@pytest.mark.parametrize(("lost", "status"), [(50, PASS), (51, WARN)])
def test_contacts_without_a_record_warn_above_five_per_cent(lost: int, status: CheckStatus) -> None:
    check = check_of(*both(lost=lost))

    assert check.status is status
    assert f"{1 - lost / 1000:.1%} have a contact record" in check.message


@pytest.mark.parametrize(("changed", "status"), [(50, PASS), (51, WARN)])
def test_another_variant_played_warns_above_five_per_cent(
    changed: int, status: CheckStatus
) -> None:
    check = check_of(*both(told=1000, changed=changed))

    assert check.status is status
    assert f"{1 - changed / 1000:.1%} say as assigned" in check.message


@pytest.mark.parametrize(("lost", "status"), [(42, PASS), (44, FAIL)])
def test_an_arm_that_loses_more_records_fails_below_one_in_a_thousand(
    lost: int, status: CheckStatus
) -> None:
    check = check_of(counted("control", lost=18), counted("patient", lost=lost))

    assert check.status is status
    assert check.p_value is not None
    assert (check.p_value < 0.001) is (status is FAIL)


def test_a_router_that_plays_control_is_named() -> None:
    north, south = ("router", "north"), ("router", "south")
    check = check_of(
        *both(told=1000, changed=20),
        *(counted(arm, told=900, place=north) for arm in ARMS),
        counted("control", asked=100, told=100, place=south),
        counted("patient", asked=100, told=100, changed=40, place=south),
    )

    assert check.status is WARN
    assert "The router south: 20.0% of 200 were played another variant." in check.message
    assert "north" not in check.message


def test_a_queue_with_a_broken_split_is_named_and_few_rows_are_not_judged() -> None:
    check = check_of(
        *both(),
        counted("control", asked=400, place=("queue", "billing")),
        counted("patient", asked=250, place=("queue", "billing")),
        counted("control", asked=60, lost=60, place=("queue", "small")),
        counted("patient", asked=39, lost=39, place=("queue", "small")),
    )

    assert check.status is WARN
    assert "The queue billing: the split is no chance" in check.message
    assert "small" not in check.message
