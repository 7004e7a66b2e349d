"""The rules of time: whole days in the plan's zone, who is at risk, and what is known when."""

from collections.abc import Sequence

import numpy as np
import pytest

from experiments.plan.document import Plan
from impact.analysis.sufficient import SufficientStatistics
from tests.impact.join.tables import AS_OF, SURVIVAL, Row, at, cells, compute, plan_of

START = {"unit_id": "1", "variant": "a", "assigned_at": "2026-06-01T10:00"}


def one(plan: Plan | None = None, **tables: Sequence[Row]) -> SufficientStatistics:
    return compute(plan or plan_of(SURVIVAL), [START], AS_OF, **tables)


def follow_up(statistics: SufficientStatistics) -> list[tuple[str, int, int, int]]:
    (counts,) = statistics.survival["kept"]
    return cells(counts)


def churn(at_: str, **further: object) -> Row:
    return {"customer_id": "1", "churned_at": at_, **further}


def test_a_duration_is_the_difference_of_two_dates() -> None:
    assert follow_up(one(churn=[churn("2026-06-03T09:00")])) == [("a", 2, 1, 1)]


def test_who_did_not_churn_is_censored_at_the_data_cut() -> None:
    assert follow_up(one(churn=[])) == [("a", 29, 0, 1)]


@pytest.mark.parametrize("moment", ["2026-06-01T23:59", "2026-06-01T10:00", "2026-06-01T00:00"])
def test_an_event_on_the_day_of_the_start_has_duration_0(moment: str) -> None:
    statistics = one(churn=[churn(moment)])

    assert follow_up(statistics) == [("a", 0, 1, 1)]
    assert statistics.checks.ineligible_before_start == 0


def test_an_event_on_an_earlier_date_makes_the_unit_ineligible_and_is_counted() -> None:
    statistics = one(churn=[churn("2026-05-31T23:59")])

    assert follow_up(statistics) == []
    assert statistics.checks.ineligible_before_start == 1
    assert (statistics.arms[0].n_units, statistics.arms[0].n_eligible) == (1, 0)
    assert statistics.checks.assigned == (("a", 0), ("b", 0))


@pytest.mark.parametrize(
    ("observed_until", "expected"),
    [
        ("2026-06-11T00:00", ("a", 10, 0, 1)),
        ("2026-08-01T00:00", ("a", 29, 0, 1)),
        (None, ("a", 29, 0, 1)),
    ],
)
def test_censoring_is_the_earlier_of_observed_until_and_as_of(
    observed_until: str | None, expected: tuple[str, int, int, int]
) -> None:
    customers = [{"customer_id": "1", "observed_until": observed_until}]

    assert follow_up(one(churn=[], customers=customers)) == [expected]


def test_a_churn_after_the_observation_ended_is_not_seen() -> None:
    customers = [{"customer_id": "1", "observed_until": "2026-06-11T00:00"}]

    statistics = one(churn=[churn("2026-06-12T00:00")], customers=customers)

    assert follow_up(statistics) == [("a", 10, 0, 1)]


def test_on_the_same_day_the_event_comes_before_the_censoring() -> None:
    customers = [{"customer_id": "1", "observed_until": "2026-06-11T00:00"}]

    statistics = one(churn=[churn("2026-06-11T18:00")], customers=customers)

    assert follow_up(statistics) == [("a", 10, 1, 1)]


def test_who_was_no_longer_observed_at_the_start_is_ineligible() -> None:
    customers = [{"customer_id": "1", "observed_until": "2026-05-20T00:00"}]

    statistics = one(churn=[], customers=customers)

    assert follow_up(statistics) == []
    assert statistics.checks.ineligible_before_start == 1


def test_what_happened_after_as_of_is_unseen() -> None:
    assert follow_up(one(churn=[churn("2026-06-30T00:01")])) == [("a", 29, 0, 1)]


def test_what_happened_at_as_of_is_seen() -> None:
    assert follow_up(one(churn=[churn("2026-06-30T00:00")])) == [("a", 29, 1, 1)]


def test_what_was_recorded_after_as_of_is_unseen() -> None:
    late = churn("2026-06-10T00:00", recorded_at="2026-07-02T00:00")

    assert follow_up(one(churn=[late])) == [("a", 29, 0, 1)]


def test_a_churn_reversed_by_as_of_did_not_happen() -> None:
    back = churn("2026-06-10T00:00", reversed_at="2026-06-30T00:00")

    assert follow_up(one(churn=[back])) == [("a", 29, 0, 1)]


def test_a_reversal_after_as_of_is_unseen() -> None:
    back = churn("2026-06-10T00:00", reversed_at="2026-06-30T00:01")

    assert follow_up(one(churn=[back])) == [("a", 9, 1, 1)]


def test_a_reversal_sent_later_as_a_row_of_its_own_reverses() -> None:
    rows = [churn("2026-06-10T00:00"), churn("2026-06-10T00:00", reversed_at="2026-06-12T00:00")]

    assert follow_up(one(churn=rows)) == [("a", 29, 0, 1)]
    assert follow_up(one(churn=rows[::-1])) == [("a", 29, 0, 1)]


def test_a_reversed_churn_before_the_start_leaves_the_unit_in() -> None:
    rows = [churn("2026-05-01T00:00", reversed_at="2026-05-02T00:00"), churn("2026-06-05T00:00")]

    assert follow_up(one(churn=rows)) == [("a", 4, 1, 1)]


def test_the_same_churn_sent_twice_is_one_event_and_the_first_of_two_counts() -> None:
    rows = [churn("2026-06-20T00:00"), churn("2026-06-10T00:00"), churn("2026-06-10T00:00")]

    assert follow_up(one(churn=rows)) == [("a", 9, 1, 1)]


@pytest.mark.parametrize(("zone", "days"), [("UTC", 4), ("Europe/Berlin", 5)])
def test_a_churn_late_in_the_evening_is_the_next_day_further_east(zone: str, days: int) -> None:
    plan = plan_of(SURVIVAL, head=f"timezone: {zone}")

    assert follow_up(one(plan, churn=[churn("2026-06-05T23:30")])) == [("a", days, 1, 1)]


def test_another_kind_of_churn_censors_on_its_day() -> None:
    plan = plan_of(
        "- {key: kept, role: primary, kind: time_to_event,"
        " source: {table: churn, where: {reason: voluntary}}}"
    )
    moved = churn("2026-06-05T00:00", reason="involuntary")
    left = churn("2026-06-20T00:00", reason="voluntary")

    assert follow_up(one(plan, churn=[moved, left])) == [("a", 4, 0, 1)]
    assert follow_up(one(plan, churn=[left])) == [("a", 19, 1, 1)]


def test_counts_are_kept_per_covariate_stratum_and_segment() -> None:
    plan = plan_of(
        "- {key: kept, role: primary, kind: time_to_event, source: churn, strata: [region],",
        "   covariates: [tier, {name: tenure, kind: bins, edges: [6, 24]},",
        "                {name: age, kind: numeric}]}",
        head="segments: [tier]",
    )
    units = [
        {**START, "unit_id": str(number), "region": "N", "tenure": tenure, "age": "31.5"}
        for number, tenure in enumerate(["3", "6", "24", None])
    ]
    units[0]["tier"] = "gold"

    overall, *segments = compute(plan, units, churn=[]).survival["kept"]

    assert overall.covariates["tier"].tolist() == ["(missing)"] * 3 + ["gold"]
    assert sorted(overall.covariates["tenure"]) == ["(missing)", "6-24", "<6", ">=24"]
    assert overall.covariates["age"].tolist() == [31.5] * 4
    assert overall.strata["region"].tolist() == ["N"] * 4
    assert [counts.segment for counts in segments] == ["tier=(missing)", "tier=gold"]
    assert [int(counts.n.sum()) for counts in segments] == [3, 1]
    assert segments[0].covariates == {}
    assert segments[0].strata["region"].tolist() == ["N"]


def test_the_cause_of_the_first_churn_is_kept_and_what_is_not_named_is_another() -> None:
    plan = plan_of(
        "- {key: kept, role: primary, kind: time_to_event, source: churn,"
        " causes: [voluntary, involuntary]}"
    )
    units = [{**START, "unit_id": str(number)} for number in range(1, 5)]
    rows = [
        churn("2026-06-05T00:00", reason="voluntary"),
        churn("2026-06-09T00:00", reason="involuntary"),
        {**churn("2026-06-05T00:00", reason="involuntary"), "customer_id": "2"},
        {**churn("2026-06-05T00:00"), "customer_id": "3"},
    ]

    (counts,) = compute(plan, units, churn=rows).survival["kept"]

    assert counts.cause is not None
    assert sorted(zip(counts.cause.tolist(), counts.time.tolist(), strict=True)) == [
        ("", 29),
        ("(other)", 4),
        ("involuntary", 4),
        ("voluntary", 4),
    ]
    assert one().not_estimable == {"kept": "no churn data were given"}


def test_clusters_are_numbered_per_cell_and_no_label_is_kept() -> None:
    plan = plan_of(
        "- {key: kept, role: primary, kind: time_to_event, source: churn, cluster: team}",
        head="segments: [tier]",
    )
    teams = ["north", "south", "north", None]
    units = [
        {**START, "unit_id": str(number), "team": team, "tier": "gold"}
        for number, team in enumerate(teams)
    ]

    overall, segment = compute(plan, units, churn=[]).survival["kept"]

    for counts in (overall, segment):
        assert counts.clusters["team"].tolist() == [-1, 0, 1]
        assert counts.n.tolist() == [1, 2, 1]


def test_a_unit_without_its_number_stays_and_is_marked() -> None:
    plan = plan_of(
        "- {key: kept, role: primary, kind: time_to_event, source: churn,"
        " covariates: [{name: age, kind: numeric}]}"
    )
    ages = ["40", "unknown", None, "nan", "-inf"]
    units = [{**START, "unit_id": str(number), "age": age} for number, age in enumerate(ages)]

    (counts,) = compute(plan, units, churn=[]).survival["kept"]

    known = ~np.isnan(np.asarray(counts.covariates["age"], dtype=np.float64))
    assert counts.n[known].tolist() == [1]
    assert int(counts.n.sum()) == 5


def test_bins_of_close_edges_keep_labels_of_their_own() -> None:
    plan = plan_of(
        "- {key: kept, role: primary, kind: time_to_event, source: churn,"
        " covariates: [{name: spent, kind: bins, edges: [1234567, 1234568]}]}"
    )
    units = [{**START, "unit_id": str(spent), "spent": str(spent)} for spent in (1234567, 1234568)]

    (counts,) = compute(plan, units, churn=[]).survival["kept"]

    assert sorted(counts.covariates["spent"]) == ["1234567-1234568", ">=1234568"]


def test_without_churn_there_is_a_reason() -> None:
    assert one().not_estimable == {"kept": "no churn data were given"}


def test_an_earlier_cut_makes_the_old_report_again() -> None:
    plan = plan_of(SURVIVAL)
    rows = [churn("2026-06-10T00:00", recorded_at="2026-06-12T00:00")]

    before = compute(plan, [START], churn=rows, as_of=at("2026-06-11T00:00"))
    after = compute(plan, [START], churn=rows, as_of=AS_OF)

    assert follow_up(before) == [("a", 10, 0, 1)]
    assert follow_up(after) == [("a", 9, 1, 1)]


def test_a_column_with_a_name_of_ours_is_still_the_senders() -> None:
    plan = plan_of(SURVIVAL, head="segments: [row_number]")
    row = {**START, "attributes": '{"row_number": "seat 7"}'}

    _, segment = compute(plan, [row], churn=[]).survival["kept"]

    assert segment.segment == "row_number=seat 7"
