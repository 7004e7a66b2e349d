"""Contacts by window: the slot of a schedule, its first minutes left out as it published them."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa

from experiments.plan.reading import read_plan
from impact import engine
from impact.analysis.sufficient import WindowCounts
from impact.join.inputs import from_arrow
from impact.join.statistics import sufficient_statistics

PLAN = """
key: longer_calls
unit: {unit}
control: control
weights: {{control: 5000, patient: 5000}}
switchback: {{burn_in: 15}}
metrics:
  - {{key: waiting, role: primary, kind: mean, window: 1, source: {source}}}
"""
AS_OF = datetime(2026, 12, 31, tzinfo=UTC)
BEGAN = datetime(2026, 12, 1, 8, tzinfo=UTC)
INSTANT = pa.timestamp("us", tz="UTC")


def counted(
    rows: list[dict[str, object]],
    unit: str = "time_slot",
    source: str = "contacts.wait_seconds",
    observed: dict[str, list[str] | list[float]] | None = None,
) -> WindowCounts:
    """Return the sums of windows; every contact waits 60 seconds in the minute it was asked for."""
    contacts = [
        {"contact_id": row["contact_id"], "customer_id": "c", "arrived_at": row["assigned_at"]}
        for row in rows
    ]
    tables = {
        "assignments": pa.Table.from_pylist(
            rows, schema=pa.schema([*FIELDS, pa.field("assigned_at", INSTANT)])
        ),
        "contacts": pa.table(
            {
                "contact_id": [row["contact_id"] for row in contacts],
                "customer_id": [row["customer_id"] for row in contacts],
                "arrived_at": pa.array([row["arrived_at"] for row in contacts], INSTANT),
                "wait_seconds": [60.0] * len(contacts),
            }
        ),
    }
    text = PLAN.format(unit=unit, source=source)
    if observed is not None:
        tables["observations"] = pa.table(observed)
        text = text.replace("window: 1, ", "")
    connection = engine.connect()
    try:
        plan = read_plan(text)
        inputs = from_arrow(connection, tables)
        return sufficient_statistics(connection, inputs, plan, as_of=AS_OF).windows["waiting"]
    finally:
        connection.disconnect()


FIELDS = [
    pa.field(name, pa.string())
    for name in (
        *("unit_id", "contact_id", "variant"),
        *("window_id", "window_minute", "window_block"),
    )
]


def asked(slot: str, contact: str, minute: int, variant: str, late: int = 0) -> dict[str, object]:
    """Return the row of a contact that arrived in that minute of the slot, asked for later."""
    return {
        "unit_id": slot,
        "contact_id": contact,
        "variant": variant,
        "window_minute": str(minute),
        "assigned_at": BEGAN + timedelta(minutes=minute + late),
    }


def test_contacts_of_a_slot_are_counted_in_it() -> None:
    found = counted(
        [
            asked("2026-12-01T08:00", "a", 30, "control"),
            asked("2026-12-01T08:00", "b", 40, "control"),
            asked("2026-12-01T10:00", "c", 140, "patient"),
        ]
    )

    assert found.counts.variant.tolist() == ["control", "patient"]
    assert found.counts.n.tolist() == [2, 1]
    assert found.counts.number("y").tolist() == [120, 60]


def test_burn_in_is_told_by_the_schedule_and_not_by_the_first_contact() -> None:
    found = counted(
        [
            asked("2026-12-01T08:00", "a", 14, "control", late=20),
            asked("2026-12-01T08:00", "b", 15, "control"),
            asked("2026-12-01T08:00", "c", 16, "control"),
        ]
    )

    assert found.counts.n.tolist() == [2]


def test_without_a_schedule_a_window_begins_with_its_first_contact() -> None:
    rows = [
        {**asked("", "a", 14, "control"), "unit_id": "a", "window_id": "w1"},
        {**asked("", "b", 28, "control"), "unit_id": "b", "window_id": "w1"},
        {**asked("", "c", 29, "control"), "unit_id": "c", "window_id": "w1"},
    ]
    for row in rows:
        row["window_minute"] = None

    assert counted(rows, unit="contact").counts.n.tolist() == [1]


def test_an_assignment_of_a_slot_without_a_contact_is_left_out() -> None:
    found = counted(
        [
            asked("2026-12-01T08:00", "a", 30, "control"),
            {**asked("2026-12-01T08:00", "", 31, "control"), "contact_id": None},
        ]
    )

    assert found.counts.n.tolist() == [1]


def test_what_was_observed_of_a_slot_is_that_of_its_contacts() -> None:
    rows = [
        asked("2026-12-01T08:00", "a", 30, "control"),
        asked("2026-12-01T08:00", "b", 40, "control"),
        asked("2026-12-01T10:00", "c", 140, "patient"),
    ]
    observed: dict[str, list[str] | list[float]] = {
        "unit_id": ["2026-12-01T08:00", "2026-12-01T10:00", "a"],
        "metric": ["backlog"] * 3,
        "value": [7.0, 11.0, 99.0],
    }

    found = counted(rows, observed=observed, source="observations.backlog")

    assert found.counts.number("y").tolist() == [14, 11]


def test_windows_know_among_which_others_they_were_drawn() -> None:
    rows = [
        {**asked(f"2026-12-0{day}T08:00", name, minute, arm), "window_block": block}
        for day, name, minute, arm, block in (
            (1, "a", 30, "control", "0-2T08:00"),
            (1, "b", 40, "control", "0-2T08:00"),
            (2, "c", 1470, "patient", "0-3T08:00"),
            (8, "d", 10110, "patient", "0-2T08:00"),
        )
    ]

    found = counted(rows).block
    assert found is not None
    assert found.tolist() == [0, 1, 0]
    assert counted([{**row, "window_block": None} for row in rows]).block is None
    assert counted([*rows, asked("2026-12-09T08:00", "e", 11550, "control")]).block is None
