"""Addresses."""

from django.urls import URLPattern, path

from impact.api.batches import BatchDetail, BatchList, RejectionList, SendFile, records_view
from impact.api.runs import Report, ReportRows, RunDetail, Runs
from impact.records.kinds import RecordKind

urlpatterns: list[URLPattern] = [
    *(path(kind.value, records_view(kind).as_view(), name=f"api-{kind}") for kind in RecordKind),
    path("uploads", SendFile.as_view(), name="api-uploads"),
    path("batches", BatchList.as_view(), name="api-batches"),
    path("batches/<str:batch_id>", BatchDetail.as_view(), name="api-batch"),
    path("batches/<str:batch_id>/rejections", RejectionList.as_view(), name="api-rejections"),
    path("runs", Runs.as_view(), name="api-runs"),
    path("runs/<str:run_id>", RunDetail.as_view(), name="api-run"),
    path("reports/<str:run_id>", Report.as_view(), name="api-report"),
    path("reports/<str:run_id>/estimates.csv", ReportRows.as_view(), name="api-report-rows"),
]
