"""Numbers per unit: rows of each table inside of the units' windows, one pass per table."""

from collections.abc import Iterable

import ibis
from ibis.expr.types import BooleanValue, Table, TimestampValue, Value

from experiments.plan.document import Aggregate, Plan, Source
from experiments.plan.document import Table as Fact
from impact.engine import Engine
from impact.join.columns import equals, local_date, optional
from impact.join.dated import day_of, is_since
from impact.join.exchange import converted, refuse_unknown_currencies, with_rates
from impact.join.facts import facts_of, unit_key
from impact.join.inputs import Inputs
from impact.join.measures import Measure

COST = "cost"
SECONDS_PER_MINUTE = 60.0


def measure_units(
    connection: Engine, units: Table, inputs: Inputs, plan: Plan, measures: Iterable[Measure]
) -> Table:
    """Return the eligible units with one column per measure, computed once and kept.

    Windows are half-open, `[start + low, start + high)`. What carries a date alone has no time of
    the day to be earlier and is compared with the start's date; a churn counts from that date on
    whatever its time, as it does for survival.

    Raises:
        InputMissing: a table or column of the plan was not given.
        UnknownCurrency: an amount that counts has no rate.
    """
    by_fact: dict[Fact, list[Measure]] = {}
    for measure in measures:
        by_fact.setdefault(measure.source.table, []).append(measure)
    if not by_fact:
        return units
    wide = units
    for fact, wanted in by_fact.items():
        sums = _per_unit(units, inputs, plan, fact, wanted)
        wide = wide.left_join(sums, wide.unit_id == sums.fact_unit).drop("fact_unit")
        wide = wide.mutate(**{measure.name: _filled(wide, measure) for measure in wanted})
    return connection.keep(wide)


def _per_unit(
    units: Table, inputs: Inputs, plan: Plan, fact: Fact, measures: list[Measure]
) -> Table:
    rows = borne_rows(units, inputs, plan, fact)
    if fact is Fact.REVENUE:
        _refuse_currencies(rows, measures, plan)
    sums = {measure.name: measured(rows, measure, plan) for measure in measures}
    return rows.group_by("fact_unit").aggregate(**sums)


def rows_inside(units: Table, inputs: Inputs, plan: Plan, measure: Measure) -> Table:
    """Return every row of a measure inside of its units' windows: `fact_unit` and its `value`.

    Raises:
        InputMissing: a table or column of the plan was not given.
        UnknownCurrency: an amount that counts has no rate.
    """
    rows = borne_rows(units, inputs, plan, measure.source.table)
    if measure.source.table is Fact.REVENUE:
        _refuse_currencies(rows, [measure], plan)
    inside = rows.filter(_inside(rows, measure, plan))
    value = _value(inside, measure.source).cast("float64")
    return inside.select("fact_unit", value=value).filter(lambda found: found["value"].notnull())


def borne_rows(units: Table, inputs: Inputs, plan: Plan, fact: Fact) -> Table:
    """Return the rows of one table beside the units that bear them, by `fact_unit`.

    `day_` is the day after the start of what carries a date alone, else null.
    """
    facts = facts_of(inputs, plan, fact)
    borne = units.select(
        fact_unit=units.unit_id,
        unit_key_=unit_key(units, plan, fact),
        start_=units.start,
        start_date_=units.start_date,
        start_contact_=units.start_contact,
    )
    rows = borne.inner_join(facts, borne.unit_key_ == facts.key_)
    if fact is Fact.CONTACTS:
        rows = rows.mutate(at_=_since_asked(rows))
    rows = rows.mutate(day_=day_of(rows.at_, rows.start_date_, plan.zone))
    return with_rates(rows, plan) if fact is Fact.REVENUE else rows


def measured(rows: Table, measure: Measure, plan: Plan) -> Value:
    """Return the aggregate of a group of rows, of those inside of the measure's window."""
    return _aggregated(rows, measure, _inside(rows, measure, plan))


def _since_asked(rows: Table) -> TimestampValue:
    """The contact for which the router asked came a moment before the answer, and belongs to it."""
    asked = rows.contact_id == rows.start_contact_
    return asked.ifelse(ibis.greatest(rows.start_, rows.at_), rows.at_)


def _refuse_currencies(rows: Table, measures: list[Measure], plan: Plan) -> None:
    counting = [_inside(rows, measure, plan) for measure in measures if measure.source.column]
    if counting:
        anywhere = counting[0]
        for condition in counting[1:]:
            anywhere = anywhere | condition
        refuse_unknown_currencies(rows.filter(anywhere), plan)


def _inside(rows: Table, measure: Measure, plan: Plan) -> BooleanValue:
    """Return whether a row is of the measure's kind and inside of its window."""
    inside = of_source(rows, measure.source)
    match measure.source.table, measure.low:
        case Fact.CHURN, _:
            inside &= local_date(rows.at_, plan.zone) >= rows.start_date_
        case Fact.OBSERVATIONS, None:
            inside &= rows.at_.isnull() | is_since(rows.at_, rows.day_, rows.start_, 0)
        case _, low:
            inside &= is_since(rows.at_, rows.day_, rows.start_, low or 0)
    if measure.source.table is Fact.SURVEYS and measure.low == 0:
        sent_day = day_of(rows.sent_at, rows.start_date_, plan.zone)
        inside &= is_since(rows.sent_at, sent_day, rows.start_, 0)
    if measure.high is not None:
        inside &= ~is_since(rows.at_, rows.day_, rows.start_, measure.high)
    return inside


def of_source(rows: Table, source: Source) -> BooleanValue:
    """Return whether a row is of the kind that a source counts."""
    kind = equals(rows, source.where)
    if source.table is Fact.OBSERVATIONS:
        return kind & (rows["metric"] == source.column)
    if source.table is Fact.REVENUE and "kind" not in dict(source.where):
        return kind & (optional(rows, "kind", "string").fill_null("") != COST)
    return kind


def _value(rows: Table, source: Source) -> Value:
    match source.table:
        case Fact.OBSERVATIONS:
            return rows["value"]
        case Fact.REVENUE:
            return converted(rows)
        case _:
            return rows[source.column]


def _aggregated(rows: Table, measure: Measure, inside: BooleanValue) -> Value:
    source = measure.source
    if not source.column:
        count = inside.sum()
        return (count > 0).cast("float64") if source.aggregate is Aggregate.ANY else count
    value = _value(rows, source)
    match source.aggregate:
        case Aggregate.COUNT:
            return (inside & value.notnull()).sum()
        case Aggregate.ANY:
            return value.cast("float64").abs().max(where=inside)
        case Aggregate.MEAN:
            return value.cast("float64").mean(where=inside)
        case Aggregate.SUM | Aggregate.EACH:
            exact = value if source.table is Fact.REVENUE else value.cast("float64")
            return exact.sum(where=inside)


def _filled(wide: Table, measure: Measure) -> Value:
    """Return the number as double precision; no rows are 0 where that is what they mean."""
    value = wide[measure.name].cast("float64")
    if measure.source.aggregate is Aggregate.ANY:
        value = (value > 0).cast("float64")
    if measure.name == "money_handle_minutes":
        value = value / SECONDS_PER_MINUTE
    return value.fill_null(0.0) if measure.empty_is_zero else value
