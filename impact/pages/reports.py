"""Reports: the list, one report, its progress while it is computed, its downloads."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.db.models.fields.json import KT
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh
from django_tables2 import RequestConfig

from experiments import registry
from experiments.errors import ExperimentNotFound
from impact.errors import RunNotFound
from impact.models import Run
from impact.pages.people import reader, requester
from impact.pages.tables import PER_PAGE, RunTable
from impact.reports.document import ReportDocument
from impact.reports.html import html_report, page_context
from impact.reports.pdf import pdf_report
from impact.reports.speech import spoken
from impact.reports.stored import stored_report
from impact.reports.tables import csv_report, json_report
from impact.reports.workbook import workbook_report
from impact.runs import requests

UNDER_WAY = (Run.Status.QUEUED, Run.Status.RUNNING)
# Read out of the stored document by the database: a list needs no whole documents.
ANSWER = {"verdict": KT("analysis__decision__verdict"), "answer": KT("analysis__answer")}
LARGE = ("statistics", "analysis", "charts", "plan_source", "lake_versions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A rendering to take away: what it is called, its media type and what makes it."""

    label: str
    media_type: str
    render: Callable[[ReportDocument], str | bytes]


DOWNLOADS: Mapping[str, Download] = MappingProxyType(
    {
        "pdf": Download(label="PDF", media_type="application/pdf", render=pdf_report),
        "xlsx": Download(
            label="Excel",
            media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            render=workbook_report,
        ),
        "csv": Download(label="CSV", media_type="text/csv; charset=utf-8", render=csv_report),
        "json": Download(label="JSON", media_type="application/json", render=json_report),
        "html": Download(label="HTML", media_type="text/html; charset=utf-8", render=html_report),
    }
)


@require_GET
@reader
def report_list(request: HttpRequest) -> HttpResponse:
    """Show every report, the newest first."""
    table = RunTable(Run.objects.defer(*LARGE).annotate(**ANSWER))
    RequestConfig(request, paginate={"per_page": PER_PAGE}).configure(table)
    name_runs(row.record for row in table.page.object_list)
    context = {"section": "reports", "table": table, "is_empty": not Run.objects.exists()}
    return render(request, "impact/report_list.html", context)


@require_GET
@reader
def report_detail(request: HttpRequest, run_id: str) -> HttpResponse:
    """Show the report; while it is computed its progress, and of a failed one what to do."""
    run = found(run_id)
    context = {"section": "reports", "run": run}
    if run.status != Run.Status.DONE:
        return render(request, "impact/report_unfinished.html", context)
    document = stored_report(run)
    downloads = [(form, download.label) for form, download in DOWNLOADS.items()]
    context |= {**page_context(document), "downloads": downloads}
    return render(request, "impact/report_detail.html", context)


@require_GET
@reader
def report_progress(request: HttpRequest, run_id: str) -> HttpResponse:
    """Answer where the computation stands; when it has ended, have the page load anew."""
    run = found(run_id)
    if run.status not in UNDER_WAY:
        return HttpResponseClientRefresh()
    return render(request, "impact/report_progress.html", {"run": run})


@require_GET
@reader
def report_download(_request: HttpRequest, run_id: str, form: str) -> HttpResponse:
    """Answer the report in one of the forms to take away."""
    download = DOWNLOADS.get(form)
    if download is None:
        message = f"form = {form}: must be one of {', '.join(DOWNLOADS)}"
        raise Http404(message)
    run = found(run_id)
    if run.status != Run.Status.DONE:
        message = f"run = {run_id}: has no report, it is {run.status}"
        raise Http404(message)
    response = HttpResponse(download.render(stored_report(run)), content_type=download.media_type)
    name = f"{run.experiment}-{run.as_of:%Y-%m-%d}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
@requester
def report_request(request: HttpRequest, key: str) -> HttpResponse:
    """Ask for an analysis as of now and show its progress."""
    now = timezone.now()
    user = request.user if request.user.is_authenticated else None
    try:
        run = requests.request(key, as_of=now, requested_by=user, now=now)
    except ExperimentNotFound as error:
        raise Http404(str(error)) from error
    return redirect("report-detail", run_id=run.id)


def name_runs(runs: Iterable[Run]) -> None:
    """Give each run the title of its experiment and its answer in words, if it has any."""
    listed = list(runs)
    known = registry.names(run.experiment for run in listed)
    for run in listed:
        names = known.get(run.experiment)
        run.title = names.title if names else run.experiment  # type: ignore[attr-defined]  # shown by templates
        run.answer = spoken(run.answer or "", names.variants if names else {})  # type: ignore[attr-defined]  # annotated by ANSWER


def found(run_id: str) -> Run:
    """Return the run with that id or answer 404."""
    try:
        return requests.get(run_id)
    except RunNotFound as error:
        raise Http404(str(error)) from error
