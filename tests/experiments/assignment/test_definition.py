from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from experiments.assignment.definition import (
    ExperimentDefinition,
    LayerPlacement,
    VariantDefinition,
)
from experiments.errors import InvalidDefinition

SALT = "kX3_vT9-aB2mQ7pR"
CONTROL = VariantDefinition(key="control", weight=5000, is_control=True)
PATIENT = VariantDefinition(key="patient", weight=5000)


def define(**changes: object) -> ExperimentDefinition:
    sound: dict[str, Any] = {
        "key": "take_time",
        "version": 1,
        "salt": SALT,
        "variants": (CONTROL, PATIENT),
    }
    return ExperimentDefinition(**(sound | changes))


def weighted(*weights: object) -> tuple[VariantDefinition, ...]:
    shares: list[Any] = list(weights)  # also what is no integer
    return tuple(
        VariantDefinition(key=f"arm_{place}", weight=share, is_control=place == 0)
        for place, share in enumerate(shares)
    )


def test_a_sound_definition_knows_its_control_and_weights() -> None:
    definition = define(forced={"0012": "patient"}, layer=LayerPlacement(salt=SALT, start=0, end=1))

    assert definition.control is CONTROL
    assert definition.weights == (("control", 5000), ("patient", 5000))


def test_a_definition_never_changes() -> None:
    with pytest.raises(FrozenInstanceError):
        define().coverage = 5  # type: ignore[misc]  # what is tested


@pytest.mark.parametrize("weights", [(0, 10_000), (10_000, 0), (1, 9_999), (3_334, 3_333, 3_333)])
def test_weights_may_be_zero_and_many(weights: tuple[int, ...]) -> None:
    assert [weight for _, weight in define(variants=weighted(*weights)).weights] == list(weights)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"key": "Take_time"}, ["key"]),
        ({"key": "take_time\n"}, ["key"]),
        ({"key": "a" * 65}, ["key"]),
        ({"key": 7}, ["key"]),
        ({"unit": ""}, ["unit"]),
        ({"version": 0}, ["version"]),
        ({"version": True}, ["version"]),
        ({"hash_version": 2}, ["hash_version"]),
        ({"salt": "short"}, ["salt"]),
        ({"salt": "with space in it"}, ["salt"]),
        ({"salt": "kX3:vT9:aB2mQ7pR"}, ["salt"]),
        ({"salt": "x" * 65}, ["salt"]),
        ({"coverage": -1}, ["coverage"]),
        ({"coverage": 10_001}, ["coverage"]),
        ({"coverage": 0.5}, ["coverage"]),
        ({"variants": weighted(10_000)}, ["variants"]),
        ({"variants": ()}, ["variants", "variants", "variants"]),
        ({"variants": weighted(5_000, 4_999)}, ["variants"]),
        ({"variants": weighted(5_000.0, 5_000)}, ["variants[0].weight"]),
        ({"variants": weighted("5000", 5_000)}, ["variants[0].weight"]),
        ({"variants": weighted(-1, 10_001)}, ["variants[0].weight", "variants[1].weight"]),
        ({"variants": (CONTROL, CONTROL)}, ["variants", "variants"]),
        ({"variants": (PATIENT, VariantDefinition(key="b", weight=5000))}, ["variants"]),
        ({"targeting": {"all": []}}, ["targeting.all"]),
        ({"layer": LayerPlacement(salt="short", start=0, end=10)}, ["layer.salt"]),
        ({"layer": LayerPlacement(salt=SALT, start=10, end=10)}, ["layer"]),
        ({"layer": LayerPlacement(salt=SALT, start=0, end=10_001)}, ["layer.end"]),
        ({"layer": LayerPlacement(salt=SALT, start=-1, end=10)}, ["layer.start"]),
        ({"forced": {"0012": "impatient"}}, ["forced[0012]"]),
        ({"forced": {" 0012": "patient"}}, ["forced"]),
        ({"forced": {"": "patient"}}, ["forced"]),
    ],
)
def test_a_broken_rule_is_named_by_its_path(changes: dict[str, Any], fields: list[str]) -> None:
    with pytest.raises(InvalidDefinition) as refusal:
        define(**changes)

    assert [violation.field for violation in refusal.value.violations] == fields


def test_all_broken_rules_are_told_at_once() -> None:
    unsound = VariantDefinition(key="Bad", weight=1, policy={"two words": 1}, is_control=True)

    with pytest.raises(InvalidDefinition) as refusal:
        define(salt="short", coverage=-1, variants=(CONTROL, unsound), targeting={"not": {}})

    assert [str(violation) for violation in refusal.value.violations] == [
        'salt = "short": must be 11 to 64 of A-Z a-z 0-9 _ - (at least 64 bits)',
        "coverage = -1: must be 0 to 10000",
        'variants[1].key = "Bad": must match [a-z][a-z0-9_]{0,63}',
        'variants[1].policy = "two words": names must match [A-Za-z][A-Za-z0-9_]{0,63}',
        'variants = ["control", "Bad"]: must have exactly one control',
        "variants = [5000, 1]: must have weights that sum to 10000",
        "targeting.not = {}: must be an object with all, any or not alone, or with attribute",
    ]
