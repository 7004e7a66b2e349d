"""Time at risk as contracts allow it: entries from the customers file."""

import pytest

from impact.analysis.sufficient import SufficientStatistics, SurvivalCounts
from tests.impact.join.tables import Row, compute, plan_of

START = {"unit_id": "1", "variant": "a", "assigned_at": "2026-06-01T10:00"}
METRIC = "- {key: kept, role: primary, kind: time_to_event, source: churn, at_risk: {%s}}"


def joined(at_risk: str, customer: Row | None, churned_at: str = "") -> SufficientStatistics:
    customers: list[Row] = [] if customer is None else [{"customer_id": "1", **customer}]
    known = [
        *customers,
        {"customer_id": "other", "renewal_at": "2026-01-01", "at_risk_from": "2026-01-01"},
    ]
    churn = [{"customer_id": "1", "churned_at": churned_at}] if churned_at else []
    return compute(plan_of(METRIC % at_risk), [START], churn=churn, customers=known)


def interval(at_risk: str, customer: Row | None, churned_at: str = "") -> tuple[int, int, int]:
    (counts,) = joined(at_risk, customer, churned_at).survival["kept"]
    assert counts.entry is not None
    return int(counts.entry[0]), int(counts.time[0]), int(counts.event[0])


def test_a_customer_is_at_risk_on_the_very_day_of_the_renewal() -> None:
    renewal = {"renewal_at": "2026-06-11"}

    assert interval("from: renewal_at", renewal, "2026-06-11T09:00") == (9, 10, 1)
    assert interval("from: renewal_at", renewal) == (9, 29, 0)


@pytest.mark.parametrize("customer", [None, {"renewal_at": None}, {"renewal_at": "2025-01-01"}])
def test_without_a_date_ahead_a_customer_is_at_risk_from_the_start(customer: Row | None) -> None:
    assert interval("from: renewal_at", customer, "2026-06-01T12:00") == (-1, 0, 1)


def test_a_renewal_after_the_cut_is_never_at_risk() -> None:
    entry, time, event = interval("from: renewal_at", {"renewal_at": "2026-09-01"})

    assert (entry, time, event) == (91, 29, 0)


def test_the_latest_of_several_dates_opens_the_risk() -> None:
    customer = {"renewal_at": "2026-06-05", "at_risk_from": "2026-06-09"}

    assert interval("from: [renewal_at, at_risk_from]", customer)[0] == 7


def test_a_window_closes_the_risk_before_churn_that_comes_after_it() -> None:
    customer = {"renewal_at": "2026-06-11"}

    assert interval("from: renewal_at, for: 5", customer, "2026-06-15T00:00") == (9, 14, 1)
    assert interval("from: renewal_at, for: 5", customer, "2026-06-16T00:00") == (9, 14, 0)
    assert interval("from: renewal_at, for: 5", None, "2026-06-16T00:00") == (-1, 15, 1)


def test_a_window_that_closed_before_the_start_is_never_at_risk() -> None:
    entry, time, _ = interval("from: renewal_at, for: 5", {"renewal_at": "2026-05-01"})

    assert entry >= time


def test_churn_outside_of_the_window_has_no_cause() -> None:
    plan = plan_of(
        "- {key: kept, role: primary, kind: time_to_event, source: churn, causes: [voluntary],"
        " at_risk: {from: renewal_at, for: 5}}"
    )
    customers = [{"customer_id": "1", "renewal_at": "2026-06-11"}]
    churn = [{"customer_id": "1", "churned_at": "2026-06-20", "reason": "voluntary"}]

    (counts,) = compute(plan, [START], churn=churn, customers=customers).survival["kept"]

    assert _causes(counts) == [""]
    assert counts.event.tolist() == [0]


def test_dates_that_nobody_has_are_a_reason() -> None:
    plan = plan_of(METRIC % "from: observed_from")

    without = compute(plan, [START], churn=[])
    empty = compute(plan, [START], churn=[], customers=[{"customer_id": "1"}])

    assert without.not_estimable == {"kept": "no customers data were given"}
    assert empty.not_estimable == {"kept": "no customer has a value of observed_from"}


def _causes(counts: SurvivalCounts) -> list[str]:
    assert counts.cause is not None
    return [str(cause) for cause in counts.cause]
