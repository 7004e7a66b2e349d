"""The looks of a plan: the rule, its dates, its information, and the hashes of older plans."""

import json
from datetime import date

import pytest

from experiments.errors import InvalidPlan
from experiments.plan.canonical import canonical_text, plan_sha256
from experiments.plan.looks import LookRule, Looks
from experiments.plan.reading import read_plan
from tests.experiments.plan.texts import KEPT

MEAN = "metrics: [{key: m, role: primary, kind: mean, source: contacts, window: 7}]\n"
SPENDING = (
    "looks: {rule: obrien_fleming, dates: [2026-09-01, 2026-10-15],"
    " planned_end: 2026-12-01, planned_events: 600}\n"
)


def refused(looks: str, head: str = KEPT) -> list[str]:
    with pytest.raises(InvalidPlan) as refusal:
        read_plan(f"{head}looks: {looks}\n")
    return [violation.field for violation in refusal.value.violations]


def test_a_plan_states_its_rule_its_looks_and_its_information() -> None:
    assert read_plan(KEPT + SPENDING).looks == Looks(
        planned_end=date(2026, 12, 1),
        rule=LookRule.OBRIEN_FLEMING,
        dates=(date(2026, 9, 1), date(2026, 10, 15)),
        planned_events=600,
    )


def test_a_confidence_sequence_needs_no_dates() -> None:
    looks = "looks: {rule: confidence_sequence, planned_end: 2026-12-01, planned_units: 20000}\n"

    plan = read_plan(KEPT.partition("metrics")[0] + MEAN + looks)

    assert plan.looks.rule is LookRule.CONFIDENCE_SEQUENCE
    assert (plan.looks.planned_units, plan.looks.dates) == (20000, ())


@pytest.mark.parametrize(
    ("looks", "field"),
    [
        ("{rule: pocock, planned_end: 2026-12-01, planned_events: 9}", "dates"),
        ("{rule: pocock, dates: [2026-09-01], planned_events: 9}", "planned_end"),
        ("{rule: pocock, dates: [2026-09-01], planned_end: 2026-12-01}", "planned_events"),
        (
            "{rule: confidence_sequence, planned_end: 2026-12-01, planned_events: 9,"
            " planned_units: 9}",
            "planned_units",
        ),
        (
            "{rule: pocock, dates: [2026-12-01], planned_end: 2026-12-01, planned_events: 9}",
            "dates",
        ),
        (
            "{rule: pocock, dates: [2026-10-01, 2026-09-01], planned_end: 2026-12-01,"
            " planned_events: 9}",
            "dates",
        ),
        (
            "{rule: pocock, number: 3, dates: [2026-09-01], planned_end: 2026-12-01,"
            " planned_events: 9}",
            "number",
        ),
        (
            "{rule: pocock, dates: [soon], planned_end: 2026-12-01, planned_events: 9}",
            "dates",
        ),
        ("{planned_end: 2026-12-01, dates: [2026-09-01]}", "dates"),
        ("{planned_end: 2026-12-01, planned_events: 600}", "planned_events"),
        (
            "{rule: pocock, dates: [2026-09-01], planned_end: 2026-12-01, planned_events: 0}",
            "planned_events",
        ),
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused_by_name(looks: str, field: str) -> None:
    assert f"looks.{field}" in refused(looks)


def test_money_needs_its_units_too() -> None:
    head = KEPT + "economics: {currency: EUR}\n"

    looks = "{rule: confidence_sequence, planned_end: 2026-12-01, planned_events: 600}"

    assert refused(looks, head) == ["looks.planned_units"]


def test_the_hash_of_a_plan_without_a_rule_is_the_one_it_always_had() -> None:
    plan = read_plan(KEPT + "looks: {number: 1, rule: fixed, planned_end: 2026-12-31}\n")

    assert json.loads(canonical_text(plan))["looks"] == {"planned_end": "2026-12-31"}
    assert plan_sha256(plan) == ("6a5f92a5e2ba361dee8e0990b393ed710cda79ae8a21862de1007a459520cae9")


def test_every_part_of_a_rule_is_locked() -> None:
    changes = [
        ("obrien_fleming", "pocock"),
        ("2026-10-15", "2026-10-16"),
        ("planned_events: 600", "planned_events: 601"),
    ]

    hashes = {plan_sha256(read_plan(KEPT + SPENDING.replace(*change))) for change in changes}

    assert len(hashes | {plan_sha256(read_plan(KEPT + SPENDING))}) == 4


@pytest.mark.parametrize(
    ("today", "number"),
    [
        (date(2026, 8, 31), 1),
        (date(2026, 9, 1), 1),
        (date(2026, 9, 2), 2),
        (date(2026, 10, 16), 3),
        (date(2026, 12, 1), None),
    ],
)
def test_looks_are_numbered_by_their_dates(today: date, number: int | None) -> None:
    assert read_plan(KEPT + SPENDING).looks.number_on(today) == number
