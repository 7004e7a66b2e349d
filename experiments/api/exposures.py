"""`POST /api/v1/exposures`: what was applied and served, and what clients drew by themselves."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from experiments.access import Scope, needs
from experiments.api.exposures_schema import ACCEPTED_REPORTS, REPORTS
from experiments.api.exposures_wire import (
    MOST_ROWS,
    SKEW,
    TOO_EARLY,
    Report,
    raw_rows,
    read_report,
)
from experiments.api.schema import REFUSALS
from experiments.assignment.refusals import violation
from experiments.errors import InvalidRequest, Violation
from experiments.exposures import Match, record_many, report_exposed
from experiments.models import Experiment

UNKNOWN = "must be that of a recorded assignment of the experiment"


class TooLarge(APIException):
    """More bytes than are taken at once."""

    status_code = 413
    default_detail = f"body: send at most {MOST_ROWS} rows and 8 MiB at once"


class ExposureReports(APIView):
    """Takes reports; sending them again changes nothing."""

    permission_classes = [needs(Scope.ASSIGN, "impact.send_data")]

    @extend_schema(
        operation_id="report_exposures",
        summary="Report what was applied and served",
        tags=["assign"],
        request={"application/json": REPORTS},
        responses={200: OpenApiResponse(ACCEPTED_REPORTS), **REFUSALS},
    )
    def post(self, request: Request) -> Response:
        """Take the good rows, name what is wrong with the others."""
        try:
            raws = raw_rows(request.body)
        except RequestDataTooBig:
            raise TooLarge from None
        good, rejected = _read(raws)
        router = getattr(request.user, "name", "")
        drawn = (report.row for _, report in good if report.row is not None)
        recorded = record_many(row._replace(router=router) for row in drawn)
        matches = report_exposed([report.report for _, report in good], skew=SKEW)
        for (number, report), match in zip(good, matches, strict=True):
            if match is not Match.TAKEN:
                rejected.append(_rejection(number, _mismatch(report, match)))
        taken = matches.count(Match.TAKEN)
        answer = {"received": len(raws), "recorded": recorded, "matched": taken}
        return Response({**answer, "rejected": sorted(rejected, key=lambda each: each["row"])})


def _read(raws: Sequence[bytes]) -> tuple[list[tuple[int, Report]], list[dict[str, Any]]]:
    experiments = _started(raws)
    now = timezone.now()
    good: list[tuple[int, Report]] = []
    rejected: list[dict[str, Any]] = []
    for number, raw in enumerate(raws, start=1):
        try:
            good.append((number, read_report(raw, experiments, now=now)))
        except InvalidRequest as refusal:
            rejected.extend(_rejection(number, each) for each in refusal.violations)
    return good, rejected


def _started(raws: Sequence[bytes]) -> Mapping[str, Experiment]:
    started = Experiment.objects.filter(started_at__isnull=False).prefetch_related(
        "variants", "past"
    )
    return {experiment.key: experiment for experiment in started} if raws else {}


def _mismatch(report: Report, match: Match) -> Violation:
    named = report.report
    if match is Match.TOO_EARLY and named.exposed_at is not None:
        return violation("exposed_at", named.exposed_at.isoformat(), TOO_EARLY)
    for field in ("assignment_id", "contact_id"):
        if getattr(named, field) is not None:
            return violation(field, getattr(named, field), UNKNOWN)
    return violation("unit_id", named.unit_id, UNKNOWN)


def _rejection(number: int, violation: Violation) -> dict[str, Any]:
    """Return what is wrong with the row of that number, counted from 1."""
    return {
        "row": number,
        "field": violation.field,
        "value": violation.value,
        "rule": violation.rule,
    }
