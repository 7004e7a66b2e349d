"""Addresses of the pages about reports and data."""

from django.urls import path

from impact.pages import batches, panels, reports

urlpatterns = [
    path("reports", reports.report_list, name="report-list"),
    path("reports/effects", panels.report_effects, name="report-effects"),
    path("reports/panel/<slug:key>", panels.report_panel, name="report-panel"),
    path("reports/request/<slug:key>", reports.report_request, name="report-request"),
    path("reports/<slug:run_id>", reports.report_detail, name="report-detail"),
    path("reports/<slug:run_id>/progress", reports.report_progress, name="report-progress"),
    path("reports/<slug:run_id>.<slug:form>", reports.report_download, name="report-download"),
    path("data", batches.batch_list, name="batch-list"),
    path("data/<slug:batch_id>", batches.batch_detail, name="batch-detail"),
    path("data/<slug:batch_id>/progress", batches.batch_progress, name="batch-progress"),
]
