"""Lifetime revenue joined: which payments count, for whom, and what a run keeps of it."""

from dataclasses import fields

import numpy as np
import pytest

from impact.analysis.storage import dump, load
from impact.analysis.sufficient import ArmLifetime
from impact.errors import UnknownCurrency
from tests.impact.join.tables import Row, at, compute, plan_of

LIFETIME = "- {key: paid, role: primary, kind: mean, source: revenue.amount, horizon: 10}"
SEGMENTED = "segments: [tier]"


def assigned(unit: str, variant: str = "a", **further: object) -> Row:
    return {"unit_id": unit, "variant": variant, "assigned_at": "2026-03-01T12:00", **further}


def paid(unit: str, day: str, amount: str, currency: str = "EUR") -> Row:
    return {
        "transaction_id": f"{unit}{day}{amount}",
        "customer_id": unit,
        "occurred_at": f"2026-03-{day}",
        "amount": amount,
        "currency": currency,
    }


def left(unit: str, day: str) -> Row:
    return {"customer_id": unit, "churned_at": f"2026-03-{day}T09:00"}


def of_arm(arms: tuple[ArmLifetime, ...], variant: str = "a", segment: str = "all") -> ArmLifetime:
    return next(arm for arm in arms if (arm.variant, arm.segment) == (variant, segment))


def test_payments_count_by_the_day_on_which_they_are_known() -> None:
    found = compute(
        plan_of(LIFETIME),
        [assigned("x"), assigned("y", "b")],
        revenue=[paid("x", "01T13:00", "1.00"), paid("x", "03T08:00", "2.50")],
        churn=[],
    )

    arm = of_arm(found.lifetimes["paid"])
    assert list(zip(arm.known.tolist(), arm.paid.tolist(), strict=True)) == [(1, 1.0), (3, 2.5)]
    assert (arm.time.tolist(), arm.complete.tolist()) == ([10], [True])


def test_what_was_paid_before_the_start_after_churn_or_on_the_horizon_does_not_count() -> None:
    found = compute(
        plan_of(LIFETIME),
        [assigned("x"), assigned("y", "b")],
        revenue=[
            paid("x", "01T11:00", "64.00"),
            paid("x", "04T23:00", "1.00"),
            paid("x", "05T08:00", "2.00"),
            paid("y", "10T08:00", "4.00"),
            paid("y", "11T08:00", "8.00"),
        ],
        churn=[left("x", "04")],
    )

    churned, stayed = (of_arm(found.lifetimes["paid"], arm) for arm in ("a", "b"))
    assert (churned.known.tolist(), churned.paid.tolist()) == ([3], [1.0])
    assert (churned.time.tolist(), churned.churned.tolist()) == ([3], [True])
    assert (stayed.known.tolist(), stayed.paid.tolist()) == ([10], [4.0])


def test_the_day_on_which_observation_ends_was_not_seen_to_its_end() -> None:
    found = compute(
        plan_of(LIFETIME),
        [assigned("x"), assigned("y", "b")],
        revenue=[paid("x", "04T08:00", "1.00"), paid("x", "05T08:00", "2.00")],
        churn=[],
        customers=[{"customer_id": "x", "observed_until": "2026-03-05T20:00"}],
    )

    arm = of_arm(found.lifetimes["paid"])
    assert (arm.known.tolist(), arm.paid.tolist()) == ([4], [1.0])
    assert (arm.time.tolist(), arm.complete.tolist()) == ([4], [False])


def test_a_payment_counts_for_those_of_whom_it_would_not_have_been_seen() -> None:
    found = compute(
        plan_of(LIFETIME),
        [assigned("x"), assigned("y"), assigned("z", "b")],
        revenue=[paid("x", "02T08:00", "1.00"), paid("x", "08T08:00", "3.00")],
        churn=[],
        customers=[{"customer_id": "y", "observed_until": "2026-03-05T20:00"}],
    )

    arm = of_arm(found.lifetimes["paid"])
    assert dict(zip(arm.time.tolist(), arm.earned.tolist(), strict=True)) == {4: 0.0, 10: 7.0}


def test_segments_are_weighted_by_their_own_observation_and_keep_empty_arms() -> None:
    found = compute(
        plan_of(LIFETIME, head=SEGMENTED),
        [assigned("x", tier="pro"), assigned("y", tier="basic"), assigned("z", "b", tier="pro")],
        revenue=[paid("x", "08T08:00", "3.00")],
        churn=[],
        customers=[{"customer_id": "y", "observed_until": "2026-03-05T20:00"}],
    )

    arms = found.lifetimes["paid"]
    assert of_arm(arms, "a", "tier=pro").earned.tolist() == [3.0]
    assert of_arm(arms, "b", "tier=basic").n.tolist() == []


def test_amounts_without_a_rate_are_refused_where_they_count() -> None:
    rows = [paid("x", "02T08:00", "1.00"), paid("x", "03T08:00", "1.00", "CHF")]

    with pytest.raises(UnknownCurrency, match="CHF"):
        compute(plan_of(LIFETIME), [assigned("x"), assigned("y", "b")], revenue=rows, churn=[])


def test_without_churn_nobody_knows_who_could_still_pay() -> None:
    found = compute(plan_of(LIFETIME), [assigned("x"), assigned("y", "b")], revenue=[])

    assert found.not_estimable == {"paid": "no churn data were given"}


def test_a_run_keeps_it_to_the_digit() -> None:
    found = compute(
        plan_of(LIFETIME),
        [assigned("x"), assigned("y"), assigned("z", "b")],
        revenue=[paid("x", "02T08:00", "0.10"), paid("y", "03T08:00", "0.20")],
        churn=[left("y", "06")],
        as_of=at("2026-03-09"),
    )

    (again,) = load(dump(found)).lifetimes.values()
    for before, after in zip(found.lifetimes["paid"], again, strict=True):
        for field in fields(ArmLifetime):
            assert np.array_equal(getattr(before, field.name), getattr(after, field.name))
            assert type(getattr(before, field.name)) is type(getattr(after, field.name))
