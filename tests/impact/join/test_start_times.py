"""When units started, by the clocks of the plan."""

import pytest

from impact.analysis.storage import dump, load
from impact.analysis.sufficient import SufficientStatistics
from tests.impact.join.tables import SURVIVAL, Row, compute, plan_of

STARTS = ("2026-02-27T23:30", "2026-03-01T08:05", "2026-06-01T10:00", "2026-06-01T10:14")


def unit(number: int, start: str) -> Row:
    return {"unit_id": str(number), "variant": "ab"[number % 2], "assigned_at": start}


def joined(zone: str = "UTC") -> SufficientStatistics:
    units = [unit(number, start) for number, start in enumerate(STARTS)]
    return compute(plan_of(SURVIVAL, head=f"timezone: {zone}"), units, churn=[])


def counted(statistics: SufficientStatistics, name: str) -> list[tuple[str, str, int]]:
    (found,) = (times for times in statistics.checks.start_times if times.name == name)
    return list(found.counts)


def test_units_are_counted_by_weekday_hour_and_season_of_their_start() -> None:
    statistics = joined()

    assert counted(statistics, "start_weekday") == [
        ("Fri", "a", 1),
        ("Mon", "a", 1),
        ("Mon", "b", 1),
        ("Sun", "b", 1),
    ]
    assert counted(statistics, "start_hour") == [
        ("08", "b", 1),
        ("10", "a", 1),
        ("10", "b", 1),
        ("23", "a", 1),
    ]
    assert ("Dec-Feb", "a", 1) in counted(statistics, "start_season")


def test_the_clocks_are_those_of_the_plans_zone() -> None:
    assert ("Sat", "a", 1) in counted(joined("Europe/Berlin"), "start_weekday")
    assert ("05", "a", 1) in counted(joined("Asia/Kathmandu"), "start_hour")  # 23:30 + 5:45


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kathmandu"])
def test_a_plan_may_adjust_by_when_units_started(zone: str) -> None:
    plan = plan_of(
        "- {key: kept, role: primary, kind: time_to_event, source: churn,"
        " covariates: [start_weekday, start_hour], strata: [start_season]}",
        head=f"timezone: {zone}",
    )
    units = [unit(number, start) for number, start in enumerate(STARTS)]

    statistics = compute(plan, units, churn=[])

    (counts,) = statistics.survival["kept"]
    for name, labels in {**counts.covariates, **counts.strata}.items():
        by_row = {
            (str(label), str(variant)): 0
            for label, variant in zip(labels, counts.variant, strict=True)
        }
        for label, variant, n in zip(labels, counts.variant, counts.n, strict=True):
            by_row[str(label), str(variant)] += int(n)
        assert [(*key, n) for key, n in sorted(by_row.items())] == counted(statistics, name)


def test_units_of_each_version_are_counted_apart_where_the_plan_gives_them_splits() -> None:
    units = [{**unit(number, start), "version": "12"[number // 2]} for number, start in
        enumerate(STARTS)]  # fmt: skip
    ramp = plan_of(SURVIVAL, head="version_weights: {1: {a: 9000, b: 1000}}")

    found = compute(ramp, units, churn=[])
    same = compute(plan_of(SURVIVAL), units, churn=[])

    again = load(dump(found)).checks.start_times
    assert again == found.checks.start_times
    assert [(times.version, times.counts) for times in again if times.name == "start_weekday"] == [
        ("1", (("Fri", "a", 1), ("Sun", "b", 1))),
        ("2", (("Mon", "a", 1), ("Mon", "b", 1))),
    ]
    assert [times.version for times in same.checks.start_times] == ["", "", ""]
