"""The router of the demo: it asks which policy a contact gets, or draws one by itself."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from experiments.assignment.batch import assign_many
from experiments.assignment.compiled import CompiledExperiment
from experiments.exposures import ExposureRow, assignment_id
from impact.simulation.centre import Centre, Outcome, by_customer
from impact.simulation.demand import CHAIN
from impact.simulation.policies import QUEUES, Trial
from impact.simulation.population import REGIONS, TIERS
from impact.simulation.records import arrived_at, identifiers, where

Booleans = NDArray[np.bool_]
Integers = NDArray[np.int64]

Attributes = dict[str, object]
KNOWN: dict[tuple[str, ...], Attributes] = {
    known: dict(zip(("queue", "tier", "region"), known, strict=True))
    for known in product(QUEUES, TIERS.tolist(), REGIONS.tolist())
}
SELF_DRAWN_SHARE = 0.53
SERVICE, CLIENT = "service", "client"


class Asked(NamedTuple):
    """The contacts of a trial as the router sees them, one entry each in every field.

    `served` is what the desktop reported that the customer got, `exposed` when.
    """

    customer: list[str]
    contact: list[str]
    attributes: list[Attributes]
    assigned_at: list[datetime]
    served: list[str | None]
    exposed_at: list[datetime | None]


def arms_of(compiled: CompiledExperiment, centre: Centre, trial: Trial) -> Booleans:
    """Return who is assigned to the treatment: the service's hash of every customer."""
    units = identifiers("C", np.arange(centre.population.size)).tolist()
    asked_from: Attributes = {"queue": QUEUES[trial.queues[0]]}
    assigned = assign_many(compiled, units, [asked_from] * len(units))
    treated = [outcome.assigned_variant == trial.treatment for outcome in assigned.outcomes]
    return by_customer(centre, np.array(treated))


def asked_rows(
    compiled: CompiledExperiment, centre: Centre, outcome: Outcome, trial: Trial
) -> Iterator[ExposureRow]:
    """Yield the exposures of a router that asks the service at each contact of the trial."""
    asked = contacts_of(centre, outcome, trial)
    decisions = assign_many(compiled, asked.customer, asked.attributes)
    buckets, variants = decisions.buckets, [each.assigned_variant for each in decisions.outcomes]
    return _rows(compiled, asked, buckets, variants, SERVICE)


def self_drawn_rows(
    compiled: CompiledExperiment, centre: Centre, outcome: Outcome, trial: Trial, arm: Booleans
) -> Iterator[ExposureRow]:
    """Yield the exposures reported by a router that drew each contact's arm by itself."""
    asked = contacts_of(centre, outcome, trial)
    slots = outcome.contacts.slot[_places(outcome, trial)]
    drawn = np.broadcast_to(arm, centre.demand.shape).ravel()[slots]
    variants = np.where(drawn, trial.treatment, trial.control).tolist()
    return _rows(compiled, asked, [None] * len(variants), variants, CLIENT)


def contacts_of(centre: Centre, outcome: Outcome, trial: Trial) -> Asked:
    """Return the trial's contacts in order of arrival."""
    places = _places(outcome, trial)
    contacts = outcome.contacts
    customer, slot = contacts.customer[places], contacts.slot[places]
    arrived = arrived_at(centre, contacts)[places]
    waited = np.rint(contacts.wait[places] * 1e6).astype("timedelta64[us]")
    handled = ~contacts.abandoned[places]
    given = np.where(contacts.applied[trial.key][places], trial.treatment, trial.control)
    return Asked(
        customer=identifiers("C", customer).tolist(),
        contact=identifiers("K", slot).tolist(),
        attributes=_attributes(centre, customer, slot),
        assigned_at=_aware(arrived),
        served=where(handled, given).tolist(),
        exposed_at=where(handled, np.array(_aware(arrived + waited))).tolist(),
    )


def _places(outcome: Outcome, trial: Trial) -> Integers:
    return np.flatnonzero(outcome.real & outcome.contacts.taking_part[trial.key])


def _attributes(centre: Centre, customer: Integers, slot: Integers) -> list[Attributes]:
    queue = np.array(QUEUES)[centre.demand.queue[slot // CHAIN]]
    tier, region = centre.population.tier[customer], centre.population.region[customer]
    return [
        KNOWN[each] for each in zip(queue.tolist(), tier.tolist(), region.tolist(), strict=True)
    ]


def _aware(moments: NDArray[np.datetime64]) -> list[datetime]:
    return [moment.replace(tzinfo=UTC) for moment in moments.tolist()]


def _rows(
    compiled: CompiledExperiment,
    asked: Asked,
    buckets: Sequence[int | None],
    variants: Sequence[str],
    source: str,
) -> Iterator[ExposureRow]:
    definition = compiled.definition
    for bucket, variant, *contact in zip(buckets, variants, *asked, strict=True):
        customer, contact_id, attributes, assigned_at, served, exposed_at = contact
        yield ExposureRow(
            assignment_id=assignment_id(
                experiment=definition.key,
                version=definition.version,
                unit_id=customer,
                contact_id=contact_id,
            ),
            experiment=definition.key,
            version=definition.version,
            hash_version=definition.hash_version,
            unit_id=customer,
            customer_id=customer,
            contact_id=contact_id,
            bucket=bucket,
            assigned_variant=variant,
            served_variant=served or variant,
            source=source,
            eligible=True,
            forced=False,
            queue=str(attributes["queue"]),
            attributes=attributes,
            assigned_at=assigned_at,
            exposed_at=exposed_at,
        )
