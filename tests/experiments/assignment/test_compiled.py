from dataclasses import FrozenInstanceError, replace

import pytest

from experiments.assignment.batch import assign_many
from experiments.assignment.compiled import compile_experiment
from experiments.assignment.decision import Decision, Outcome, Reason, Source
from experiments.assignment.definition import (
    ExperimentDefinition,
    LayerPlacement,
    VariantDefinition,
)
from experiments.assignment.hashing import Purpose, bucket

SALT = "kX3_vT9-aB2mQ7pR"
LAYER = "Lw8-fJ2_nD5sZ0yC"
UNITS = [f"customer-{number}" for number in range(2_000)]
DEFINITION = ExperimentDefinition(
    key="take_time",
    version=3,
    salt=SALT,
    variants=(
        VariantDefinition(key="fast", weight=5000, is_control=True, policy={"seconds": 300}),
        VariantDefinition(key="patient", weight=5000, policy={"seconds": 600, "steps": [1]}),
    ),
)
PRO = {"attribute": "tier", "equals": "pro"}


def unit_of(variant: str) -> str:
    compiled = compile_experiment(DEFINITION)
    return next(unit for unit in UNITS if compiled.decide(unit).assigned_variant == variant)


def test_an_enrolled_unit_gets_the_variant_of_its_bucket() -> None:
    decision = compile_experiment(DEFINITION).decide("0012")

    assert decision == Decision(
        unit_id="0012",
        bucket=8539,
        experiment="take_time",
        version=3,
        assigned_variant="patient",
        served_variant="patient",
        source=Source.SERVICE,
        eligible=True,
        forced=False,
        reason=Reason.ENROLLED,
    )


def test_a_decision_is_its_unit_and_an_outcome() -> None:
    assert Decision._fields == ("unit_id", "bucket", *Outcome._fields)


def test_leading_zeros_make_another_unit() -> None:
    compiled = compile_experiment(DEFINITION)

    assert compiled.decide("0012").bucket != compiled.decide("12").bucket


@pytest.mark.parametrize("attributes", [{}, {"tier": "basic"}, {"tier": 1}])
def test_who_is_not_targeted_gets_control_and_does_not_take_part(
    attributes: dict[str, object],
) -> None:
    compiled = compile_experiment(replace(DEFINITION, targeting=PRO))

    decision = compiled.decide(unit_of("patient"), attributes)

    assert (decision.assigned_variant, decision.served_variant) == ("fast", "fast")
    assert (decision.eligible, decision.bucket) == (False, None)
    assert (decision.source, decision.reason) == ("service", "not_targeted")


def test_who_is_targeted_gets_what_the_hash_says() -> None:
    compiled = compile_experiment(replace(DEFINITION, targeting=PRO))

    decision = compiled.decide(unit_of("patient"), {"tier": "pro"})

    assert (decision.assigned_variant, decision.eligible) == ("patient", True)


def test_two_experiments_of_a_layer_share_the_units_and_no_unit_is_in_both() -> None:
    first = compile_experiment(
        replace(DEFINITION, layer=LayerPlacement(salt=LAYER, start=0, end=6000))
    )
    second = compile_experiment(
        replace(DEFINITION, layer=LayerPlacement(salt=LAYER, start=6000, end=10_000))
    )

    for unit in UNITS:
        inside = bucket(Purpose.LAYER, LAYER, unit) < 6000
        assert (first.decide(unit).eligible, second.decide(unit).eligible) == (inside, not inside)
    outside = next(unit for unit in UNITS if not first.decide(unit).eligible)
    assert first.decide(outside).reason == "not_in_layer"
    assert first.decide(outside).assigned_variant == "fast"


def test_a_layer_does_not_disturb_the_split() -> None:
    inside = compile_experiment(
        replace(DEFINITION, layer=LayerPlacement(salt=SALT, start=0, end=5000))
    )
    taken = [each for each in map(inside.decide, UNITS) if each.eligible]

    share = sum(each.assigned_variant == "patient" for each in taken) / len(taken)

    assert abs(share - 0.5) < 4 * 0.5 / len(taken) ** 0.5


def test_who_is_not_covered_gets_control_and_does_not_take_part() -> None:
    compiled = compile_experiment(replace(DEFINITION, coverage=0))

    decision = compiled.decide(unit_of("patient"))

    assert (decision.assigned_variant, decision.eligible) == ("fast", False)
    assert (decision.source, decision.reason) == ("service", "not_covered")
    assert decision.bucket is not None


@pytest.mark.parametrize("coverage", [1, 100, 2_500, 9_999])
def test_a_ramp_moves_nobody(coverage: int) -> None:
    part = compile_experiment(replace(DEFINITION, coverage=coverage))
    full = compile_experiment(DEFINITION)

    for unit in UNITS:
        decision = part.decide(unit)
        assert not decision.eligible or decision == full.decide(unit)


@pytest.mark.parametrize("switch", ["paused", "killed"])
def test_pause_and_kill_serve_control_and_change_no_assignment(switch: str) -> None:
    stopped = compile_experiment(
        replace(DEFINITION, paused=switch == "paused", killed=switch == "killed")
    )
    running = compile_experiment(DEFINITION)

    for unit in UNITS:
        decision = stopped.decide(unit)
        assert decision.assigned_variant == running.decide(unit).assigned_variant
        assert decision.served_variant == "fast"
        assert (decision.source, decision.reason) == ("paused", switch)
        assert decision.eligible


def test_kill_is_the_reason_of_an_experiment_that_is_paused_too() -> None:
    stopped = compile_experiment(replace(DEFINITION, paused=True, killed=True))

    assert stopped.decide("0012").reason == "killed"


def test_pause_does_not_hide_why_a_unit_takes_no_part() -> None:
    stopped = compile_experiment(replace(DEFINITION, paused=True, targeting=PRO))

    assert stopped.decide("0012").reason == "not_targeted"


def test_a_forced_unit_is_served_as_listed_and_assigned_as_hashed() -> None:
    unit = unit_of("patient")
    compiled = compile_experiment(replace(DEFINITION, forced={unit: "fast"}))

    decision = compiled.decide(unit)

    assert (decision.assigned_variant, decision.served_variant) == ("patient", "fast")
    assert (decision.source, decision.reason, decision.forced) == ("forced", "forced", True)
    assert not compiled.decide(unit_of("fast")).forced


def test_a_forced_unit_is_served_even_if_it_is_not_targeted() -> None:
    compiled = compile_experiment(replace(DEFINITION, forced={"tester": "patient"}, targeting=PRO))

    decision = compiled.decide("tester")

    assert (decision.served_variant, decision.forced) == ("patient", True)
    assert not decision.eligible


@pytest.mark.parametrize("switch", ["paused", "killed"])
def test_pause_and_kill_reach_forced_units_too(switch: str) -> None:
    stopped = compile_experiment(
        replace(
            DEFINITION,
            forced={"tester": "patient"},
            paused=switch == "paused",
            killed=switch == "killed",
        )
    )

    decision = stopped.decide("tester")

    assert (decision.served_variant, decision.source) == ("fast", "paused")
    assert (decision.reason, decision.forced) == (switch, True)


def test_plain_policy_fields_are_ready_per_variant() -> None:
    compiled = compile_experiment(DEFINITION)

    assert compiled.policy_fields == {
        "fast": {"policy_seconds": "300"},
        "patient": {"policy_seconds": "600"},
    }


def test_what_is_compiled_never_changes() -> None:
    forced = {"tester": "patient"}
    compiled = compile_experiment(replace(DEFINITION, forced=forced))

    forced.clear()

    assert compiled.decide("tester").forced
    with pytest.raises(FrozenInstanceError):
        compiled.cuts = ()  # type: ignore[misc]  # what is tested


@pytest.mark.parametrize(
    "definition",
    [
        DEFINITION,
        replace(DEFINITION, coverage=1_234),
        replace(DEFINITION, killed=True),
        replace(DEFINITION, targeting=PRO),
        replace(DEFINITION, layer=LayerPlacement(salt=LAYER, start=0, end=5000)),
        replace(DEFINITION, forced={UNITS[0]: "fast", UNITS[1]: "patient"}),
    ],
)
def test_a_batch_says_of_each_unit_what_is_said_of_it_alone(
    definition: ExperimentDefinition,
) -> None:
    compiled = compile_experiment(definition)
    attributes = [{"tier": "pro" if place % 2 else "basic"} for place in range(len(UNITS))]

    assignments = assign_many(compiled, UNITS, attributes)

    assert len(assignments) == len(UNITS)
    assert list(assignments) == list(map(compiled.decide, UNITS, attributes))
    assert list(assign_many(compiled, UNITS)) == list(map(compiled.decide, UNITS))


@pytest.mark.parametrize("definition", [DEFINITION, replace(DEFINITION, targeting=PRO)])
def test_a_batch_with_too_few_attributes_is_refused(definition: ExperimentDefinition) -> None:
    with pytest.raises(ValueError, match="1 attributes"):
        assign_many(compile_experiment(definition), UNITS, [{}])
