"""A schedule made ready to say which slot an instant falls into."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from experiments.assignment.schedule import BLOCK, MINUTE, WINDOW, Schedule
from experiments.assignment.slots import Slot, slot_id, slots

ONE_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The slots of a schedule by their ids."""

    schedule: Schedule
    slots: Mapping[str, Slot]

    def at(self, arrived_at: datetime) -> Mapping[str, str | int]:
        """Return the slot of an aware instant, its block and the whole minutes since it began."""
        name = slot_id(self.schedule, arrived_at)
        slot = self.slots.get(name)
        if slot is None:
            return {WINDOW: name}
        minutes = (arrived_at - slot.begins_at) // ONE_MINUTE
        return {WINDOW: name, MINUTE: minutes, BLOCK: slot.block}


def calendar_of(schedule: Schedule) -> Calendar:
    """Return the schedule ready to answer."""
    return Calendar(schedule=schedule, slots={slot.id: slot for slot in slots(schedule)})
