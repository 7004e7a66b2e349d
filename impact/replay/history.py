"""A centre's own history as if an experiment had run in it: who would have joined, and when.

The join runs once, with everybody in control: what differs between draws is only who is in which
arm.
"""

from dataclasses import dataclass, replace
from datetime import datetime

import ibis
from ibis.expr.types import Table

from experiments.assignment.schedule import Schedule
from experiments.plan.document import Plan
from impact.engine import Engine
from impact.errors import InputMissing
from impact.join.columns import literal_instant, optional
from impact.join.facts import BEARERS
from impact.join.inputs import Inputs, registered
from impact.join.lacking import lacking
from impact.join.visible import visible
from impact.replay.outcomes import outcomes_of
from impact.replay.scheduling import Cut, in_slots, schedule_between
from impact.simulation.trials.counting import final_plan
from impact.simulation.trials.outcomes import Outcomes

WHOLE_DAYS = Cut()


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Units join with their first contact from `since` to before `until`.

    Nothing after `before` is read: that is when the report is made. A switchback has its slots
    `cut` out of that time.
    """

    since: datetime | None
    until: datetime
    before: datetime
    cut: Cut = WHOLE_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The units in the order of their ids, and the plan as it is replayed on them.

    `schedule` has the slots that are drawn in place of units, for a switchback.
    """

    plan: Plan
    unit_ids: tuple[str, ...]
    outcomes: Outcomes
    schedule: Schedule | None = None


def history_of(connection: Engine, inputs: Inputs, plan: Plan, span: Span) -> History:
    """Return what the metrics of a plan were for every unit that contacted the centre.

    Assignments of `inputs` are not read. A metric that cannot be given has its reason in
    `outcomes.not_estimable`.

    Raises:
        InputMissing: no contacts, nobody in the span, or a column of the plan is nowhere.
        UnknownCurrency: an amount that counts has no dated rate.
        InvalidRequest, InvalidDefinition: the span cannot be cut into slots of a switchback.
    """
    bare = final_plan(plan)
    first = _first_contacts(inputs.contacts, bare, span)
    schedule = _schedule(first, bare, span)
    joined = _joined(connection, first, bare, schedule)
    known = visible(replace(inputs, assignments=joined), span.before)
    reasons = {metric.key: lacking(known, metric) for metric in bare.metrics}
    given = tuple(metric for metric in bare.metrics if not reasons[metric.key])
    replayed = replace(bare, metrics=given)
    unit_ids, found = outcomes_of(connection, known, replayed, span.before, schedule)
    missing = {key: reason for key, reason in reasons.items() if reason}
    return History(
        plan=bare,
        unit_ids=unit_ids,
        outcomes=replace(found, not_estimable=missing),
        schedule=schedule,
    )


def _first_contacts(contacts: Table | None, plan: Plan, span: Span) -> Table:
    """Return when every unit made its first contact in the span."""
    if contacts is None:
        message = "contacts: units join a replay with their first contact"
        raise InputMissing(message)
    bearer = optional(contacts, BEARERS[plan.unit], "string").nullif("")
    asked = contacts.mutate(unit_id=bearer).filter(
        bearer.notnull(), contacts.arrived_at < literal_instant(span.until)
    )
    if span.since is not None:
        asked = asked.filter(asked.arrived_at >= literal_instant(span.since))
    return asked.group_by("unit_id").aggregate(assigned_at=asked.arrived_at.min())


def _schedule(first: Table, plan: Plan, span: Span) -> Schedule | None:
    """Return the slots of a switchback: from the first contact on, where nobody says since when."""
    if plan.switchback is None:
        return None
    since = span.since or first.assigned_at.min().to_pyarrow().as_py()
    if since is None:
        raise InputMissing(_nobody(plan))
    return schedule_between(plan, span.cut, since, span.until)


def _joined(connection: Engine, first: Table, plan: Plan, schedule: Schedule | None) -> Table:
    """Return everybody's first contact as an assignment to control."""
    asked = first.mutate(variant=ibis.literal(plan.control))
    rows = asked.to_pyarrow() if schedule is None else in_slots(asked, plan, schedule)
    if not rows.num_rows:
        raise InputMissing(_nobody(plan))
    return registered(connection, rows)


def _nobody(plan: Plan) -> str:
    return f"contacts: no {plan.unit} made one in the time in which units join"
