"""Experiments that require another, and the rule set that carries the whole program."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from experiments import definitions, registry
from experiments.access import issue_key
from experiments.errors import InvalidDefinition
from tests.experiments.api.program import CUSTOMERS, HOLDOUT, WHO, one
from tests.experiments.api.test_experiments import with_key
from tests.experiments.designs import NOW, draft, running

pytestmark = pytest.mark.django_db


def test_units_take_part_that_another_experiment_assigned_as_required() -> None:
    running("first")
    running(requires=({"experiment": "first", "variants": ["take_time"]},))
    compiled = registry.current(timezone.now()).experiments["first"]

    told = {each: one(each) for each in CUSTOMERS[:60]}

    for customer, given in told.items():
        required = compiled.decide(customer).assigned_variant == "take_time"
        assert given.enrolled is required
        assert required or given.reason == "prerequisite"
    assert {given.variant for given in told.values() if given.enrolled} == {
        "target_300s",
        "take_time",
    }


def test_what_is_required_still_counts_after_a_kill_and_its_end() -> None:
    running("first", coverage=5000)
    running(requires=({"experiment": "first"},))
    before = [one(each).enrolled for each in CUSTOMERS[:40]]

    definitions.kill("first", **WHO)
    killed = [one(f"{each}", contact=f"k-{each}").enrolled for each in CUSTOMERS[:40]]
    definitions.conclude("first", **WHO)
    ended = [one(f"{each}", contact=f"e-{each}").enrolled for each in CUSTOMERS[:40]]

    assert before == killed == ended
    assert 5 < sum(before) < 35


@pytest.mark.parametrize(
    ("requires", "field"),
    [
        ([{"experiment": "nowhere"}], "requires[0].experiment"),
        ([{"experiment": "longer_calls"}], "requires[0].experiment"),
        ([{"experiment": "first", "variants": ["other"]}], "requires[0].variants"),
        ([{"experiment": "first", "variants": "take_time"}], "requires[0]"),
        ([{"key": "first"}], "requires[0]"),
        ([{"experiment": "by_agent"}], "requires[0].experiment"),
    ],
)
def test_a_requirement_that_cannot_be_is_refused(
    requires: list[dict[str, Any]], field: str
) -> None:
    definitions.create(draft("first"), **WHO)
    definitions.create(draft("by_agent", unit="agent"), **WHO)

    with pytest.raises(InvalidDefinition) as refused:
        definitions.create(draft(requires=requires), **WHO)

    assert [each.field for each in refused.value.violations] == [field]


def test_two_experiments_do_not_require_each_other() -> None:
    first = definitions.create(draft("first"), **WHO)
    definitions.create(draft(requires=({"experiment": "first"},)), **WHO)
    closing = draft("first", requires=({"experiment": "longer_calls"},))

    with pytest.raises(InvalidDefinition, match="must not require itself"):
        definitions.edit("first", closing, edition=first.edition, **WHO)


def test_what_is_required_was_started_before() -> None:
    definitions.create(draft("first"), **WHO)

    with pytest.raises(InvalidDefinition, match="must be running, paused or concluded"):
        running(requires=({"experiment": "first"},))


def test_requirements_come_and_go_over_http() -> None:
    definitions.create(draft("first"), **WHO)
    body = {
        "key": "longer_calls",
        "title": "Take the time it needs",
        "requires": [{"experiment": "first", "variants": ["take_time"]}],
        "variants": [
            {"key": "target_300s", "weight": 5000, "is_control": True},
            {"key": "take_time", "weight": 5000},
        ],
    }

    made = with_key("define").post("/api/v1/experiments", body, format="json")

    assert made.status_code == 201, made.data
    assert made.data["requires"] == body["requires"]
    assert made.data["is_holdout"] is False


def test_the_rule_set_carries_the_program_and_decides_alike() -> None:
    running(**HOLDOUT)
    running()
    definitions.never_treat(["0012"], reason="vulnerable", **WHO)
    _, secret = issue_key(name="client", scopes=["assign"], now=NOW)
    registry.snapshot.forget()

    document = Client().get("/api/v1/ruleset", headers={"X-API-Key": secret}).json()

    (published,) = (each for each in document["experiments"] if each["key"] == "longer_calls")
    assert published["program"]["holdout"]["end"] == 1000
    assert len(published["program"]["never_treat"]["digests"]) == 1
    assert "0012" not in str(published["program"]["never_treat"])
