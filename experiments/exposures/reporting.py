"""Reports of what was applied and served, from router, client or contact record.

Few statements for many reports: the rows that they name are locked and read at once, and those
that change are written at once.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Q

from experiments.models import Exposure

REPORTS_AT_ONCE = 500
Name = tuple[str, str, str | None]


class Match(StrEnum):
    """What became of a report."""

    TAKEN = "taken"
    UNKNOWN = "unknown"
    TOO_EARLY = "too_early"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureReport:
    """The treatment of an assignment was applied at `exposed_at`.

    The assignment is named by its id, else by its contact, else by its unit. `served_variant`
    puts right what the router was told, where an answer came too late.
    """

    experiment: str
    assignment_id: str | None = None
    contact_id: str | None = None
    unit_id: str | None = None
    exposed_at: datetime | None = None
    served_variant: str | None = None


def report_exposed(reports: Sequence[ExposureReport], *, skew: timedelta) -> list[Match]:
    """Write reports to their rows; return, in their order, what became of each.

    The earliest exposure stays; sending a report again changes nothing. What lies before the
    assignment by more than the clocks' `skew` cannot be, and is not written.
    """
    with transaction.atomic():
        chunks = range(0, len(reports), REPORTS_AT_ONCE)
        return [
            match
            for start in chunks
            for match in _take(reports[start : start + REPORTS_AT_ONCE], skew)
        ]


def _take(reports: Sequence[ExposureReport], skew: timedelta) -> list[Match]:
    rows = {name: row for row in _locked(map(_name, reports)) for name in _names(row)}
    matches, changed = [], dict[int, Exposure]()
    for report in reports:
        row = rows.get(_name(report))
        match = _match(row, report, skew)
        matches.append(match)
        if row is not None and match is Match.TAKEN and _write(row, report):
            changed[row.pk] = row
    Exposure.objects.bulk_update(changed.values(), ["exposed_at", "served_variant"])
    return matches


def _locked(names: Iterable[Name]) -> Iterable[Exposure]:
    """Return the rows of these names; in one order, so that two batches do not lock each other."""
    asked = defaultdict[tuple[str, str], set[str | None]](set)
    for experiment, column, identifier in names:
        asked[experiment, column].add(identifier)
    where = reduce(or_, (_where(*place, ids) for place, ids in asked.items()))
    return Exposure.objects.filter(where).order_by("pk").select_for_update()


def _where(experiment: str, column: str, identifiers: set[str | None]) -> Q:
    named = Q(("experiment", experiment), (f"{column}__in", identifiers))
    return named & Q(contact_id=None) if column == "unit_id" else named


def _name(report: ExposureReport) -> Name:
    if report.assignment_id is not None:
        return report.experiment, "assignment_id", report.assignment_id
    if report.contact_id is not None:
        return report.experiment, "contact_id", report.contact_id
    return report.experiment, "unit_id", report.unit_id


def _names(row: Exposure) -> Iterator[Name]:
    """Yield every name by which a report may speak of the row."""
    yield row.experiment, "assignment_id", row.assignment_id
    if row.contact_id is not None:
        yield row.experiment, "contact_id", row.contact_id
    else:
        yield row.experiment, "unit_id", row.unit_id


def _match(row: Exposure | None, report: ExposureReport, skew: timedelta) -> Match:
    if row is None:
        return Match.UNKNOWN
    if report.exposed_at is not None and report.exposed_at < row.assigned_at - skew:
        return Match.TOO_EARLY
    return Match.TAKEN


def _write(row: Exposure, report: ExposureReport) -> bool:
    """Put the report into the row; return whether that changes it."""
    before = row.exposed_at, row.served_variant
    if report.exposed_at is not None:
        row.exposed_at = min(report.exposed_at, row.exposed_at or report.exposed_at)
    if report.served_variant is not None:
        row.served_variant = report.served_variant
    return before != (row.exposed_at, row.served_variant)
