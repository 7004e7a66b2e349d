"""The holdout: kept out of every other experiment, and followed as any arm is."""

from typing import Any

import pytest
from django.utils import timezone

from experiments import definitions, registry
from experiments.errors import InvalidDefinition
from tests.experiments.api.program import CUSTOMERS, HOLDOUT, WHO, ask, customer_of, one, rows
from tests.experiments.designs import draft, plan, running
from tests.experiments.pages.conftest import signed_in

pytestmark = pytest.mark.django_db


def test_no_experiment_touches_the_held_out() -> None:
    running(**HOLDOUT)
    running()
    held = customer_of("held_out", "care_program")
    others = customer_of("program", "care_program")

    kept_out, taking_part = one(held, contact="c-1"), one(others, contact="c-2")

    assert (kept_out.variant, kept_out.enrolled, kept_out.reason) == (
        *("target_300s", False),
        "holdout",
    )
    assert taking_part.enrolled
    assert {row.unit_id: row.eligible for row in rows()} == {held: False, others: True}


def test_held_out_or_not_everybody_is_followed_from_the_first_contact() -> None:
    running(**HOLDOUT)
    running()
    for customer in CUSTOMERS[:40]:
        one(customer, contact=f"c-{customer}")
        one(customer, contact=f"d-{customer}")

    followed = rows("care_program")

    assert [row.unit_id for row in followed] == CUSTOMERS[:40]
    assert all(row.eligible and row.contact_id is None for row in followed)
    compiled = registry.current(timezone.now()).experiments["care_program"]
    arms = {row.unit_id: row.assigned_variant for row in followed}
    assert arms == {each: compiled.decide(each).assigned_variant for each in arms}
    left_out = {row.unit_id for row in rows() if not row.eligible}
    assert left_out == {unit for unit, arm in arms.items() if arm == "held_out"}


def test_the_coverage_of_the_holdout_stays_everybody() -> None:
    running(**HOLDOUT)

    with pytest.raises(InvalidDefinition, match="coverage = 5000: must be 10000 of a holdout"):
        definitions.set_coverage("care_program", coverage=5000, **WHO)

    assert "Ramp the coverage" not in (
        signed_in("cx_leader").get("/experiments/care_program").content.decode()
    )


def test_the_holdout_is_told_to_those_alone_who_ask_for_it() -> None:
    running(**HOLDOUT)
    running()
    customer = customer_of("program", "care_program")

    assert [each.experiment for each in ask(customer)] == ["longer_calls"]
    assert one(customer, "care_program", contact="c-1").variant == "program"
    (row,) = rows("care_program")
    assert row.contact_id is None


def test_a_holdout_that_ended_keeps_nobody_out() -> None:
    running(**HOLDOUT)
    running()
    held = customer_of("held_out", "care_program")

    definitions.conclude("care_program", **WHO)

    assert one(held).enrolled


def test_a_customer_who_is_kept_out_says_nothing_of_an_agent() -> None:
    running(unit="agent", plan_source=plan(unit="agent"))
    definitions.never_treat(["0012"], reason="vulnerable", **WHO)

    kept_out = one("0012", agent="a-7")
    contact = one("0012", contact="c-1", agent="a-7")
    other = one("0013", agent="a-7")

    assert (kept_out.reason, contact.reason) == ("never_treat", "never_treat")
    assert other.enrolled
    assert [(row.contact_id, row.eligible) for row in rows()] == [("c-1", False), (None, True)]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"coverage": 5000}, "coverage"),
        ({"targeting": {"attribute": "tier", "equals": "pro"}}, "targeting"),
        ({"requires": ({"experiment": "longer_calls"},)}, "requires"),
    ],
)
def test_a_holdout_splits_all_customers(changes: dict[str, Any], field: str) -> None:
    definitions.create(draft(), **WHO)

    with pytest.raises(InvalidDefinition) as refused:
        definitions.check(draft(**{**HOLDOUT, **changes}))

    assert field in [each.field for each in refused.value.violations]


def test_the_program_has_one_holdout() -> None:
    running(**HOLDOUT)

    with pytest.raises(InvalidDefinition, match="the program has one holdout"):
        running(
            **{
                **HOLDOUT,
                "key": "another",
                "plan_source": HOLDOUT["plan_source"].replace("care_program", "another"),
            }
        )
