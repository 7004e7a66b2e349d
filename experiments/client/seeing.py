"""What targeting and schedules see of a contact, beside its attributes."""

from collections.abc import Mapping
from datetime import UTC, datetime

from experiments.assignment.compiled import CompiledExperiment
from experiments.assignment.decision import Outcome, Reason
from experiments.assignment.refusals import violation
from experiments.assignment.schedule import WINDOW
from experiments.assignment.units import canonical_id
from experiments.errors import InvalidRequest


class NoCluster(InvalidRequest):
    """The experiment treats a share of each cluster, and the cluster was not named."""


def arrival(
    compiled: CompiledExperiment, arrived_at: datetime | None, now: datetime
) -> dict[str, str | int]:
    """Return what the experiment's schedule says of an arrival, now where it is not known.

    Raises:
        InvalidRequest: the time has no offset from UTC.
    """
    if arrived_at is None:
        return dict(compiled.at(now))
    if getattr(arrived_at, "tzinfo", None) is None:
        rule = "must be a time with an offset from UTC"
        raise InvalidRequest(violation("arrived_at", str(arrived_at), rule))
    return {"arrived_at": arrived_at.astimezone(UTC).isoformat(), **compiled.at(arrived_at)}


def slot_of(known: Mapping[str, str | int]) -> str | None:
    """Return the time slot of an arrival; None where there is no schedule."""
    return str(known[WINDOW]) if WINDOW in known else None


def customer_of(customer_id: str | None) -> str | None:
    """Return whose contact it is, in the one form of ids; None where nobody is named.

    Raises:
        InvalidRequest: it cannot be an id.
    """
    if customer_id is None or str(customer_id).isspace() or not customer_id:
        return None
    return canonical_id(customer_id, field="customer_id")


def with_draw(
    compiled: CompiledExperiment,
    outcome: Outcome,
    seen: Mapping[str, object],
    attributes: Mapping[str, object],
) -> Mapping[str, object]:
    """Return the attributes, and what the cluster drew before the unit.

    Raises:
        NoCluster: the cluster was not named.
    """
    if outcome.reason is Reason.NO_CLUSTER:
        raise NoCluster(violation("cluster", "", "must be named: a queue, a team"))
    return {**attributes, **compiled.drawn(seen)}


def with_routing(attributes: Mapping[str, object], **given: str | None) -> dict[str, object]:
    """Return the attributes, and who is to handle the contact, in the one form of ids.

    Raises:
        InvalidRequest: one of them cannot be an id.
    """
    named = {name: each for name, each in given.items() if each and not str(each).isspace()}
    return {**attributes, **{name: canonical_id(each, field=name) for name, each in named.items()}}
