"""Reports of what was applied and served, from router, client or contact record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from experiments.models import Exposure


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


def report_exposed(reports: Sequence[ExposureReport]) -> list[bool]:
    """Write reports to their rows; return, in their order, whether there is such a row.

    The earliest exposure stays; sending a report again changes nothing.
    """
    with transaction.atomic():
        return [_report(report) for report in reports]


def _report(report: ExposureReport) -> bool:
    rows = Exposure.objects.filter(experiment=report.experiment)
    row = _named(rows, report)
    if not row.exists():
        return False
    if report.exposed_at is not None:
        later = Q(exposed_at=None) | Q(exposed_at__gt=report.exposed_at)
        row.filter(later).update(exposed_at=report.exposed_at)
    if report.served_variant is not None:
        row.update(served_variant=report.served_variant)
    return True


def _named(rows: QuerySet[Exposure], report: ExposureReport) -> QuerySet[Exposure]:
    if report.assignment_id is not None:
        return rows.filter(assignment_id=report.assignment_id)
    if report.contact_id is not None:
        return rows.filter(contact_id=report.contact_id)
    return rows.filter(contact_id=None, unit_id=report.unit_id)
