"""One row of the log of exposures as a value, and the id that it always has."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from experiments.assignment.decision import Decision

DIGITS = 32


class ExposureRow(NamedTuple):
    """Who was assigned what, what was served, and when it was applied.

    `contact_id` is None where no contact was named; `bucket` is None where nothing was hashed.
    `queue` and `router` are those asked from: the router by the name of its API key. New fields
    come last and have a default: the spool may hold rows of the release before.
    """

    assignment_id: str
    experiment: str
    version: int
    hash_version: int
    unit_id: str
    customer_id: str
    contact_id: str | None
    bucket: int | None
    assigned_variant: str
    served_variant: str
    source: str
    eligible: bool
    forced: bool
    queue: str
    attributes: Mapping[str, object]
    assigned_at: datetime
    exposed_at: datetime | None
    router: str = ""

    @property
    def identity(self) -> tuple[str, str, str]:
        """What there is one row for: the contact, or the unit where no contact is named."""
        if self.contact_id is not None:
            return self.experiment, "contact", self.contact_id
        return self.experiment, "unit", self.unit_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """What is known at the time of asking, beside the unit; ids are canonical."""

    customer_id: str = ""
    contact_id: str | None = None
    queue: str = ""
    attributes: Mapping[str, object] = field(default_factory=dict)
    router: str = ""


def exposure_row(
    decision: Decision, contact: Contact, *, now: datetime, hash_version: int = 1
) -> ExposureRow:
    """Return the row of a decision made at `now`; it is exposed when somebody reports it."""
    return ExposureRow(
        assignment_id=assignment_id(
            experiment=decision.experiment,
            version=decision.version,
            unit_id=decision.unit_id,
            contact_id=contact.contact_id,
        ),
        experiment=decision.experiment,
        version=decision.version,
        hash_version=hash_version,
        unit_id=decision.unit_id,
        customer_id=contact.customer_id,
        contact_id=contact.contact_id,
        bucket=decision.bucket,
        assigned_variant=decision.assigned_variant,
        served_variant=decision.served_variant,
        source=decision.source.value,
        eligible=decision.eligible,
        forced=decision.forced,
        queue=contact.queue,
        attributes=contact.attributes,
        assigned_at=now,
        exposed_at=None,
        router=contact.router,
    )


def assignment_id(*, experiment: str, version: int, unit_id: str, contact_id: str | None) -> str:
    """Return the id of a row: the same in every process, with or without a database.

    >>> assignment_id(experiment="patience", version=1, unit_id="0012", contact_id=None)
    'a-ae18dd3ab645b29548f358c8061f7463'
    """
    asked = f"unit:{unit_id}" if contact_id is None else f"contact:{contact_id}"
    return f"a-{sha256(f'{experiment}:{version}:{asked}'.encode()).hexdigest()[:DIGITS]}"
