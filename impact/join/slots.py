"""Where slots of time were randomised, the contacts in them are what is measured."""

from dataclasses import replace

import ibis

from experiments.plan.document import Plan, Unit
from impact.join.columns import text
from impact.join.inputs import Inputs


def by_contact(inputs: Inputs, plan: Plan) -> Inputs:
    """Return the inputs with each contact of a time slot as a unit of its own, and its window.

    An assignment without a contact met nobody and is left out; one whose row names no other
    window came in the slot that is its unit. Other plans are left as they are.
    """
    contact = text(inputs.assignments, "contact_id") if plan.unit is Unit.TIME_SLOT else None
    if contact is None or plan.switchback is None:
        return inputs
    given = text(inputs.assignments, plan.switchback.window)
    slot = inputs.assignments.unit_id
    window = slot if given is None else ibis.coalesce(given.nullif(""), slot)
    contacts = inputs.assignments.mutate(
        **{"unit_id": contact.nullif(""), plan.switchback.window: window}
    )
    return replace(inputs, assignments=contacts.filter(contacts.unit_id.notnull()))
