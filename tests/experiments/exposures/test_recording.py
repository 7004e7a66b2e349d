"""The log: the first row of a contact stays, whoever asks again."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from experiments.exposures import (
    ExposureRow,
    assignment_id,
    counts,
    left_out,
    log,
    record,
    record_many,
)

NOW = datetime(2026, 1, 5, 9, 30, 15, 123456, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def row(unit_id: str, *, contact_id: str | None = None, **changes: object) -> ExposureRow:
    identifier = assignment_id(
        experiment="patience", version=1, unit_id=unit_id, contact_id=contact_id
    )
    plain = ExposureRow(
        assignment_id=identifier,
        experiment="patience",
        version=1,
        hash_version=1,
        unit_id=unit_id,
        customer_id=unit_id,
        contact_id=contact_id,
        bucket=7,
        assigned_variant="control",
        served_variant="control",
        source="service",
        eligible=True,
        forced=False,
        queue="billing",
        attributes={"segment": "gold", "tenure": 3, "vip": None},
        assigned_at=NOW,
        exposed_at=None,
    )
    return plain._replace(**changes)  # type: ignore[arg-type]  # the tests name fields


def test_a_row_comes_back_as_it_was_given() -> None:
    given = row("0012 😀", contact_id="c-1", exposed_at=NOW)

    assert record([given]) == [given]
    assert list(log("patience", until=NOW)) == [given]


def test_the_same_contact_again_gives_the_stored_row() -> None:
    given = row("0012", contact_id="c-1")
    record([given])

    again = row("0012", contact_id="c-1", assigned_variant="long", assigned_at=NOW + timedelta(1))
    later = row("0012", contact_id="c-1", version=2, assignment_id="a-other")

    assert record([again, later]) == [given, given]
    assert len(list(log("patience", until=NOW + timedelta(2)))) == 1


def test_a_unit_without_a_contact_has_one_row_beside_those_of_its_contacts() -> None:
    rows = [row("7"), row("7", contact_id="c-1"), row("7", contact_id="c-2")]

    assert record(rows) == rows
    assert record(rows) == rows
    assert len(list(log("patience", until=NOW))) == 3


def test_two_rows_of_one_contact_in_one_call_give_the_first() -> None:
    first, second = row("7", contact_id="c"), row("8", contact_id="c", assigned_variant="long")

    assert record([first, second]) == [first, first]


def test_a_new_row_costs_one_statement_and_a_repeat_two(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(1):
        record([row("7", contact_id="c-1")])
    with django_assert_num_queries(2):
        record([row("7", contact_id="c-1")])


def test_nothing_to_record_asks_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert record([]) == []


def test_a_history_is_written_once() -> None:
    rows = [row(f"{number:05}", contact_id=f"c-{number}") for number in range(1200)]

    assert record_many(iter(rows)) == 1200
    assert record_many(rows) == 0
    assert record_many([*rows, row("new")]) == 1
    assert list(log("patience", until=NOW))[:1200] == rows


def test_the_log_shows_what_was_known_then() -> None:
    applied = row("1", contact_id="c-1", exposed_at=NOW + timedelta(hours=1))
    later = row("2", contact_id="c-2", assigned_at=NOW + timedelta(hours=2))
    record([applied, later])

    assert list(log("patience", until=NOW)) == [applied._replace(exposed_at=None)]
    assert list(log("patience", until=NOW + timedelta(hours=1))) == [applied]


def test_units_are_counted_once_and_only_when_they_count() -> None:
    record(
        [
            row("1", contact_id="c-1"),
            row("1", contact_id="c-2", exposed_at=NOW),
            row("2", contact_id="c-3", assigned_variant="long", served_variant="control"),
            row("3", contact_id="c-4", eligible=False),
            row("4", contact_id="c-5", forced=True, source="forced"),
        ]
    )

    control, long = counts("patience")

    assert (control.variant, control.units, control.rows) == ("control", 1, 2)
    assert (control.served, control.exposed) == (2, 1)
    assert (long.variant, long.units, long.served, long.exposed) == ("long", 1, 0, 0)
    assert left_out("patience").ineligible == 1
    assert left_out("patience").forced == 1
