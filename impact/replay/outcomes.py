"""What every unit of a history has of every metric: the join, kept row by row."""

from datetime import datetime

from experiments.assignment.schedule import Schedule
from experiments.plan.document import Kind, Metric, Plan
from impact.engine import Engine
from impact.join.caps import caps_of
from impact.join.exchange import currency_of
from impact.join.inputs import Inputs
from impact.join.measures import all_measures
from impact.join.survival import with_durations
from impact.join.units import build_units
from impact.join.vectors import vectors_of, with_adjustments
from impact.join.windows import measure_units
from impact.replay.crossing import crossed_of
from impact.replay.payments import payments_of
from impact.replay.scheduling import slots_of
from impact.replay.times import times_of
from impact.replay.values import ranked_of, values_of
from impact.simulation.trials.outcomes import Outcomes


def outcomes_of(
    connection: Engine, known: Inputs, plan: Plan, as_of: datetime, schedule: Schedule | None
) -> tuple[tuple[str, ...], Outcomes]:
    """Return the ids of all units in order, and what each has of every metric of the plan.

    Raises:
        InputMissing: a column of the plan is nowhere.
        UnknownCurrency: an amount that counts has no dated rate.
    """
    measures = all_measures(plan, plan.metrics, known, ())
    units = build_units(connection, known, plan, as_of=as_of, with_ids=True)
    eligible = units.filter(units.eligible)
    measured = measure_units(connection, eligible, known, plan, measures)
    windowed = [metric for metric in plan.metrics if metric.is_windowed]
    caps = caps_of(measured, windowed, as_of)
    adjusted = with_adjustments(measured, windowed)
    unit_ids, values = values_of(adjusted, plan, vectors_of(adjusted, windowed, as_of, caps), caps)

    def of(kind: Kind) -> list[Metric]:
        return [metric for metric in plan.metrics if metric.kind is kind]

    return unit_ids, Outcomes(
        size=len(unit_ids),
        slots=None if schedule is None else slots_of(eligible, plan, schedule),
        values=values,
        times={
            metric.key: times_of(with_durations(eligible, known, plan, metric), metric)
            for metric in of(Kind.TIME_TO_EVENT)
        },
        ranked={
            metric.key: ranked_of(measured, known, plan, metric, unit_ids, as_of)
            for metric in of(Kind.QUANTILE)
        },
        payments={
            metric.key: payments_of(eligible, known, plan, metric, unit_ids)
            for metric in of(Kind.MEAN)
            if metric.is_lifetime
        },
        crossed={
            metric.key: crossed_of(measured, known, plan, metric, unit_ids, as_of)
            for metric in of(Kind.RATIO)
            if metric.crossed_with
        },
        currency=currency_of(known.revenue, plan),
    )
