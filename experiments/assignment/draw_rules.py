"""What schedules and saturations ask of the definition that has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.assignment.hashing import BUCKETS
from experiments.assignment.refusals import violation
from experiments.assignment.schedule import TIME_SLOT, WINDOW
from experiments.assignment.slots import block_counts
from experiments.errors import InvalidDefinition, Violation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from experiments.assignment.definition import ExperimentDefinition


def draw_violations(definition: ExperimentDefinition) -> Iterator[Violation]:
    """Yield what does not go together; the variants are known to be sound."""
    yield from _schedule_violations(definition)
    yield from _saturation_violations(definition)


def _schedule_violations(definition: ExperimentDefinition) -> Iterator[Violation]:
    """Yield what a schedule cannot bear: it is drawn whole, and published before it begins."""
    saturation = definition.saturation
    draws_windows = saturation is not None and saturation.cluster == WINDOW
    if (definition.schedule is not None) != (definition.unit == TIME_SLOT or draws_windows):
        rule = f"must be given for the unit {TIME_SLOT} or windows that draw shares, for no other"
        yield violation("schedule", definition.unit, rule)
    if definition.schedule is None:
        return
    if definition.unit == TIME_SLOT:
        yield from _slot_violations(definition)
    try:
        block_counts(definition.schedule, saturation.weights if saturation else definition.weights)
    except InvalidDefinition as refusal:
        yield from refusal.violations


def _slot_violations(definition: ExperimentDefinition) -> Iterator[Violation]:
    if definition.coverage != BUCKETS:
        yield violation("coverage", definition.coverage, f"must be {BUCKETS} of a schedule")
    layer = definition.layer
    if layer is not None and (layer.start, layer.end) != (0, BUCKETS):
        rule = f"must be the whole, [0, {BUCKETS}), of a schedule: slots are in no range"
        yield violation("layer", [layer.start, layer.end], rule)


def _saturation_violations(definition: ExperimentDefinition) -> Iterator[Violation]:
    """Yield what clusters that draw shares cannot bear: units inside of them, somebody to treat."""
    saturation = definition.saturation
    if saturation is None:
        return
    if definition.unit in {saturation.cluster, TIME_SLOT}:
        rule = f"must be inside of a {saturation.cluster}: a cluster draws, then its units"
        yield violation("unit", definition.unit, rule)
    if definition.control.weight == BUCKETS:
        rule = "must leave weight to a variant that can be treated"
        yield violation("variants", [weight for _, weight in definition.weights], rule)
