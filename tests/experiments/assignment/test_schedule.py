"""Switchback schedules: balanced blocks, a slot for every instant, refusals that name the rule."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.assignment import documents
from experiments.assignment.compiled import compile_experiment
from experiments.assignment.decision import Reason, Source
from experiments.assignment.definition import (
    ExperimentDefinition,
    LayerPlacement,
    VariantDefinition,
)
from experiments.assignment.schedule import Schedule, document_of, schedule_of
from experiments.assignment.slots import draw, slot_id, slots
from experiments.errors import InvalidDefinition

DOCUMENT = {"starts_on": "2026-11-30", "weeks": 4, "timezone": "Europe/Berlin"}
HALVES = (("control", 5000), ("patient", 5000))
VARIANTS = (
    VariantDefinition(key="control", weight=5000, is_control=True),
    VariantDefinition(key="patient", weight=5000),
)


def switchback(**changes: object) -> ExperimentDefinition:
    plain = ExperimentDefinition(
        key="longer_calls",
        version=1,
        salt="kX3_vT9-aB2mQ7pR",
        unit="time_slot",
        schedule=schedule_of(DOCUMENT),
        variants=VARIANTS,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # the tests name fields


@given(salt=st.from_regex(r"[A-Za-z0-9_-]{11,20}", fullmatch=True))
@settings(max_examples=25)
def test_every_weekday_and_hour_meets_every_variant_equally_often(salt: str) -> None:
    schedule = schedule_of(DOCUMENT)

    drawn = draw(schedule, salt, HALVES)

    met: dict[str, Counter[str]] = {}
    for slot in slots(schedule):
        met.setdefault(slot.block, Counter())[drawn[slot.id]] += 1
    assert all(counter == {"control": 1, "patient": 1} for counter in met.values())


def two_variants(weight: int) -> tuple[VariantDefinition, ...]:
    control = VariantDefinition(key="control", weight=weight, is_control=True)
    return control, VariantDefinition(key="patient", weight=10_000 - weight)


def test_weights_are_kept_within_each_block() -> None:
    schedule = schedule_of({**DOCUMENT, "weeks": 8, "block_weeks": 4})

    drawn = draw(schedule, "kX3_vT9-aB2mQ7pR", (("control", 7500), ("patient", 2500)))

    blocks = Counter((slot.block, drawn[slot.id]) for slot in slots(schedule))
    assert {count for (_, variant), count in blocks.items() if variant == "control"} == {3}
    assert {count for (_, variant), count in blocks.items() if variant == "patient"} == {1}


def test_other_salts_draw_other_schedules() -> None:
    schedule = schedule_of(DOCUMENT)
    one = draw(schedule, "kX3_vT9-aB2mQ7pR", HALVES)
    other = draw(schedule, "kX3_vT9-aB2mQ7pS", HALVES)

    same = sum(one[slot] == other[slot] for slot in one)

    assert 0.35 < same / len(one) < 0.65


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"])
@pytest.mark.parametrize("starts_on", ["2026-10-19", "2027-03-22"])
def test_every_instant_of_the_schedule_is_in_the_slot_that_holds_it(
    zone: str, starts_on: str
) -> None:
    schedule = schedule_of(
        {"starts_on": starts_on, "weeks": 2, "timezone": zone, "slot_minutes": 60}
    )
    known = list(slots(schedule))

    for slot in known:
        at = slot.begins_at
        while at < slot.ends_at:
            assert slot_id(schedule, at) == slot.id
            at += timedelta(minutes=20)
    assert all(one.begins_at <= other.begins_at for one, other in pairwise(known))


def test_an_hour_that_the_clocks_show_twice_is_one_slot() -> None:
    schedule = Schedule(
        starts_on=datetime(2026, 10, 19, tzinfo=UTC).date(),
        weeks=2,
        timezone="Europe/Berlin",
        slot_minutes=60,
    )
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))

    assert slot_id(schedule, first) == slot_id(schedule, second) == "2026-10-25T02:00"


def test_a_contact_gets_the_variant_of_the_slot_in_which_it_arrived() -> None:
    compiled = compile_experiment(switchback())
    arrived_at = datetime(2026, 12, 1, 8, 20, tzinfo=UTC)

    known = compiled.at(arrived_at)
    decision = compiled.decide(str(known["window_id"]), known)

    assert known == {
        "window_id": "2026-12-01T08:00",
        "window_minute": 80,
        "window_block": "0-2T08:00",
    }
    assert (decision.eligible, decision.source, decision.bucket) == (True, Source.SERVICE, None)
    drawn = draw(schedule_of(DOCUMENT), "kX3_vT9-aB2mQ7pR", HALVES)
    assert decision.assigned_variant == drawn["2026-12-01T08:00"]


@pytest.mark.parametrize(
    "arrived_at",
    [datetime(2026, 11, 29, 12, tzinfo=UTC), datetime(2026, 12, 28, 12, tzinfo=UTC)],
)
def test_outside_of_the_schedule_control_is_served(arrived_at: datetime) -> None:
    compiled = compile_experiment(switchback())

    known = compiled.at(arrived_at)
    decision = compiled.decide(str(known["window_id"]), known)

    assert "window_minute" not in known
    assert (decision.eligible, decision.served_variant) == (False, "control")
    assert decision.reason is Reason.NOT_SCHEDULED


def test_outside_of_opening_hours_nothing_is_scheduled() -> None:
    open_at_nine = schedule_of({**DOCUMENT, "from_hour": 9, "to_hour": 17})
    compiled = compile_experiment(switchback(schedule=open_at_nine))

    reasons = [
        compiled.decide(
            str(compiled.at(datetime(2026, 12, 1, hour, 30, tzinfo=UTC))["window_id"])
        ).reason
        for hour in (0, 7, 8, 15, 16, 22)
    ]

    closed, served = Reason.NOT_SCHEDULED, Reason.ENROLLED
    assert reasons == [closed, closed, served, served, closed, closed]


def test_a_pause_serves_control_and_leaves_the_draw() -> None:
    running = compile_experiment(switchback())
    paused = compile_experiment(switchback(paused=True))
    drawn = [slot.id for slot in slots(schedule_of(DOCUMENT))]

    assert {paused.decide(slot).served_variant for slot in drawn} == {"control"}
    assert [paused.decide(slot).assigned_variant for slot in drawn] == [
        running.decide(slot).assigned_variant for slot in drawn
    ]


def test_a_document_comes_back_complete() -> None:
    schedule = schedule_of({**DOCUMENT, "weekdays": [5, 1]})

    assert schedule.weekdays == (1, 5)
    assert schedule_of(document_of(schedule)) == schedule


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts_on": "30.11.2026"}, "schedule.starts_on"),
        ({"starts_on": None}, "schedule.starts_on"),
        ({"weeks": 3}, "schedule.weeks"),
        ({"weeks": "4"}, "schedule.weeks"),
        ({"weeks": True}, "schedule.weeks"),
        ({"timezone": "Berlin"}, "schedule.timezone"),
        ({"timezone": "../etc/passwd"}, "schedule.timezone"),
        ({"slot_minutes": 30}, "schedule.slot_minutes"),
        ({"slot_minutes": 100}, "schedule.slot_minutes"),
        ({"burn_in": 61}, "schedule.burn_in"),
        ({"burn_in": -1}, "schedule.burn_in"),
        ({"block_weeks": 1}, "schedule.block_weeks"),
        ({"from_hour": 20, "to_hour": 8}, "schedule.from_hour"),
        ({"weekdays": []}, "schedule.weekdays"),
        ({"weekdays": [0]}, "schedule.weekdays"),
        ({"weekdays": "1"}, "schedule.weekdays"),
        ({"seed": 1}, "schedule.seed"),
    ],
)
def test_a_broken_schedule_is_refused_by_name(changes: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        schedule_of({**DOCUMENT, **changes})

    assert [each.field for each in refused.value.violations] == [field]


def test_a_schedule_travels_in_the_document_of_its_definition() -> None:
    document = documents.document_of(switchback())

    assert document["schedule"]["starts_on"] == "2026-11-30"
    assert documents.definition_from(document) == switchback()
    document["schedule"]["slot_minutes"] = 7
    with pytest.raises(InvalidDefinition, match=r"schedule\.slot_minutes = 7"):
        documents.definition_from(document)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"schedule": None}, "schedule"),
        ({"unit": "contact"}, "schedule"),
        ({"coverage": 5000}, "coverage"),
        ({"layer": LayerPlacement(salt="Lw8-fJ2_nD5sZ0yC", start=0, end=5000)}, "layer"),
        ({"variants": two_variants(9000)}, "schedule.block_weeks"),
        ({"variants": two_variants(9990)}, "schedule.block_weeks"),  # near none, but not none
    ],
)
def test_what_a_schedule_cannot_bear_is_refused(changes: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        switchback(**changes)

    assert [each.field for each in refused.value.violations] == [field]
