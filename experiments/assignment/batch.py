"""Assignments of many units at once: hardly more than their hashes."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat

from experiments.assignment.compiled import NO_ATTRIBUTES, CompiledExperiment
from experiments.assignment.decision import Decision, Outcome, decision_of
from experiments.assignment.hashing import buckets_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignments:
    """One row per unit, in the order asked; outcomes are shared, so a row costs two references."""

    unit_ids: Sequence[str]
    buckets: Sequence[int | None]
    outcomes: Sequence[Outcome]

    def __len__(self) -> int:
        return len(self.unit_ids)

    def __iter__(self) -> Iterator[Decision]:
        """Yield what `CompiledExperiment.decide` would have said of each unit."""
        return map(decision_of, self.unit_ids, self.buckets, self.outcomes)


def assign_many(
    compiled: CompiledExperiment,
    unit_ids: Sequence[str],
    attributes: Sequence[Mapping[str, object]] | None = None,
) -> Assignments:
    """Return the assignments of canonical `unit_ids`, `attributes` beside them row by row.

    Raises:
        ValueError: units and attributes differ in number.
    """
    if attributes is not None and len(attributes) != len(unit_ids):
        raise ValueError(f"{len(unit_ids)} units, {len(attributes)} attributes: must be as many")
    if compiled.takes_all:
        buckets = buckets_after(compiled.prefix, unit_ids)
        outcomes, cuts = compiled.outcomes, compiled.cuts
        found = [outcomes[bisect_right(cuts, bucket)] for bucket in buckets]
        return Assignments(unit_ids=unit_ids, buckets=buckets, outcomes=found)
    rows = repeat(NO_ATTRIBUTES, len(unit_ids)) if attributes is None else attributes
    placed = [compiled.place(*row) for row in zip(unit_ids, rows, strict=True)]
    return Assignments(
        unit_ids=unit_ids,
        buckets=[bucket for bucket, _ in placed],
        outcomes=[outcome for _, outcome in placed],
    )
