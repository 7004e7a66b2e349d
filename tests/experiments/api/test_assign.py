"""The table of answers to a router, row by row."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from experiments import definitions, exposures, registry
from experiments.access import issue_key, key_snapshot
from experiments.assignment.compiled import compile_experiment
from experiments.exposures import ExposureRow
from experiments.models import Experiment
from tests.experiments.designs import NOW, running

pytestmark = pytest.mark.django_db
Ask = Callable[..., dict[str, str]]


@pytest.fixture
def secret() -> str:
    return issue_key(name="router", scopes=["assign"], now=NOW)[1]


@pytest.fixture
def ask(client: Client, secret: str) -> Ask:
    def ask(status: int = 200, path: str = "/api/v1/assign", **body: object) -> dict[str, str]:
        registry.snapshot.forget()
        response = client.post(
            path, json.dumps(body), content_type="application/json", headers={"X-API-Key": secret}
        )
        assert response.status_code == status, response.content
        assert b"\n" not in response.content
        answer: dict[str, str] = response.json()
        assert all(isinstance(value, str) for value in answer.values())
        return answer

    return ask


def rows() -> list[ExposureRow]:
    return list(exposures.log("longer_calls", until=timezone.now()))


def unit_of(variant: str) -> str:
    """Return a customer that the hash sends to that variant."""
    experiment = Experiment.objects.select_related("layer").get(key="longer_calls")
    compiled = compile_experiment(registry.definition_of(experiment))
    units = (f"{number:04}" for number in range(100))
    return next(unit for unit in units if compiled.decide(unit).assigned_variant == variant)


def test_an_enrolled_customer_gets_the_hash_and_is_recorded(ask: Ask) -> None:
    running()
    unit = unit_of("take_time")

    answer = ask(customer_id=unit, contact_id="c-1", experiments=["longer_calls"], queue="billing")

    (row,) = rows()
    assert answer == {
        "status": "ok",
        "experiment": "longer_calls",
        "variant": "take_time",
        "enrolled": "true",
        "source": "service",
        "version": "1",
        "bucket": str(row.bucket),
        "assignment_id": row.assignment_id,
        "policy_target_seconds": "540",
        "policy_callback": "true",
        "policy_queue": "q_long",
    }
    assert (row.unit_id, row.contact_id, row.customer_id, row.queue) == (
        *(unit, "c-1", unit, "billing"),
    )
    assert (row.assigned_variant, row.served_variant) == ("take_time", "take_time")
    assert row.eligible
    assert row.exposed_at is None


def test_asking_again_gives_the_same_answer_and_one_row(ask: Ask) -> None:
    running()
    question = {"customer_id": "0012", "contact_id": "c-1", "experiments": ["longer_calls"]}

    first, second = ask(**question), ask(**question)

    assert first == second
    assert len(rows()) == 1


def test_the_stored_row_of_a_contact_stands_when_things_change(ask: Ask) -> None:
    key = running().key
    question = {"customer_id": unit_of("take_time"), "contact_id": "c-1", "experiments": [key]}
    first = ask(**question)

    definitions.pause(key, actor="leader", now=NOW)

    assert ask(**question) == first
    assert ask(**{**question, "contact_id": "c-2"})["variant"] == "target_300s"


@pytest.mark.parametrize(
    "changes",
    [
        {"targeting": {"attribute": "segment", "equals": "gold"}},
        {"coverage": 0},
        {"targeting": {"not": {"attribute": "segment", "equals": "bronze"}}},
    ],
)
def test_who_does_not_take_part_gets_control_and_is_recorded_as_ineligible(
    ask: Ask, changes: dict[str, Any]
) -> None:
    running(**changes)

    answer = ask(customer_id="0012", experiments=["longer_calls"], attributes={"segment": "bronze"})

    assert (answer["status"], answer["variant"]) == ("ok", "target_300s")
    assert (answer["enrolled"], answer["source"]) == ("false", "service")
    (row,) = rows()
    assert not row.eligible
    assert row.attributes == {"segment": "bronze"}


@pytest.mark.parametrize(("queue", "enrolled"), [("billing", "true"), ("sales", "false")])
def test_targeting_sees_the_queue_asked_from(ask: Ask, queue: str, enrolled: str) -> None:
    running(targeting={"attribute": "queue", "in": ["billing", "complaints"]})

    answer = ask(customer_id="0012", queue=queue, experiments=["longer_calls"])

    assert answer["enrolled"] == enrolled


def test_outside_of_the_layers_range_is_control(ask: Ask) -> None:
    definitions.create_layer("service")
    running(layer="service", layer_start=0, layer_end=1)

    answer = ask(customer_id="0012", experiments=["longer_calls"])

    assert (answer["enrolled"], answer["variant"]) == ("false", "target_300s")


@pytest.mark.parametrize("switch", [definitions.pause, definitions.kill])
def test_paused_or_killed_serves_control_and_keeps_what_is_assigned(
    ask: Ask, switch: Callable[..., Experiment]
) -> None:
    switch(running().key, actor="leader", now=NOW)

    answer = ask(customer_id=unit_of("take_time"), contact_id="c-1", experiments=["longer_calls"])

    assert (answer["status"], answer["source"]) == ("ok", "paused")
    assert answer["variant"] == "target_300s"
    assert answer["policy_target_seconds"] == "300"
    (row,) = rows()
    assert (row.assigned_variant, row.served_variant) == ("take_time", "target_300s")
    assert (row.source, row.eligible) == ("paused", True)


def test_the_kill_switch_reaches_a_customer_who_was_recorded_before(ask: Ask) -> None:
    key = running().key
    question = {"customer_id": unit_of("take_time"), "experiments": [key]}
    assert ask(**question)["variant"] == "take_time"

    definitions.kill(key, actor="leader", now=NOW)

    answer = ask(**question)
    assert (answer["variant"], answer["source"]) == ("target_300s", "paused")
    assert len(rows()) == 1


def test_quality_assurance_gets_what_it_listed(ask: Ask) -> None:
    key = running().key
    unit = unit_of("target_300s")
    definitions.force(key, unit_id=unit, variant="take_time", actor="qa", now=NOW)

    answer = ask(customer_id=unit, experiments=[key])

    assert (answer["variant"], answer["source"]) == ("take_time", "forced")
    (row,) = rows()
    assert row.forced
    assert (row.assigned_variant, row.served_variant) == ("target_300s", "take_time")


def test_a_field_that_nobody_knows_changes_no_answer(ask: Ask) -> None:
    running()
    asked = {"customer_id": "1", "contact_id": "c-1", "experiments": ["longer_calls"]}

    assert ask(**asked, ivr_node="7", experiment="an other") == ask(**asked)


def test_an_unknown_or_ended_experiment_is_said_so_and_records_nothing(ask: Ask) -> None:
    key = running().key
    definitions.conclude(key, actor="leader", now=NOW)
    nothing = {
        "status": "unknown_experiment",
        "variant": "",
        "enrolled": "false",
        "source": "default",
        "version": "",
        "bucket": "",
        "assignment_id": "",
    }

    assert ask(customer_id="1", experiments=[key]) == {**nothing, "experiment": key}
    assert ask(customer_id="1", experiments=["never"]) == {**nothing, "experiment": "never"}
    assert rows() == []


@pytest.mark.parametrize("ids", [{}, {"customer_id": None}, {"customer_id": "  "}])
def test_without_the_unit_of_the_design_control_is_played_and_nothing_recorded(
    ask: Ask, ids: dict[str, str]
) -> None:
    running()

    answer = ask(**ids, agent_id="agent-7", experiments=["longer_calls"])

    assert (answer["status"], answer["variant"]) == ("missing_unit", "target_300s")
    assert (answer["source"], answer["enrolled"]) == ("default", "false")
    assert rows() == []


@pytest.mark.parametrize("unit", ["contact", "agent", "team", "queue"])
def test_each_kind_of_unit_has_its_field(ask: Ask, unit: str) -> None:
    running(unit=unit)
    field = f"{unit}_id" if unit in {"contact", "agent"} else unit

    answer = ask(**{field: "A 7"}, experiments=["longer_calls"])

    assert answer["status"] == "ok"
    assert rows()[0].unit_id == "A 7"


def test_without_names_all_that_take_the_contact_answer(ask: Ask) -> None:
    running("first")
    assert ask(customer_id="7")["experiment"] == "first"
    running("second")
    running("third", targeting={"attribute": "segment", "equals": "gold"})

    answer = ask(customer_id="7")

    prefixes = {name.partition("__")[0] for name in answer}
    assert prefixes == {"first", "second"}
    assert answer["first__status"] == answer["second__status"] == "ok"
    assert rows() == []


def test_without_names_and_takers_there_is_nothing_to_do(ask: Ask) -> None:
    answer = ask(customer_id="7")

    assert (answer["status"], answer["experiment"], answer["variant"]) == ("ok", "", "")


def test_several_names_are_told_apart_by_prefix(ask: Ask) -> None:
    running()

    answer = ask(customer_id="7", experiments=["longer_calls", "never", "longer_calls"])

    assert answer["longer_calls__status"] == "ok"
    assert answer["never__status"] == "unknown_experiment"
    assert "status" not in answer


def test_to_look_without_exposing_records_nothing(ask: Ask) -> None:
    running()

    answer = ask(customer_id="7", experiments=["longer_calls"], expose=False)

    assert (answer["status"], answer["assignment_id"]) == ("ok", "")
    assert answer["variant"]
    assert rows() == []


@pytest.mark.parametrize("customer", ["0012", "  0012  ", "😀 ümlaut", "'; DROP TABLE x; --"])
def test_ids_stay_texts_in_their_one_form(ask: Ask, customer: str) -> None:
    running()

    ask(customer_id=customer, experiments=["longer_calls"])

    assert rows()[0].unit_id == customer.strip()


def test_more_coverage_moves_nobody(ask: Ask) -> None:
    key = running(coverage=5000).key
    units = [f"{number:04}" for number in range(60)]
    before = {unit: ask(customer_id=unit, experiments=[key], expose=False) for unit in units}

    definitions.set_coverage(key, coverage=10_000, actor="leader", now=NOW)

    after = {unit: ask(customer_id=unit, experiments=[key], expose=False) for unit in units}
    enrolled = [unit for unit in units if before[unit]["enrolled"] == "true"]
    assert 0 < len(enrolled) < len(units)
    assert all(before[unit]["variant"] == after[unit]["variant"] for unit in enrolled)
    assert all(answer["enrolled"] == "true" for answer in after.values())


def test_a_new_contact_costs_one_statement(
    ask: Ask,
    client: Client,
    secret: str,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    running()
    ask(customer_id="1", contact_id="c-1", experiments=["longer_calls"])
    key_snapshot.current(timezone.now())
    registry.current(timezone.now())

    with django_assert_num_queries(1):
        client.post(
            "/api/v1/assign",
            '{"customer_id": "1", "contact_id": "c-2"}',
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret}"},
        )
