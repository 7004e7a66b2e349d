"""A history cut into slots of time, as the schedule of a switchback would have had them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import ibis
import numpy as np
import pyarrow as pa
from ibis.expr.types import Table

from experiments.assignment.schedule import MINUTE, MINUTES_PER_HOUR, Schedule
from experiments.assignment.slots import DAYS_PER_WEEK, slots
from experiments.errors import InvalidRequest, Violation
from experiments.plan.document import Plan
from impact.join.columns import clock_time
from impact.join.splits import split_column
from impact.replay.columns import places, whole
from impact.simulation.trials.outcomes import Slots

SLOT = "slot__"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """How time is cut: slots of so many minutes between two hours of every day.

    `block_weeks` weeks in a row are drawn together, as those of a `Schedule`.
    """

    slot_minutes: int = 120
    from_hour: int = 0
    to_hour: int = 24
    block_weeks: int = 2


def schedule_between(plan: Plan, cut: Cut, since: datetime, until: datetime) -> Schedule:
    """Return the schedule of as many whole blocks of weeks as lie between two instants.

    Raises:
        InvalidRequest: there is no whole one.
        InvalidDefinition: slots that no schedule has.

    >>> from datetime import UTC
    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: time_slot, control: a, weights: {a: 5000, b: 5000},
    ... switchback: window_id, metrics: [{key: wait, role: primary, kind: mean, window: 1,
    ... source: contacts.wait_seconds}]}''')
    >>> since, until = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 4, 8, tzinfo=UTC)
    >>> found = schedule_between(plan, Cut(), since, until)
    >>> found.starts_on.isoformat(), found.weeks
    ('2026-03-03', 4)
    >>> schedule_between(plan, Cut(), since, since)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    experiments.errors.InvalidRequest: since = 2026-03-03: must leave 2 whole weeks ...
    """
    first = since.astimezone(plan.zone)
    starts_on = first.date() + timedelta(days=bool(first.hour or first.minute or first.second))
    days = (until.astimezone(plan.zone).date() - starts_on).days
    weeks = days // DAYS_PER_WEEK // cut.block_weeks * cut.block_weeks
    if weeks < cut.block_weeks:
        rule = f"must leave {cut.block_weeks} whole weeks of contacts before --until"
        raise InvalidRequest(Violation(field="since", value=starts_on.isoformat(), rule=rule))
    return Schedule(
        starts_on=starts_on,
        weeks=weeks,
        timezone=plan.timezone,
        slot_minutes=cut.slot_minutes,
        burn_in=plan.switchback.burn_in if plan.switchback else 0,
        block_weeks=cut.block_weeks,
        from_hour=cut.from_hour,
        to_hour=cut.to_hour,
    )


def in_slots(first: Table, plan: Plan, schedule: Schedule) -> pa.Table:
    """Return the contacts (`unit_id`, `assigned_at`) that fall into slots, with their windows.

    Adds the window's id under the name that the plan has for it, and the minute of the contact in
    it.
    """
    local = clock_time(schedule.timezone, first.assigned_at)
    opens, closes = (hour * MINUTES_PER_HOUR for hour in (schedule.from_hour, schedule.to_hour))
    minute = local.hour() * MINUTES_PER_HOUR + local.minute() - opens
    day = local.date().delta(ibis.date(schedule.starts_on), unit="day")
    inside = first.mutate(
        **{
            SLOT: day * _slots_a_day(schedule) + (minute // schedule.slot_minutes),
            MINUTE: minute % schedule.slot_minutes,
        }
    ).filter(
        day >= 0,
        day < schedule.weeks * DAYS_PER_WEEK,
        minute >= 0,
        minute < closes - opens,
    )
    rows = inside.to_pyarrow()
    ids = np.array([slot.id for slot in slots(schedule)])
    window = plan.switchback.window if plan.switchback else ""
    named = pa.array(ids[whole(rows[SLOT])], type=pa.string())
    return rows.drop_columns([SLOT]).append_column(window, named)


def slots_of(eligible: Table, plan: Plan, schedule: Schedule) -> Slots:
    """Return the slots of a schedule with the contacts of a history in them."""
    window = split_column(plan.switchback.window if plan.switchback else "")
    names = {"window": eligible[window], "minute": eligible[split_column(MINUTE)].cast("int64")}
    rows = eligible.select("unit_id", **names).order_by("unit_id").to_pyarrow()
    given = list(slots(schedule))
    days = [slot.id.partition("T")[0] for slot in given]
    began = [slot.begins_at.timestamp() / MINUTES_PER_HOUR for slot in given]
    order = np.argsort([slot.id for slot in given])
    ids = tuple(given[place].id for place in order)
    return Slots(
        of_unit=order[places(rows["window"], ids)],
        settled=whole(rows["minute"]) >= schedule.burn_in,
        day=np.unique(days, return_inverse=True)[1].astype(np.int64),
        block=np.unique([slot.block for slot in given], return_inverse=True)[1].astype(np.int64),
        began=np.array(began),
    )


def _slots_a_day(schedule: Schedule) -> int:
    """Return how many slots a day has."""
    minutes = (schedule.to_hour - schedule.from_hour) * MINUTES_PER_HOUR
    return minutes // schedule.slot_minutes
