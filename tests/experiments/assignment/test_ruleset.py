"""The rule set as a document: nothing is lost on the way, and nothing is half understood."""

import json
from dataclasses import fields, replace
from typing import Any

import pytest

from experiments.assignment.definition import (
    ExperimentDefinition,
    LayerPlacement,
    Requirement,
    VariantDefinition,
)
from experiments.assignment.documents import definition_from, document_of
from experiments.assignment.program import Holdout, NeverTreat, Program
from experiments.assignment.ruleset import read_ruleset, ruleset_document
from experiments.errors import InvalidDefinition
from tests.vectors.assignment import NAMES, ROWS, definition

PLAIN = ExperimentDefinition(
    key="take_time",
    version=1,
    salt="kX3_vT9-aB2mQ7pR",
    variants=(
        VariantDefinition(key="fast", weight=5000, is_control=True),
        VariantDefinition(key="patient", weight=5000),
    ),
)
FULL = replace(
    PLAIN,
    version=3,
    variants=(
        VariantDefinition(key="fast", weight=2500, is_control=True, policy={"seconds": 1e-7}),
        VariantDefinition(key="patient", weight=7500, policy={"a": [1, None, {"b": "é"}]}),
    ),
    unit="agent",
    coverage=4321,
    targeting={"all": [{"attribute": "tier", "in": ["pro", "basic"]}]},
    layer=LayerPlacement(salt="Lw8-fJ2_nD5sZ0yC", start=10, end=5000),
    forced={"0012": "patient"},
    requires=(
        Requirement(experiment=replace(PLAIN, key="other", unit="agent"), variants=("fast",)),
    ),
    program=Program(
        holdout=Holdout(salt="Ho8-fJ2_nD5sZ0yC", start=0, end=500),
        never_treat=NeverTreat(salt="Nt8-fJ2_nD5sZ0yC", digests=("0" * 32, "f" * 32)),
    ),
    paused=True,
    killed=True,
)


def document(*running: ExperimentDefinition, **changes: object) -> dict[str, Any]:
    made = ruleset_document(number=7, running=running, concluded=[])
    return {**json.loads(json.dumps(made)), **changes}


@pytest.mark.parametrize("given", [PLAIN, FULL])
def test_a_definition_comes_back_the_same(given: ExperimentDefinition) -> None:
    assert definition_from(json.loads(json.dumps(document_of(given)))) == given


def test_no_field_is_forgotten_here() -> None:
    same = [
        field.name
        for field in fields(ExperimentDefinition)
        if getattr(PLAIN, field.name) == getattr(FULL, field.name)
    ]

    # There is one version of the hash; a schedule goes with no layer: see test_schedule.
    assert same == ["key", "salt", "hash_version", "schedule", "saturation"]


def test_what_is_at_its_default_is_left_out() -> None:
    assert set(document_of(PLAIN)) == {"key", "version", "salt", "variants"}
    assert document_of(PLAIN)["variants"][1] == {"key": "patient", "weight": 5000}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_read_decides_as_published(name: str) -> None:
    (read,) = read_ruleset(document(definition(name))).experiments.values()

    decisions = [read.decide(row.unit) for row in ROWS[name]]
    assert [(each.eligible, each.assigned_variant) for each in decisions] == [
        (row.eligible, row.variant) for row in ROWS[name]
    ]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"holdout": {"share": 500}}, 'holdout = {"share": 500}: is a field that is not known'),
        ({"version": "1"}, 'version = "1": must be of the type int'),
        ({"version": True}, "version = true: must be of the type int"),
        ({"variants": {}}, "variants = {}: must be a list"),
        ({"variants": [1]}, "variants[0] = 1: must be an object"),
        ({"variants": [{"key": "a"}]}, "variants[0].weight = null: must be given"),
        ({"layer": {"salt": 1, "start": 0, "end": 1}}, "layer.salt = 1: must be of the type str"),
        ({"forced": {"0012": 3}}, "forced.0012 = 3: must be of the type str"),
        ({"coverage": 10_001}, "coverage = 10001: must be 0 to 10000"),
    ],
)
def test_what_cannot_be_read_is_left_out_and_named(change: dict[str, Any], refusal: str) -> None:
    other = replace(PLAIN, key="other")
    broken = {**document_of(PLAIN), **change}

    read = read_ruleset(document(other, experiments=[broken, document_of(other)]))

    assert list(read.experiments) == ["other"]
    assert refusal in read.unreadable["take_time"]


@pytest.mark.parametrize(
    "given",
    [
        None,
        [],
        {},
        {"format": 2, "number": 1, "experiments": [], "concluded": []},
        {"format": 1, "number": "1", "experiments": [], "concluded": []},
        {"format": 1, "number": 1, "experiments": {}, "concluded": []},
    ],
)
def test_what_is_no_rule_set_is_refused(given: object) -> None:
    with pytest.raises(InvalidDefinition):
        read_ruleset(given)


def test_units_can_be_forced_beside_those_of_the_rule_set() -> None:
    forced = {"take_time": {"test-1": "patient"}, "unknown": {"test-1": "patient"}}
    other = replace(FULL, key="other", forced={"0012": "patient"})

    read = read_ruleset(document(PLAIN, other), {**forced, "other": {"test-1": "fast"}})

    assert read.experiments["take_time"].forced == {"test-1": "patient"}
    assert read.experiments["other"].forced == {"0012": "patient", "test-1": "fast"}


@pytest.mark.parametrize("wrong", [{"test-1": "unknown"}, {" test-1": "patient"}, {"": "fast"}])
def test_a_wrong_list_of_forced_units_costs_no_experiment(wrong: dict[str, str]) -> None:
    (read,) = read_ruleset(document(FULL), {"take_time": wrong}).experiments.values()

    assert read.forced == FULL.forced


def test_there_is_no_document_for_what_json_cannot_hold() -> None:
    with pytest.raises(TypeError, match="complex: has no document"):
        document_of({"a": 1j})
