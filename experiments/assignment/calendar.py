"""A schedule made ready to say which slot an instant falls into."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from experiments.assignment.schedule import WINDOW, Schedule
from experiments.assignment.slots import slot_id, slots

MINUTE = "window_minute"
ONE_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When each slot of a schedule begins, by its id."""

    schedule: Schedule
    begins: Mapping[str, datetime]

    def at(self, arrived_at: datetime) -> Mapping[str, str | int]:
        """Return the slot of an aware instant, and the whole minutes since the slot began."""
        slot = slot_id(self.schedule, arrived_at)
        if slot not in self.begins:
            return {WINDOW: slot}
        return {WINDOW: slot, MINUTE: (arrived_at - self.begins[slot]) // ONE_MINUTE}


def calendar_of(schedule: Schedule) -> Calendar:
    """Return the schedule ready to answer."""
    begins = {slot.id: slot.begins_at for slot in slots(schedule)}
    return Calendar(schedule=schedule, begins=begins)
