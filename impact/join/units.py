"""The units of an experiment: who started when, in which arm, and who does not count."""

from datetime import datetime

import ibis
from ibis.expr.types import BooleanValue, StringValue, Table

from experiments.plan.document import PER_CONTACT, Plan, Unit
from impact.engine import Engine
from impact.errors import InvalidBatch
from impact.join.columns import UTC_INSTANT, instant, literal_instant, local_date, optional
from impact.join.dated import day_of, is_since
from impact.join.inputs import Inputs
from impact.join.splits import START, few_labels, find_splits, split_column, split_values
from impact.join.start_times import start_label
from impact.join.visible import is_unique

IDS = ("unit_id", "customer_id", "start_contact")


def build_units(
    connection: Engine, inputs: Inputs, plan: Plan, *, as_of: datetime, with_ids: bool
) -> Table:
    """Return one row per unit ever assigned, computed once and kept in the engine.

    `inputs` are cut at `as_of` already. Columns: variant, start (an instant), start_date,
    before_start (churned, or no longer observed, on a date before the start), eligible (has an
    eligible, not forced assignment, and is not before_start), several_variants, exposed_early
    (before the start), served (something, when exposed), kept (served what was assigned),
    censor_date, churn_date (of the first churn) and the plan's split columns as text.

    `with_ids` adds what other rows are met by, which is most of the memory: unit_id, customer_id
    (null where no customer bears the unit) and start_contact (the contact for which the router
    asked, where it is known).

    The start is the first eligible, not forced assignment; a unit that has none stands with its
    first assignment and is not eligible.

    Raises:
        InvalidBatch: an assignment names a variant that the plan does not have.
        InputMissing: a column that the plan splits by is nowhere.
    """
    _refuse_unknown_variants(inputs.assignments, plan)
    places = find_splits(plan, inputs)
    units = _first_assignments(inputs.assignments, plan, places)
    units = _with_makers(units, inputs, plan.unit)
    units = _with_customers(units, inputs, places, as_of)
    units = _with_churn(units, inputs)
    units = _with_dates(units, plan, as_of)
    units = _with_start(units, plan, places)
    units = _with_service(units, plan)
    labels = {"variant": plan.variants, **few_labels(inputs, places)}
    return connection.keep(units if with_ids else units.drop(*IDS), labels)


def _refuse_unknown_variants(assignments: Table, plan: Plan) -> None:
    given = set(assignments.select("variant").distinct().to_pyarrow()["variant"].to_pylist())
    unknown = sorted(map(str, given - set(plan.variants)))
    if unknown:
        rule = "must be one of the plan's variants: " + ", ".join(plan.variants)
        raise InvalidBatch(field="variant", value=", ".join(unknown[:5]), rule=rule)


def _first_assignments(assignments: Table, plan: Plan, places: dict[str, str]) -> Table:
    rows = assignments.select(
        "unit_id",
        "variant",
        start=assignments.assigned_at,
        customer_id=_customer(assignments, plan.unit),
        start_contact=_contact(assignments, plan.unit),
        served_variant=optional(assignments, "served_variant", "string"),
        exposed_at=instant(assignments, "exposed_at"),
        valid=_valid(assignments),
        **split_values(assignments, places, "assignments"),
    )
    if is_unique(rows, ["unit_id"]):
        return rows.mutate(several_variants=ibis.literal(False))  # noqa: FBT003
    order = [ibis.desc(rows.valid), rows.start, rows.variant]
    numbered = rows.mutate(
        place_=ibis.row_number().over(ibis.window(group_by="unit_id", order_by=order))
    )
    first = numbered.filter(numbered.place_ == 0).drop("place_")
    return _with_repeats(first, rows)


def _with_repeats(first: Table, rows: Table) -> Table:
    """Mark the units that were seen in more than one variant: they keep the first."""
    seen = rows.filter(rows.valid).group_by("unit_id")
    several = seen.aggregate(low=rows.variant.min(), high=rows.variant.max())
    several = several.filter(several.low != several.high).select(several_id=several.unit_id)
    joined = first.left_join(several, first.unit_id == several.several_id)
    return joined.mutate(several_variants=joined.several_id.notnull()).drop("several_id")


def _contact(assignments: Table, unit: Unit) -> StringValue:
    """Return the contact for which the router asked: the unit, where it is the contact."""
    if unit in PER_CONTACT:
        return assignments.unit_id
    return optional(assignments, "contact_id", "string")


def _customer(assignments: Table, unit: Unit) -> StringValue:
    """Return who bears the unit: the customer named, or the unit where it is the customer."""
    named = optional(assignments, "customer_id", "string").nullif("")
    return named.fill_null(assignments.unit_id) if unit is Unit.CUSTOMER else named


def _with_makers(units: Table, inputs: Inputs, unit: Unit) -> Table:
    """Let a contact be borne by the customer who made it, where the assignment names nobody."""
    if unit not in PER_CONTACT or inputs.contacts is None:
        return units
    makers = inputs.contacts.select(made_="contact_id", maker_="customer_id")
    joined = units.left_join(makers, units.unit_id == makers.made_)
    named = joined.customer_id.fill_null(joined.maker_)
    return joined.mutate(customer_id=named).drop("made_", "maker_")


def _valid(assignments: Table) -> BooleanValue:
    eligible = optional(assignments, "eligible", "boolean").fill_null(True)  # noqa: FBT003
    forced = optional(assignments, "forced", "boolean").fill_null(False)  # noqa: FBT003
    return eligible & ~forced


def _with_customers(units: Table, inputs: Inputs, places: dict[str, str], as_of: datetime) -> Table:
    """Add what customers know of: splits, and when somebody's observation ended before `as_of`."""
    if inputs.customers is None:
        return units.mutate(observed_until=ibis.null(UTC_INSTANT))
    splits = split_values(inputs.customers, places, "customers")
    customers = inputs.customers.select(
        key_=inputs.customers.customer_id,
        observed_until=instant(inputs.customers, "observed_until"),
        **splits,
    )
    if not splits:  # most are observed to this day: fewer rows to meet
        customers = customers.filter(customers.observed_until < literal_instant(as_of))
    return units.left_join(customers, units.customer_id == customers.key_).drop("key_")


def _with_churn(units: Table, inputs: Inputs) -> Table:
    if inputs.churn is None:
        return units.mutate(first_churn=ibis.null(UTC_INSTANT))
    churn = inputs.churn.group_by(key_="customer_id").aggregate(
        first_churn=inputs.churn.churned_at.min()
    )
    return units.left_join(churn, units.customer_id == churn.key_).drop("key_")


def _with_dates(units: Table, plan: Plan, as_of: datetime) -> Table:
    """Durations are whole days between dates in the plan's zone."""
    end = ibis.least(units.observed_until, literal_instant(as_of))
    dated = units.mutate(
        start_date=local_date(units.start, plan.zone),
        censor_date=local_date(end, plan.zone),
        churn_date=local_date(units.first_churn, plan.zone),
    ).drop("observed_until", "first_churn")
    churned_before = (dated.churn_date < dated.start_date).fill_null(False)  # noqa: FBT003
    before = churned_before | (dated.censor_date < dated.start_date)
    marked = dated.mutate(before_start=dated.valid & before)
    return marked.mutate(eligible=marked.valid & ~marked.before_start).drop("valid")


def _with_start(units: Table, plan: Plan, places: dict[str, str]) -> Table:
    """Add when a unit started, where the plan goes by it."""
    names = [name for name, place in places.items() if place == START]
    return units.mutate(
        **{split_column(name): start_label(units.start, name, plan) for name in names}
    )


def _with_service(units: Table, plan: Plan) -> Table:
    """Keep the answers that the checks count, not the columns that they come from."""
    exposed = units.exposed_at.notnull()
    day = day_of(units.exposed_at, units.start_date, plan.zone)
    served = exposed & units.served_variant.notnull()
    return units.mutate(
        exposed_early=exposed & ~is_since(units.exposed_at, day, units.start, 0),
        served=served,
        kept=served & (units.served_variant == units.variant),
    ).drop("exposed_at", "served_variant")
