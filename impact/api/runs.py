"""Runs and their reports over HTTP: ask for an analysis, follow it, read it."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from experiments.access import needs, reads_or_writes
from impact.analysis.estimates import Estimate
from impact.analysis.spreadsheet import rows_csv
from impact.models import Run
from impact.runs import requests

EXAMPLE = "2026-01-05T09:30:00+01:00"
READ = needs("read", "impact.view_report")
REQUEST = reads_or_writes(
    read=("read", "impact.view_report"), write=("define", "impact.request_run")
)


class Instant(serializers.DateTimeField):
    """A time that says how far it is from UTC: an hour that is guessed shifts what is known."""

    def enforce_timezone(self, value: datetime) -> datetime:
        """Refuse a time without an offset."""
        if value.tzinfo is None:
            message = f"must carry an offset from UTC: {EXAMPLE}"
            raise serializers.ValidationError(message)
        return super().enforce_timezone(value)


class RunIn(serializers.Serializer[Any]):
    """What to analyse, as known when; without `as_of`, now."""

    experiment = serializers.CharField(max_length=64)
    as_of = Instant(required=False)

    def validate_as_of(self, value: datetime) -> datetime:
        """Refuse to know the future."""
        if value > timezone.now():
            message = f"as_of = {value.isoformat()}: must not lie in the future"
            raise serializers.ValidationError(message)
        return value


class RunOut(serializers.ModelSerializer[Run]):
    """Where a run stands and what it was computed from."""

    class Meta:
        model = Run
        fields = [
            "id",
            "experiment",
            "experiment_version",
            "status",
            "progress",
            "error",
            "requested_at",
            "finished_at",
            "as_of",
            "plan_sha256",
            "data_sha256",
            "statistics_sha256",
            "lake_versions",
            "code_version",
        ]
        read_only_fields = fields


@extend_schema(tags=["reports"])
class Runs(ListAPIView[Run]):
    """The runs of all experiments or of one, newest first; a POST asks for another."""

    permission_classes = [REQUEST]
    serializer_class = RunOut

    def get_queryset(self) -> QuerySet[Run]:
        """Narrow to one experiment where the query names it."""
        runs = Run.objects.defer("statistics", "analysis", "charts", "plan_source")
        experiment = self.request.query_params.get("experiment")
        return runs.filter(experiment=experiment) if experiment else runs

    @extend_schema(
        summary="List runs, last asked for first",
        parameters=[OpenApiParameter("experiment", OpenApiTypes.STR)],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401
        """List runs."""
        return super().get(request, *args, **kwargs)

    @extend_schema(summary="Ask for an analysis", request=RunIn, responses={202: RunOut})
    def post(self, request: Request) -> Response:
        """Queue a run."""
        given = RunIn(data=request.data)
        given.is_valid(raise_exception=True)
        now = timezone.now()
        run = requests.request(
            given.validated_data["experiment"],
            as_of=given.validated_data.get("as_of", now),
            requested_by=request.user if isinstance(request.user, AbstractUser) else None,
            now=now,
        )
        location = {"Location": f"/api/v1/runs/{run.pk}"}
        return Response(RunOut(run).data, status=status.HTTP_202_ACCEPTED, headers=location)


@extend_schema(tags=["reports"])
class RunDetail(APIView):
    """One run."""

    permission_classes = [READ]

    @extend_schema(summary="Show where a run stands", responses=RunOut)
    def get(self, request: Request, run_id: str) -> Response:
        """Answer where the run stands."""
        return Response(RunOut(requests.get(run_id)).data)


@extend_schema(tags=["reports"])
class Report(APIView):
    """The frozen analysis of a finished run."""

    permission_classes = [READ]

    @extend_schema(summary="Read the frozen analysis of a run", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, run_id: str) -> Response:
        """Answer the document that `analyze --format json` prints."""
        return Response(requests.finished(run_id).analysis)


@extend_schema(tags=["reports"])
class ReportRows(APIView):
    """The estimates of a finished run, as tidy rows."""

    permission_classes = [READ]

    @extend_schema(
        summary="Read the estimates of a run as CSV",
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    def get(self, request: Request, run_id: str) -> HttpResponse:
        """Answer the rows as CSV."""
        analysis = requests.finished(run_id).analysis or {}
        rows = rows_csv(Estimate(**row) for row in analysis["estimates"])
        return HttpResponse(rows, content_type="text/csv; charset=utf-8")
