"""A date alone: the day of the start is after the start, whatever the hour of it."""

import pytest

from experiments.plan.document import Plan
from tests.impact.join.one_unit import COUNT, EUROS, START, contact, mean, metric, paid
from tests.impact.join.tables import Row, at, compute, moments

CUPED = metric(
    "kind: mean, source: revenue.amount, window: 10, adjustment: {pre_window: 10}", EUROS
)
BERLIN = metric(
    "kind: mean, source: revenue.amount, window: 10, adjustment: {pre_window: 10}",
    f"timezone: Europe/Berlin\n{EUROS}",
)


def money(plan: Plan, moment: str) -> list[float]:
    """Return what one payment adds to the window and to the days before it."""
    found = compute(plan, [START], revenue=[paid(1, moment, "8")])
    return [float(value) for value in found.moments["m"][0].moments.means]


@pytest.mark.parametrize(
    ("moment", "means"),
    [
        ("2026-05-21", [0, 0]),
        ("2026-05-22", [0, 8]),
        ("2026-05-31", [0, 8]),
        ("2026-06-01", [8, 0]),
        ("2026-06-10", [8, 0]),
        ("2026-06-11", [0, 0]),
        ("2026-06-01T09:59", [0, 8]),
        ("2026-06-11T09:59", [8, 0]),
    ],
)
def test_a_date_is_compared_with_the_date_of_the_start(moment: str, means: list[float]) -> None:
    assert money(CUPED, moment) == means


@pytest.mark.parametrize(
    ("moment", "means"),
    [
        ("2026-06-01T00:00+02:00", [8, 0]),
        ("2026-06-11T00:00+02:00", [0, 0]),
        ("2026-06-01T02:00+02:00", [8, 0]),  # as the service reads 2026-06-01, by UTC
        ("2026-06-01T01:00+02:00", [0, 8]),
        ("2026-05-22T00:00+02:00", [0, 8]),
    ],
)
def test_a_date_is_midnight_by_the_clocks_of_the_plan_or_of_the_service(
    moment: str, means: list[float]
) -> None:
    assert money(BERLIN, moment) == means


def test_a_date_over_the_change_of_clocks_is_still_one() -> None:
    unit = {**START, "assigned_at": "2026-10-24T10:00+02:00"}
    rows = [paid(1, "2026-11-02T00:00+01:00", "8"), paid(2, "2026-11-03T00:00+01:00", "16")]

    found = compute(BERLIN, [unit], as_of=at("2026-12-01"), revenue=rows)

    assert moments(found.moments["m"], "a") == (1, 8.0)


def test_contacts_observations_and_surveys_of_the_day_of_the_start_count() -> None:
    scored = metric("kind: mean, source: observations.score, window: 10")
    asked = metric("kind: mean, source: surveys.csat, window: 10")
    score: Row = {"unit_id": "1", "metric": "score", "value": 3.0, "observed_at": "2026-06-01"}
    answer: Row = {"survey_id": "s", "customer_id": "1", "sent_at": "2026-06-01", "csat": 4.0}

    assert mean(COUNT, contacts=[contact(1, "2026-06-01")]) == (1, 1)
    assert mean(scored, observations=[score]) == (1, 3.0)
    assert mean(asked, surveys=[answer]) == (1, 4.0)
    assert mean(asked, surveys=[{**answer, "answered_at": "2026-06-02"}]) == (1, 4.0)


def test_lifetime_revenue_has_what_was_paid_on_the_day_of_the_start() -> None:
    plan = metric("kind: mean, source: revenue.amount, horizon: 10", EUROS)
    rows = [
        paid(1, "2026-06-01", "8"),
        paid(2, "2026-05-31", "16"),
        paid(3, "2026-06-01T09:00", "32"),
    ]

    found = compute(plan, [START], churn=[], revenue=rows)

    assert found.lifetimes["m"][0].paid.tolist() == [8.0]


@pytest.mark.parametrize(
    ("moment", "early"), [("2026-06-01", 0), ("2026-05-31", 1), ("2026-06-01T09:00", 1)]
)
def test_who_met_the_policy_on_the_date_of_the_start_was_not_early(moment: str, early: int) -> None:
    found = compute(COUNT, [{**START, "exposed_at": moment}], contacts=[])

    assert found.checks.late_assignment == early
