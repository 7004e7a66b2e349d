"""The slots of a schedule, and which of their levels each draws: from the salt alone.

Slots of the same weekday and hour in `block_weeks` weeks in a row are a block. A block's slots
are put in the order of `sha256("w:" + salt + ":" + slot)`, written as hexadecimal digits; the
first of them get the first level, as many as its weight says, and so on. So every level meets
every weekday and hour equally often, and nobody can tell a slot's level without the salt.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from hashlib import sha256
from typing import NamedTuple, TypeVar

from experiments.assignment.hashing import BUCKETS, Purpose, prefix
from experiments.assignment.refusals import violation
from experiments.assignment.schedule import HOURS_PER_DAY, MINUTES_PER_HOUR, Schedule
from experiments.errors import InvalidDefinition

Level = TypeVar("Level")
DAY = timedelta(days=1)
DAYS_PER_WEEK = 7
TOLERANCE = Fraction(1, 50)  # thirds of 10,000 are no integers: 3334 of them are a third


class Slot(NamedTuple):
    """One stretch of time with one level: `id` is its first minute on the clocks of the zone."""

    id: str
    block: str
    begins_at: datetime
    ends_at: datetime


def slots(schedule: Schedule) -> Iterator[Slot]:
    """Yield every slot in the order of time. Instants are UTC.

    >>> from experiments.assignment.schedule import schedule_of
    >>> whole = list(slots(schedule_of({"starts_on": "2026-11-30", "weeks": 2})))
    >>> len(whole), whole[0].id, whole[0].block
    (168, '2026-11-30T00:00', '0-1T00:00')
    """
    for days in range(schedule.weeks * DAYS_PER_WEEK):
        day = schedule.starts_on + days * DAY
        if day.isoweekday() not in schedule.weekdays:
            continue
        number = days // DAYS_PER_WEEK // schedule.block_weeks
        first = schedule.from_hour * MINUTES_PER_HOUR
        last = schedule.to_hour * MINUTES_PER_HOUR
        for minute in range(first, last, schedule.slot_minutes):
            clock = _clock(minute)
            yield Slot(
                id=f"{day.isoformat()}T{clock}",
                block=f"{number}-{day.isoweekday()}T{clock}",
                begins_at=_instant(schedule, day, minute),
                ends_at=_instant(schedule, day, minute + schedule.slot_minutes),
            )


def slot_id(schedule: Schedule, at: datetime) -> str:
    """Return the id of the slot that an aware instant falls into, scheduled or not.

    An hour that the clocks show twice belongs to one slot both times.

    >>> from datetime import UTC
    >>> schedule = Schedule(starts_on=date(2026, 11, 30), weeks=2, timezone="Europe/Berlin")
    >>> slot_id(schedule, datetime(2026, 11, 30, 8, 59, tzinfo=UTC))
    '2026-11-30T08:00'
    """
    local = at.astimezone(schedule.zone)
    first = schedule.from_hour * MINUTES_PER_HOUR
    minute = local.hour * MINUTES_PER_HOUR + local.minute
    begun = first + (minute - first) // schedule.slot_minutes * schedule.slot_minutes
    return f"{local.date().isoformat()}T{_clock(max(begun, 0))}"


def draw(
    schedule: Schedule, salt: str, weights: Sequence[tuple[Level, int]]
) -> Mapping[str, Level]:
    """Return the level of every slot, by its id.

    `weights` are levels and their shares of 10,000, in order.

    Raises:
        InvalidDefinition: a weight is no whole number of the slots of a block.
    """
    counts = block_counts(schedule, weights)
    deck = [level for level, count in counts for _ in range(count)]
    blocks: dict[str, list[str]] = {}
    for slot in slots(schedule):
        blocks.setdefault(slot.block, []).append(slot.id)
    start = prefix(Purpose.WINDOW, salt)
    return {
        slot: level
        for block in blocks.values()
        for slot, level in zip(sorted(block, key=lambda id_: _order(start, id_)), deck, strict=True)
    }


def block_counts(
    schedule: Schedule, weights: Sequence[tuple[Level, int]], *, field: str = "schedule.block_weeks"
) -> list[tuple[Level, int]]:
    """Return how many slots of each block every level gets.

    Raises:
        InvalidDefinition: a weight is no whole number of them.
    """
    shares = [Fraction(weight * schedule.block_weeks, BUCKETS) for _, weight in weights]
    counts = [round(share) for share in shares]
    pairs = zip(shares, counts, strict=True)
    is_whole = all(
        abs(share - count) <= TOLERANCE and bool(count) == bool(share) for share, count in pairs
    )
    if not is_whole or sum(counts) != schedule.block_weeks:
        given = ", ".join(str(weight) for _, weight in weights)
        rule = f"must be a number of weeks that weights of {given} divide into whole ones"
        raise InvalidDefinition(violation(field, schedule.block_weeks, rule))
    return [(level, count) for (level, _), count in zip(weights, counts, strict=True)]


def _order(start: bytes, slot: str) -> bytes:
    return sha256(start + slot.encode()).digest()


def _clock(minute: int) -> str:
    return f"{minute // MINUTES_PER_HOUR:02}:{minute % MINUTES_PER_HOUR:02}"


def _instant(schedule: Schedule, day: date, minute: int) -> datetime:
    """Return when the clocks of the zone show a minute of the day; 24:00 is the next day's 0:00.

    A time that the clocks leave out in spring is an hour after the last that they show.
    """
    days, rest = divmod(minute, HOURS_PER_DAY * MINUTES_PER_HOUR)
    shown = time(rest // MINUTES_PER_HOUR, rest % MINUTES_PER_HOUR)
    local = datetime.combine(day + days * DAY, shown, tzinfo=schedule.zone)
    return local.astimezone(UTC)
