"""Where the router asked from, counted: a queue or a router that is broken shows here first."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from types import MappingProxyType
from typing import Any

from django.db.models import Count, F, Q

from experiments.exposures.reading import ANALYSED
from experiments.models import Exposure


class Place(StrEnum):
    """What a place is: a column of the log."""

    QUEUE = "queue"
    ROUTER = "router"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCount:
    """Eligible, not forced rows asked from one place.

    `asked` is how many there are by assigned variant. Of all of them, in `served` the router was
    told the assigned variant, `applied` were reported as applied, and in `kept` both.
    """

    place: str
    asked: Mapping[str, int]
    served: int
    applied: int
    kept: int

    @property
    def rows(self) -> int:
        """How often it asked."""
        return sum(self.asked.values())


def by_place(experiment: str, place: Place) -> tuple[PlaceCount, ...]:
    """Return the live counts of every place, the busiest first."""
    as_assigned = Q(served_variant=F("assigned_variant"))
    rows = Exposure.objects.filter(ANALYSED, experiment=experiment)
    grouped = rows.values_list(place.value, "assigned_variant").annotate(
        rows=Count("id"),
        served=Count("id", filter=as_assigned),
        applied=Count("exposed_at"),
        kept=Count("exposed_at", filter=as_assigned),
    )
    ordered = grouped.order_by(place.value, "assigned_variant")
    return tuple(sorted(_counts(ordered), key=lambda each: (-each.rows, each.place)))


def _counts(ordered: Iterable[tuple[Any, ...]]) -> Iterator[PlaceCount]:
    for place, group in groupby(ordered, key=lambda row: row[0]):
        rows = list(group)
        yield PlaceCount(
            place=place,
            asked=MappingProxyType({row[1]: row[2] for row in rows}),
            served=sum(row[3] for row in rows),
            applied=sum(row[4] for row in rows),
            kept=sum(row[5] for row in rows),
        )
