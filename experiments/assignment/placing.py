"""Other ways to an outcome than the hash of the unit alone: slots of time, and saturations."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from experiments.assignment.allocation import bucket_ranges
from experiments.assignment.decision import Outcome, Reason
from experiments.assignment.definition import ExperimentDefinition
from experiments.assignment.hashing import Purpose, bucket_after, prefix
from experiments.assignment.outcomes import enrolled, outcomes_of, outside
from experiments.assignment.saturation import Saturation, label, saturated_weights
from experiments.assignment.schedule import TIME_SLOT, Schedule
from experiments.assignment.slots import draw

Placed = tuple[int | None, Outcome]
Attributes = Mapping[str, object]
SATURATION = "saturation"


class Placer(NamedTuple):
    """`place` says which outcome a unit with these attributes has.

    `drawn` says what else was drawn on the way and is recorded with it.
    """

    place: Callable[[str, Attributes], Placed]
    drawn: Callable[[Attributes], Mapping[str, str]]


def placer_of(definition: ExperimentDefinition) -> Placer | None:
    """Return what places a unit by its id and attributes; None where its own hash does."""
    if definition.saturation is not None:
        return _by_saturation(definition, definition.saturation)
    if definition.unit == TIME_SLOT and definition.schedule is not None:
        return _by_slot(definition, definition.schedule)
    return None


def _by_slot(definition: ExperimentDefinition, schedule: Schedule) -> Placer:
    """Return what looks a time slot up: every slot was drawn when the salt was."""
    outcomes = {key: enrolled(definition, key) for key, _ in definition.weights}
    drawn = draw(schedule, definition.salt, definition.weights)
    by_slot = {slot: outcomes[variant] for slot, variant in drawn.items()}
    elsewhere = outside(definition, Reason.NOT_SCHEDULED)

    def place(unit_id: str, _attributes: Attributes) -> Placed:
        return None, by_slot.get(unit_id, elsewhere)

    return Placer(place=place, drawn=lambda _attributes: {})


def _by_saturation(definition: ExperimentDefinition, saturation: Saturation) -> Placer:
    """Return what asks the cluster for its share, and then the unit's hash."""
    share_of = _shares(definition, saturation)
    start = prefix(Purpose.EXPERIMENT, definition.salt)
    tables = {share: _table(definition, share) for share, _ in saturation.weights}
    nowhere = outside(definition, Reason.NO_CLUSTER)
    elsewhere = outside(definition, Reason.NOT_SCHEDULED)

    def place(unit_id: str, attributes: Attributes) -> Placed:
        cluster = attributes.get(saturation.cluster)
        if not isinstance(cluster, str) or not cluster:
            return None, nowhere
        share = share_of(cluster)
        if share is None:
            return None, elsewhere
        bucket = bucket_after(start, unit_id)
        cuts, outcomes = tables[share]
        return bucket, outcomes[bisect_right(cuts, bucket)]

    def drawn(attributes: Attributes) -> Mapping[str, str]:
        cluster = attributes.get(saturation.cluster)
        share = share_of(cluster) if isinstance(cluster, str) and cluster else None
        return {} if share is None else {SATURATION: label(share)}

    return Placer(place=place, drawn=drawn)


def _shares(
    definition: ExperimentDefinition, saturation: Saturation
) -> Callable[[str], int | None]:
    """Return what says the share of a cluster; None for a slot that is not scheduled."""
    if definition.schedule is not None:
        return draw(definition.schedule, definition.salt, saturation.weights).get
    start = prefix(Purpose.SATURATION, definition.salt)
    ends = list(_ends(saturation))

    def share_of(cluster: str) -> int:
        return saturation.levels[bisect_right(ends, bucket_after(start, cluster))].share

    return share_of


def _ends(saturation: Saturation) -> Iterator[int]:
    end = 0
    for _, weight in saturation.weights:
        end += weight
        yield end


def _table(definition: ExperimentDefinition, share: int) -> tuple[list[int], list[Outcome]]:
    """Return the cuts and outcomes of a cluster of that share, as of a compiled experiment."""
    weights = saturated_weights(definition.weights, definition.control.key, share)
    ranges = bucket_ranges(weights, coverage=definition.coverage)
    return [cut for each in ranges for cut in (each.start, each.end)], list(outcomes_of(definition))
