"""The list of customers whom no experiment may treat: vulnerable, bereaved, in dispute."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from experiments.assignment.hashing import new_salt
from experiments.assignment.program import digest
from experiments.assignment.refusals import violation
from experiments.assignment.units import canonical_id
from experiments.definitions.history import writing
from experiments.errors import InvalidDefinition
from experiments.models import NeverTreated, NeverTreatSalt

LONGEST_REASON = 200
MOST_AT_ONCE = 10_000
MOST_LISTED = 100_000


def never_treat(customer_ids: Sequence[str], *, reason: str, actor: str, now: datetime) -> int:
    """Put customers on the list and return how many are on it. Their ids are not kept.

    From the next configuration on they get control in every experiment, whatever they had.

    Raises:
        InvalidRequest: an id cannot be one.
        InvalidDefinition: no reason is given, or there are too many.
    """
    if not 1 <= len(reason.strip()) <= LONGEST_REASON:
        rule = f"must have 1 to {LONGEST_REASON} characters"
        raise InvalidDefinition(violation("reason", reason, rule))
    with writing():
        rows = [
            NeverTreated(
                digest=each, reason=reason.strip(), listed=True, changed_at=now, changed_by=actor
            )
            for each in _digests(customer_ids)
        ]
        NeverTreated.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["digest"],
            update_fields=["reason", "listed", "changed_at", "changed_by"],
        )
        return _counted()


class TakenOff(NamedTuple):
    """How many of those named were on the list, and how many are left on it."""

    named: int
    taken: int
    left: int


def treat_again(customer_ids: Sequence[str], *, actor: str, now: datetime) -> TakenOff:
    """Take customers off the list and return how many were on it; the row says who did it.

    Raises:
        InvalidRequest, InvalidDefinition: as for `never_treat`.
    """
    with writing():
        digests = list(_digests(customer_ids))
        found = NeverTreated.objects.filter(digest__in=digests, listed=True)
        taken = found.update(listed=False, changed_at=now, changed_by=actor)
        return TakenOff(named=len(digests), taken=taken, left=_counted())


def _digests(customer_ids: Sequence[str]) -> Iterator[str]:
    if not 1 <= len(customer_ids) <= MOST_AT_ONCE:
        rule = f"must be 1 to {MOST_AT_ONCE}"
        raise InvalidDefinition(violation("customer_ids", len(customer_ids), rule))
    row, _ = NeverTreatSalt.objects.get_or_create(pk=1, defaults={"salt": new_salt()})
    ids = [
        canonical_id(each, field=f"customer_ids[{place}]")
        for place, each in enumerate(customer_ids)
    ]
    yield from (digest(row.salt, each) for each in dict.fromkeys(ids))


def _counted() -> int:
    number = NeverTreated.objects.filter(listed=True).count()
    if number > MOST_LISTED:
        rule = f"must be at most {MOST_LISTED} on the list"
        raise InvalidDefinition(violation("customer_ids", number, rule))
    return number
