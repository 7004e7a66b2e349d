"""Windows: half-open, mature, before the start, as things were known."""

import pytest

from tests.impact.join.one_unit import COUNT, EUROS, START, contact, mean, metric, paid
from tests.impact.join.tables import at, compute, moments


@pytest.mark.parametrize(
    ("moment", "count"),
    [
        ("2026-06-01T09:59:59", 0),
        ("2026-06-01T10:00:00", 1),
        ("2026-06-11T09:59:59", 1),
        ("2026-06-11T10:00:00", 0),
    ],
)
def test_a_window_is_half_open(moment: str, count: int) -> None:
    assert mean(COUNT, contacts=[contact(1, moment)]) == (1, count)


@pytest.mark.parametrize(("as_of", "n"), [("2026-06-11T09:59:59", 0), ("2026-06-11T10:00:00", 1)])
def test_a_unit_is_mature_when_its_window_is_over(as_of: str, n: int) -> None:
    statistics = compute(COUNT, [START], contacts=[], as_of=at(as_of))

    assert moments(statistics.moments["m"], "a") == (n, 0)
    assert (statistics.arms[0].n_eligible, statistics.arms[0].n_mature) == (1, n)


def test_the_contact_for_which_the_router_asked_belongs_to_the_window() -> None:
    plan = metric("kind: mean, source: contacts, window: 10, adjustment: {pre_window: 10}")
    rows = [contact(1, "2026-06-01T09:59:58"), contact(2, "2026-06-01T09:50")]

    arm = compute(plan, [{**START, "contact_id": "c1"}], contacts=rows).moments["m"][0]

    assert arm.moments.means.tolist() == [1.0, 1.0]


def test_a_plan_may_count_the_immature_too() -> None:
    plan = metric("kind: mean, source: contacts, window: 10, maturity: all")

    statistics = compute(
        plan, [START], contacts=[contact(1, "2026-06-01T11:00")], as_of=at("2026-06-02")
    )

    assert moments(statistics.moments["m"], "a") == (1, 1)


def test_the_later_version_of_a_contact_wins_and_one_after_as_of_is_unseen() -> None:
    plan = metric("kind: mean, source: contacts.talk_seconds, window: 10")
    rows = [
        contact(1, "2026-06-02", talk_seconds=200.0, updated_at="2026-06-04"),
        contact(1, "2026-06-02", talk_seconds=100.0, updated_at="2026-06-03"),
        contact(1, "2026-06-02", talk_seconds=50.0),
        contact(1, "2026-06-02", talk_seconds=900.0, updated_at="2026-07-04"),
    ]

    assert mean(plan, contacts=rows) == (1, 200)


def test_revenue_and_handling_come_from_the_same_mature_units() -> None:
    plan = metric("kind: time_to_event, source: churn", EUROS)
    units = [START, {**START, "unit_id": "2", "assigned_at": "2026-06-29"}]
    contacts = [contact(1, "2026-06-02", talk_seconds=90.0)]

    statistics = compute(
        plan, units, churn=[], contacts=contacts, revenue=[paid(1, "2026-06-02", "12.5")]
    )

    arm = statistics.money["revenue_and_handling"][0].moments
    assert (arm.names, arm.n) == (("revenue", "handle_minutes"), 1)
    assert arm.means.tolist() == [12.5, 1.5]


def test_the_time_before_the_start_is_compared_where_there_is_any() -> None:
    contacts = [contact(1, "2026-05-30")]

    statistics = compute(COUNT, [START], contacts=contacts, revenue=[])

    assert [name for name, _ in statistics.checks.pre_period] == ["contacts"]
    assert moments(statistics.checks.pre_period[0][1], "a") == (1, 1)
