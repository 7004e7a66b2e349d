"""A router's question as a value: ids in their one form, nothing of the wrong type."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from experiments.exposures import Contact


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which variant does this contact get?

    `units` maps what can be randomised (customer, contact, agent, team, queue) to the ids that
    were given; a time slot is known by `arrived_at`, None for now. `experiments` is None for all
    that take this contact. `expose` is whether the assignment is recorded.
    """

    contact: Contact
    units: Mapping[str, str]
    attributes: Mapping[str, object] = field(default_factory=dict)
    experiments: tuple[str, ...] | None = None
    expose: bool = True
    arrived_at: datetime | None = None
