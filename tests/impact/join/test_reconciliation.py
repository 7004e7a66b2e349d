"""The log against the contact records: what has a record, what was played, by queue and router."""

from impact.analysis.storage import dump, load
from impact.analysis.sufficient import Reconciled
from tests.impact.join.tables import SURVIVAL, Row, compute, plan_of

PLAN = plan_of(SURVIVAL)


def asked(contact: str | None, variant: str, day: int = 5, **further: object) -> Row:
    return {
        "unit_id": f"u{contact}",
        "variant": variant,
        "assigned_at": f"2026-06-{day:02}T10:00",
        "contact_id": contact,
        "queue": "billing",
        "router": "north",
        **further,
    }


def record(contact: str, played: str | None = None, day: int = 6) -> Row:
    row = {"contact_id": contact, "customer_id": "1", "arrived_at": f"2026-06-{day:02}T10:00"}
    return row if played is None else {**row, "xp_calm": played}


def found(assignments: list[Row], contacts: list[Row]) -> dict[tuple[str, str, str], Reconciled]:
    statistics = compute(PLAN, assignments, churn=[], contacts=contacts)
    return {(row.kind, row.place, row.variant): row for row in statistics.checks.reconciled}


def test_records_are_met_and_say_what_was_played() -> None:
    rows = [asked("1", "a"), asked("2", "a"), asked("3", "b"), asked("4", "b", queue="sales")]
    records = [record("1", "a"), record("3", "a"), record("4", "b"), record("5", "b")]

    counted = found(rows, records)

    everywhere = counted["all", "", "a"]
    assert (everywhere.asked, everywhere.met, everywhere.told, everywhere.kept) == (2, 1, 1, 1)
    assert (everywhere.units, everywhere.units_lost) == (2, 1)
    billing, sales = counted["queue", "billing", "b"], counted["queue", "sales", "b"]
    assert (billing.asked, billing.met, billing.told, billing.kept) == (1, 1, 1, 0)
    assert (sales.asked, sales.told, sales.kept) == (1, 1, 1)
    assert counted["router", "north", "b"].asked == 2


def test_a_unit_with_several_contacts_is_one_unit() -> None:
    rows = [asked(contact, "a", unit_id="7") for contact in ("1", "2", "3")]

    row = found(rows, [record("1"), record("2")])["all", "", "a"]

    assert (row.asked, row.met, row.told) == (3, 2, 0)
    assert (row.units, row.units_lost) == (1, 1)


def test_forced_and_ineligible_rows_and_those_without_a_contact_are_left_out() -> None:
    rows = [
        asked("1", "a"),
        asked("2", "a", forced=True),
        asked("3", "a", eligible=False),
        asked(None, "a", unit_id="9"),
    ]

    assert found(rows, [record("1")])["all", "", "a"].asked == 1


def test_what_was_asked_after_the_newest_record_is_still_to_come() -> None:
    rows = [asked("1", "a", 5), asked("2", "a", 7)]

    assert found(rows, [record("1", day=6)])["all", "", "a"].asked == 1


def test_without_records_or_contacts_there_is_nothing_to_compare() -> None:
    plain = {"unit_id": "1", "variant": "a", "assigned_at": "2026-06-05T10:00"}

    assert compute(PLAN, [asked("1", "a")], churn=[]).checks.reconciled == ()
    assert found([plain], [record("1")]) == {}


def test_a_run_keeps_what_was_counted() -> None:
    statistics = compute(PLAN, [asked("1", "a")], churn=[], contacts=[record("1", "a")])

    kept = load(dump(statistics))

    assert statistics.checks.reconciled
    assert kept.checks.reconciled == statistics.checks.reconciled
