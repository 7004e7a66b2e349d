"""The schedule of an experiment as everybody may read it before it begins."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from experiments.assignment.definition import ExperimentDefinition
from experiments.assignment.saturation import label
from experiments.assignment.schedule import Schedule
from experiments.assignment.slots import draw, slots
from experiments.errors import ScheduleNotFound
from experiments.models import Experiment
from experiments.registry import definition_of


class PublishedSlot(NamedTuple):
    """A slot and the variant that it drew; until `burn_in_until` nothing of it is analysed.

    Where windows draw how many of their units are treated, `saturation` is that in per cent, and
    there is no variant and no burn-in: a unit counts from its first contact on.
    """

    slot: str
    block: str
    begins_at: datetime
    burn_in_until: datetime
    ends_at: datetime
    variant: str
    saturation: str


def published_schedule(experiment: Experiment) -> list[PublishedSlot]:
    """Return all slots in the order of time: what routers will be told, drawn from the salt.

    Raises:
        ScheduleNotFound: the experiment has none.
    """
    definition = definition_of(experiment)
    if definition.schedule is None:
        message = f"experiment = {experiment.key}: it has no schedule of time slots"
        raise ScheduleNotFound(message)
    drawn = _drawn(definition, definition.schedule)
    minutes = 0 if definition.saturation else definition.schedule.burn_in
    return [
        PublishedSlot(
            slot=slot.id,
            block=slot.block,
            begins_at=slot.begins_at,
            burn_in_until=slot.begins_at + timedelta(minutes=minutes),
            ends_at=slot.ends_at,
            variant="" if definition.saturation else drawn[slot.id],
            saturation=drawn[slot.id] if definition.saturation else "",
        )
        for slot in slots(definition.schedule)
    ]


def _drawn(definition: ExperimentDefinition, schedule: Schedule) -> Mapping[str, str]:
    if definition.saturation is None:
        return draw(schedule, definition.salt, definition.weights)
    shares = draw(schedule, definition.salt, definition.saturation.weights)
    return {slot: label(share) for slot, share in shares.items()}
