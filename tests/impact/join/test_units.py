"""Who is in an experiment: first eligible assignment, repeats, lateness, service, arms."""

from dataclasses import replace

import pytest

from experiments.plan.document import Unit
from impact.analysis.sufficient import ArmCount
from impact.errors import InputMissing, InvalidBatch
from tests.impact.join.tables import SURVIVAL, Row, cells, compute, moments, plan_of

PLAN = plan_of(SURVIVAL)


def row(unit: str, variant: str, day: int, **further: object) -> Row:
    return {
        "unit_id": unit,
        "variant": variant,
        "assigned_at": f"2026-06-{day:02}T10:00",
        **further,
    }


def follow_up(*assignments: Row) -> list[tuple[str, int, int, int]]:
    (counts,) = compute(PLAN, assignments, churn=[]).survival["kept"]
    return cells(counts)


def test_the_clock_starts_at_the_first_eligible_assignment() -> None:
    rows = [row("1", "a", 9), row("1", "a", 5), row("1", "a", 2, eligible=False)]

    assert follow_up(*rows) == [("a", 25, 0, 1)]


def test_forced_and_ineligible_units_are_seen_and_do_not_count() -> None:
    rows = [row("1", "a", 1), row("2", "a", 1, forced=True), row("3", "b", 1, eligible=False)]

    statistics = compute(PLAN, rows, churn=[])

    assert statistics.arms == (
        ArmCount(variant="a", n_units=2, n_eligible=1, n_mature=1),
        ArmCount(variant="b", n_units=1, n_eligible=0, n_mature=0),
    )
    assert statistics.checks.assigned == (("a", 1), ("b", 0))


def test_a_forced_assignment_before_an_honest_one_does_not_start_the_clock() -> None:
    assert follow_up(row("1", "b", 2, forced=True), row("1", "a", 4)) == [("a", 26, 0, 1)]


def test_a_unit_assigned_again_keeps_its_first_variant_and_is_counted() -> None:
    rows = [row("1", "b", 8), row("1", "a", 3), row("2", "a", 3), row("2", "a", 4)]

    statistics = compute(PLAN, rows, churn=[])

    assert cells(statistics.survival["kept"][0]) == [("a", 27, 0, 2)]
    assert statistics.checks.multiple_exposure == 1


def test_an_assignment_after_as_of_is_unseen() -> None:
    statistics = compute(PLAN, [{**row("1", "a", 1), "assigned_at": "2026-07-01"}], churn=[])

    assert statistics.arms[0].n_units == 0


def test_ids_are_texts() -> None:
    rows = [row("0012", "a", 1), row("12", "b", 1)]
    churn = [{"customer_id": "12", "churned_at": "2026-06-02"}]

    (counts,) = compute(PLAN, rows, churn=churn).survival["kept"]

    assert cells(counts) == [("a", 29, 0, 1), ("b", 1, 1, 1)]


def test_outcomes_are_the_named_customers_and_otherwise_the_units() -> None:
    rows = [row("1", "a", 1, customer_id="K"), row("2", "a", 1)]
    churn = [{"customer_id": name, "churned_at": "2026-06-02"} for name in ("K", "1", "2")]

    (counts,) = compute(PLAN, rows, churn=churn).survival["kept"]

    assert cells(counts) == [("a", 1, 1, 2)]


def test_late_assignment_and_compliance_are_counted_among_the_exposed() -> None:
    rows = [
        row("1", "a", 1, served_variant="a", exposed_at="2026-06-01T10:01"),
        row("2", "a", 1, served_variant="b", exposed_at="2026-06-01T09:59"),
        row("3", "b", 1, served_variant="b", exposed_at="2026-06-01T11:00"),
        row("4", "b", 1, served_variant="a"),
        row("5", "b", 1, served_variant="a", exposed_at="2026-08-01T00:00"),
    ]

    checks = compute(PLAN, rows, churn=[]).checks

    assert checks.late_assignment == 1
    assert checks.compliance == (("a", 2, 1), ("b", 1, 1))
    assert checks.last_seen == (("assignments", "2026-06-01T10:00:00+00:00"),)


def test_who_was_served_what_is_unknown_where_nobody_says() -> None:
    assert compute(PLAN, [row("1", "a", 1)], churn=[]).checks.compliance == ()


def test_a_variant_that_the_plan_has_not_is_refused_by_name() -> None:
    with pytest.raises(
        InvalidBatch, match=r"variant = c: must be one of the plan's variants: a, b"
    ):
        compute(PLAN, [row("1", "c", 1)], churn=[])


def test_a_column_that_nobody_has_is_refused_by_name() -> None:
    plan = plan_of(SURVIVAL, head="segments: [tier, region]")

    with pytest.raises(InputMissing, match="tier: neither assignments nor customers"):
        compute(plan, [row("1", "a", 1, region="N")], churn=[])


def test_a_split_is_read_from_the_attributes_of_either_table() -> None:
    plan = plan_of(SURVIVAL, head="segments: ['a/b ~\"c\"', tier]")
    rows = [row("1", "a", 1, attributes='{"a/b ~\\"c\\"": 7}')]
    customers = [{"customer_id": "1", "attributes": '{"tier": "gold"}'}]

    counts = compute(plan, rows, churn=[], customers=customers).survival["kept"]

    assert [item.segment for item in counts] == ["all", 'a/b ~"c"=7', "tier=gold"]


@pytest.mark.parametrize("several", [3, 600], ids=["few labels", "many labels"])
def test_labels_split_alike_however_many_there_are(several: int) -> None:
    plan = plan_of(SURVIVAL, head="segments: [tier]")
    labels = [f"it's {number}" for number in range(several)]
    rows = [row(str(place), "a", 1, tier=tier) for place, tier in enumerate((*labels, None))]

    counts = compute(plan, rows, churn=[]).survival["kept"]

    assert [item.segment for item in counts[1:]] == [
        f"tier={label}" for label in sorted([*labels, "(missing)"])
    ]


def test_what_the_assignment_says_goes_before_what_the_customer_says_today() -> None:
    plan = plan_of(SURVIVAL, head="segments: [tier]")
    rows = [row("1", "a", 1, tier="silver")]
    customers = [{"customer_id": "1", "attributes": '{"tier": "gold"}'}]

    counts = compute(plan, rows, churn=[], customers=customers).survival["kept"]

    assert [item.segment for item in counts] == ["all", "tier=silver"]


def test_a_contact_that_was_asked_for_belongs_to_itself_and_to_its_customer() -> None:
    """The record says when it arrived: a moment before the router asked for its variant."""
    plan = plan_of(
        "- {key: calls, role: primary, kind: mean, source: contacts, window: 1}",
        "- {key: gone, role: secondary, kind: proportion, source: churn, window: 10}",
    )
    by_contact = replace(plan, unit=Unit.CONTACT)
    asked = {"unit_id": "c1", "variant": "a", "assigned_at": "2026-06-01T10:00:02"}
    made = {"contact_id": "c1", "customer_id": "7", "arrived_at": "2026-06-01T10:00:00"}
    left = {"customer_id": "7", "churned_at": "2026-06-05T00:00"}

    found = compute(by_contact, [asked], contacts=[made], churn=[left])

    assert moments(found.moments["calls"], "a") == (1, 1.0)
    assert found.proportions["gone"][0].successes == 1
