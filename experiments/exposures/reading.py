"""Reading the log: in order for the analysis, counted for the pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q

from experiments.exposures.rows import ExposureRow
from experiments.models import Experiment, Exposure

ROWS_PER_READ = 5_000
ANALYSED = Q(eligible=True, forced=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantCount:
    """How many eligible, not forced units a variant was assigned.

    `rows` are their assignments, `served` those in which the router was told the assigned
    variant, `exposed` those in which it was applied.
    """

    variant: str
    units: int
    rows: int
    served: int
    exposed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Rows that no analysis counts."""

    ineligible: int
    forced: int


def log(experiment: str, *, until: datetime) -> Iterator[ExposureRow]:
    """Yield the rows assigned by `until`, oldest first, as they were known then.

    An exposure that was applied later is left out of its row.
    """
    rows = Exposure.objects.filter(experiment=experiment, assigned_at__lte=until)
    ordered = rows.order_by("assigned_at", "id").values_list(*ExposureRow._fields)
    for row in map(ExposureRow._make, ordered.iterator(ROWS_PER_READ)):
        seen = row.exposed_at is None or row.exposed_at <= until
        yield row if seen else row._replace(exposed_at=None)


def assigned_elsewhere(experiment: str, *, until: datetime) -> Iterator[tuple[str, str, str]]:
    """Yield (experiment, unit, variant) of others on the same kind of unit at the same time.

    Oldest first, eligible and not forced; of an experiment that was over before this one started
    nothing, and nothing assigned after `until`.
    """
    own = Experiment.objects.filter(key=experiment, started_at__isnull=False).first()
    if own is None:
        return
    others = Experiment.objects.filter(unit=own.unit, started_at__lte=until).exclude(key=experiment)
    alive = others.filter(Q(concluded_at__isnull=True) | Q(concluded_at__gt=own.started_at))
    keys = list(alive.order_by("key").values_list("key", flat=True))
    rows = Exposure.objects.filter(ANALYSED, experiment__in=keys, assigned_at__lte=until)
    ordered = rows.order_by("assigned_at", "id")
    yield from ordered.values_list("experiment", "unit_id", "assigned_variant").iterator(
        ROWS_PER_READ
    )


def counts(experiment: str) -> tuple[VariantCount, ...]:
    """Return the live counts of every assigned variant, by its key."""
    rows = Exposure.objects.filter(ANALYSED, experiment=experiment)
    grouped = rows.values_list("assigned_variant").annotate(
        units=Count("unit_id", distinct=True),
        rows=Count("id"),
        served=Count("id", filter=Q(served_variant=F("assigned_variant"))),
        exposed=Count("exposed_at"),
    )
    return tuple(
        VariantCount(variant=variant, units=units, rows=total, served=served, exposed=exposed)
        for variant, units, total, served, exposed in grouped.order_by("assigned_variant")
    )


def left_out(experiment: str) -> LeftOut:
    """Return how many rows are not eligible, and how many of the rest were forced."""
    rows = Exposure.objects.filter(experiment=experiment)
    found = rows.aggregate(
        ineligible=Count("id", filter=Q(eligible=False, forced=False)),
        forced=Count("id", filter=Q(forced=True)),
    )
    return LeftOut(**found)
