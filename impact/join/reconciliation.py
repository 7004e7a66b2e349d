"""The log of exposures against the contact records, by the queue and the router asked from."""

import ibis
from ibis.expr.types import StringValue, Table

from experiments.plan.document import Plan
from impact.analysis.sufficient import Reconciled
from impact.join.columns import optional, text
from impact.join.inputs import Inputs

PLACES = ("queue", "router")
EVERYWHERE = "all"
PLAYED = "xp_"  # and the experiment's key: what a router writes into the record of a contact


def reconciled(inputs: Inputs, plan: Plan) -> tuple[Reconciled, ...]:
    """Return what contact records say of the contacts that were asked for, by place and variant.

    Nothing where no contact was named or no records were given. Contacts asked for after the
    newest record are left out: their records are still to come.
    """
    if inputs.contacts is None or "contact_id" not in inputs.assignments.columns:
        return ()
    asked = _asked(inputs.assignments, inputs.contacts)
    records = inputs.contacts.select(
        record_="contact_id", played=_played(inputs.contacts, f"{PLAYED}{plan.key}")
    )
    joined = asked.left_join(records, asked.contact_id == records.record_)
    found = [row for kind in (EVERYWHERE, *PLACES) for row in _by_place(joined, kind)]
    known = {variant: place for place, variant in enumerate(plan.variants)}
    return tuple(sorted(found, key=lambda row: (row.kind, row.place, known[row.variant])))


def _asked(assignments: Table, contacts: Table) -> Table:
    """Return the eligible, not forced rows that name a contact whose record could be there."""
    eligible = optional(assignments, "eligible", "boolean").fill_null(True)  # noqa: FBT003
    forced = optional(assignments, "forced", "boolean").fill_null(False)  # noqa: FBT003
    rows = assignments.select(
        "unit_id",
        "variant",
        "contact_id",
        **{kind: optional(assignments, kind, "string").fill_null("") for kind in PLACES},
        counts_=eligible & ~forced & assignments.contact_id.notnull(),
        asked_="assigned_at",
    )
    newest = contacts.aggregate(newest_=contacts.arrived_at.max())
    crossed = rows.cross_join(newest)
    return crossed.filter(crossed.counts_, crossed.asked_ <= crossed.newest_)


def _played(contacts: Table, name: str) -> StringValue:
    found = text(contacts, name)
    return ibis.null("string") if found is None else found.nullif("")


def _by_place(joined: Table, kind: str) -> list[Reconciled]:
    has_record = joined.record_.notnull()
    place = ibis.literal("") if kind == EVERYWHERE else joined[kind]
    counted = joined.group_by(place=place, variant=joined.variant).aggregate(
        asked=joined.count(),
        met=has_record.sum(),
        told=joined.played.notnull().sum(),
        kept=(joined.played == joined.variant).fill_null(False).sum(),  # noqa: FBT003
        units=joined.unit_id.nunique(),
        units_lost=joined.unit_id.nunique(where=~has_record),
    )
    return [Reconciled(kind=kind, **row) for row in counted.to_pyarrow().to_pylist()]
