"""Units whose observation ended inside of a window: counted by arm, churned ones known."""

import pytest

from impact.analysis.storage import dump, load
from impact.analysis.sufficient import SufficientStatistics
from tests.impact.join.one_unit import EUROS, START, metric
from tests.impact.join.tables import Row, at, compute, plan_of

REVENUE = metric("kind: mean, source: revenue.amount, window: 10", EUROS)
CHURNED: Row = {"customer_id": "1", "churned_at": "2026-06-05"}


def ended(statistics: SufficientStatistics, key: str = "m", segment: str = "all") -> list[int]:
    """Return the units of variant a that count, and those whose observation ended."""
    arms = statistics.ended_early[key]
    return [
        count
        for arm in arms
        if (arm.variant, arm.segment) == ("a", segment)
        for count in (arm.n, arm.successes)
    ]


def seen_until(day: str) -> list[Row]:
    return [{"customer_id": "1", "observed_until": day}]


@pytest.mark.parametrize(("day", "n"), [("2026-06-10", 1), ("2026-06-11", 0), ("2026-07-30", 0)])
def test_observation_that_ends_inside_of_the_window_is_counted(day: str, n: int) -> None:
    statistics = compute(REVENUE, [START], revenue=[], customers=seen_until(day))

    assert ended(statistics) == ended(statistics, "revenue_and_handling") == [1, n]


def test_who_churned_before_is_known_to_the_end() -> None:
    statistics = compute(
        REVENUE, [START], revenue=[], churn=[CHURNED], customers=seen_until("2026-06-06")
    )

    assert ended(statistics) == [1, 0]


def test_only_units_that_count_are_asked_and_each_segment_has_its_own() -> None:
    plan = plan_of(
        "- {key: m, role: primary, kind: mean, source: contacts, window: 10}",
        head="segments: [tier]",
    )
    units: list[Row] = [
        {**START, "tier": "pro"},
        {**START, "unit_id": "2", "tier": "basic"},
        {**START, "unit_id": "3", "tier": "pro", "assigned_at": "2026-06-28"},
    ]
    customers: list[Row] = [
        {"customer_id": name, "observed_until": day}
        for name, day in (("1", "2026-06-03"), ("2", ""), ("3", "2026-06-29"))
        if day
    ]

    statistics = compute(plan, units, contacts=[], customers=customers)

    assert ended(statistics) == [2, 1]
    assert ended(statistics, segment="tier=pro") == [1, 1]
    assert ended(statistics, segment="tier=basic") == [1, 0]


def test_a_window_over_the_change_of_clocks_was_observed_where_nobody_says_otherwise() -> None:
    plan = metric("kind: mean, source: contacts, window: 10", head="timezone: Europe/Berlin")
    unit = {**START, "assigned_at": "2026-10-20T00:00:00+02:00"}
    over = at("2026-10-29T23:00:00+01:00")

    statistics = compute(plan, [unit], contacts=[], customers=[{"customer_id": "1"}], as_of=over)

    assert ended(statistics) == [1, 0]


def test_without_customers_nothing_is_counted_or_stored() -> None:
    statistics = compute(REVENUE, [START], revenue=[])

    assert statistics.ended_early == {}


def test_the_counts_are_stored_and_statistics_of_before_are_read_without_them() -> None:
    counted = compute(REVENUE, [START], revenue=[], customers=seen_until("2026-06-03"))
    before = compute(REVENUE, [START], revenue=[])

    assert load(dump(counted)).ended_early == counted.ended_early
    assert load(dump(before)).ended_early == {}
