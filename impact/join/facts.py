"""The rows of outcomes, each with the key of the unit that bears it and its own instant."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import ibis
from ibis.expr.types import StringValue, Table

from experiments.plan.document import PER_CONTACT, Plan, Unit
from experiments.plan.document import Table as Fact
from impact.errors import InputMissing
from impact.join.columns import instant, optional
from impact.join.inputs import Inputs
from impact.join.splits import split_column
from impact.stats.surveys.scores import (
    CSAT_TOP,
    CSAT_TOP_TWO,
    DETRACTOR,
    EASY,
    POINTS,
    PROMOTER,
)

BEARERS: Mapping[Unit, str] = MappingProxyType(
    {
        Unit.CUSTOMER: "customer_id",
        Unit.CONTACT: "contact_id",
        Unit.AGENT: "agent_id",
        Unit.TEAM: "team",
        Unit.QUEUE: "queue",
        Unit.TIME_SLOT: "contact_id",
    }
)
OF_CUSTOMERS = frozenset({Fact.CHURN, Fact.REVENUE})


def facts_of(inputs: Inputs, plan: Plan, fact: Fact) -> Table:
    """Return the rows of one table with `key_` (who bears them) and `at_` (when).

    Raises:
        InputMissing: the table was not given.
    """
    table = getattr(inputs, fact.value)
    if table is None:
        message = f"{fact.value}: the plan measures it, and no such table was given"
        raise InputMissing(message)
    return FACTS[fact](table, inputs, plan)


def unit_key(units: Table, plan: Plan, fact: Fact) -> StringValue:
    """Return which column of the units meets the key of the facts.

    What was observed of a slot of time is that of each contact in it.
    """
    if fact is Fact.OBSERVATIONS:
        if plan.unit is Unit.TIME_SLOT and plan.switchback is not None:
            return units[split_column(plan.switchback.window)]
        return units.unit_id
    if fact in OF_CUSTOMERS or plan.unit is Unit.CUSTOMER:
        return units.customer_id
    return units.unit_id


def _handle_seconds(contacts: Table) -> ibis.Value:
    """Return talk + hold + wrap: null without talk, other missing parts are 0."""
    hold = optional(contacts, "hold_seconds", "float64").fill_null(0.0)
    wrap = optional(contacts, "wrap_seconds", "float64").fill_null(0.0)
    return optional(contacts, "talk_seconds", "float64") + hold + wrap


def _contacts(table: Table, inputs: Inputs, plan: Plan) -> Table:  # noqa: ARG001
    talked = optional(table, "talk_seconds", "float64").notnull()
    return table.mutate(
        key_=optional(table, BEARERS[plan.unit], "string"),
        at_=table.arrived_at,
        handle_seconds=_handle_seconds(table),
        handled=talked | instant(table, "answered_at").notnull(),
    )


def _churn(table: Table, inputs: Inputs, plan: Plan) -> Table:  # noqa: ARG001
    return table.mutate(key_=table.customer_id, at_=table.churned_at)


def _revenue(table: Table, inputs: Inputs, plan: Plan) -> Table:  # noqa: ARG001
    return table.mutate(key_=table.customer_id, at_=table.occurred_at)


def _surveys(table: Table, inputs: Inputs, plan: Plan) -> Table:
    """A survey counts when it was answered, and where its contact did when no customer bears it."""
    at = instant(table, "answered_at").fill_null(table.sent_at)
    table = table.mutate(**_counted(table))
    if plan.unit in {Unit.CUSTOMER, *PER_CONTACT}:
        return table.mutate(key_=optional(table, BEARERS[plan.unit], "string"), at_=at)
    if inputs.contacts is None:
        message = f"contacts: surveys reach a {plan.unit} through their contacts"
        raise InputMissing(message)
    bearers = inputs.contacts.select(
        bearer_id=inputs.contacts.contact_id,
        key_=optional(inputs.contacts, BEARERS[plan.unit], "string"),
    )
    dated = table.mutate(at_=at, contact_id=optional(table, "contact_id", "string"))
    return dated.inner_join(bearers, dated.contact_id == bearers.bearer_id).drop("bearer_id")


def _counted(surveys: Table) -> dict[str, ibis.Value]:
    """Return what each answer counts as; nothing where the question was not answered."""
    csat, nps, ces = (optional(surveys, name, "float64") for name in ("csat", "nps", "ces"))
    promotes = ibis.cases((nps >= PROMOTER, POINTS), (nps <= DETRACTOR, -POINTS), else_=0)
    return {
        "csat_top_box": (csat >= CSAT_TOP).cast("float64"),
        "csat_top_two_box": (csat >= CSAT_TOP_TWO).cast("float64"),
        "net_promoter": nps.isnull().ifelse(None, promotes).cast("float64"),
        "ces_easy": (ces >= EASY).cast("float64"),
    }


def _observations(table: Table, inputs: Inputs, plan: Plan) -> Table:  # noqa: ARG001
    return table.mutate(key_=table.unit_id, at_=instant(table, "observed_at"))


FACTS: Mapping[Fact, Callable[[Table, Inputs, Plan], Table]] = MappingProxyType(
    {
        Fact.CONTACTS: _contacts,
        Fact.CHURN: _churn,
        Fact.REVENUE: _revenue,
        Fact.SURVEYS: _surveys,
        Fact.OBSERVATIONS: _observations,
    }
)
