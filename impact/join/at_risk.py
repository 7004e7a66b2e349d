"""Time at risk as contracts allow it: from which day a customer can churn, and until when."""

import ibis
from ibis.expr.types import DateValue, Table

from experiments.plan.document import Metric, Plan
from experiments.plan.time_to_event import NOTHING, AtRisk
from impact.join.columns import instant, local_date
from impact.join.inputs import Inputs


def at_risk_of(metric: Metric) -> AtRisk | None:
    """Return when the plan lets customers be at risk; None for from the start on."""
    return (metric.time_to_event or NOTHING).at_risk


def lacking_dates(inputs: Inputs, metric: Metric) -> str:
    """Return why the dates of a metric cannot be had; "" where they can, or none are asked for.

    A column in which nobody has a value would silently put everybody at risk from the start.
    """
    asked = at_risk_of(metric)
    if asked is None:
        return ""
    if inputs.customers is None:
        return "no customers data were given"
    customers = inputs.customers
    counts = customers.aggregate(
        **{column.value: instant(customers, column).count() for column in asked.columns}
    )
    found = counts.to_pyarrow().to_pylist()[0]
    empty = [column for column, count in found.items() if not count]
    return f"no customer has a value of {' or '.join(empty)}" if empty else ""


def with_risk_interval(timed: Table, inputs: Inputs, plan: Plan, metric: Metric) -> Table:
    """Add `entry`, the day before the first day at risk, and end `time` with the last.

    Days count from the start; a customer is at risk on day t when entry < t <= time, so that churn
    on the very day of a renewal counts. Who is never at risk has an entry at or after `time`.
    """
    asked = at_risk_of(metric)
    if asked is None or inputs.customers is None:
        return timed
    customers = inputs.customers
    dates = [local_date(instant(customers, column), plan.zone) for column in asked.columns]
    opening = customers.select(risk_key=customers.customer_id, opens=_latest(dates))
    opening = opening.filter(opening.opens.notnull())
    joined = timed.left_join(opening, timed.customer_id == opening.risk_key).drop("risk_key")
    opens = joined.opens.delta(joined.start_date, unit="day").cast("int64")
    known = opens.fill_null(0)
    entry = ibis.greatest(known, 0) - 1
    if asked.days is None:
        return joined.mutate(entry=entry)
    last = ibis.greatest(known + (asked.days - 1), -1)
    over = opens.notnull() & (joined.time > last)  # without a date there is no end
    return joined.mutate(
        entry=entry, event=over.ifelse(0, joined.event), time=over.ifelse(last, joined.time)
    )


def _latest(dates: list[DateValue]) -> DateValue:
    return dates[0] if len(dates) == 1 else ibis.greatest(*dates)
