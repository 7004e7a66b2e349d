"""Data: the batches that came in, one batch with its rejected rows, and sending a file."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRefresh
from django_tables2 import RequestConfig

from experiments.access import actor_of
from impact.errors import InvalidBatch, KeyReused
from impact.ingest import Delivery, accept
from impact.models import Batch
from impact.pages.forms import UploadForm
from impact.pages.people import reader, sender
from impact.pages.tables import PER_PAGE, BatchTable, RejectionTable
from impact.records.kinds import COLUMNS, RecordKind

UNDER_WAY = (Batch.Status.QUEUED, Batch.Status.RUNNING)
ABOUT = {
    RecordKind.CONTACTS: "every call, chat or mail that was handled or abandoned",
    RecordKind.CHURN: "who left, and when",
    RecordKind.REVENUE: "charges, refunds, credits and costs",
    RecordKind.SURVEYS: "surveys sent and what was answered",
    RecordKind.CUSTOMERS: "how long each customer can be observed, and their segments",
    RecordKind.OBSERVATIONS: "any other number about a unit",
}


@require_http_methods(["GET", "HEAD", "POST"])
@reader
def batch_list(request: HttpRequest) -> HttpResponse:
    """Show what came in; a POST sends a file."""
    if request.method == "POST":
        return _send(request)
    return _page(request, UploadForm())


@require_GET
@reader
def batch_detail(request: HttpRequest, batch_id: str) -> HttpResponse:
    """Show one batch and every row that was not taken in."""
    batch = found(batch_id)
    table = RejectionTable(batch.rejections.all())
    RequestConfig(request, paginate={"per_page": PER_PAGE}).configure(table)
    context = {"section": "data", "batch": batch, "table": table}
    return render(request, "impact/batch_detail.html", context)


@require_GET
@reader
def batch_progress(request: HttpRequest, batch_id: str) -> HttpResponse:
    """Answer where the batch stands; when it has ended, have the page load anew."""
    batch = found(batch_id)
    if batch.status not in UNDER_WAY:
        return HttpResponseClientRefresh()
    return render(request, "impact/batch_progress.html", {"batch": batch})


def found(batch_id: str) -> Batch:
    """Return the batch with that id or answer 404."""
    batch = Batch.objects.filter(pk=batch_id).first()
    if batch is None:
        message = f"batch = {batch_id}: no batch has this id"
        raise Http404(message)
    return batch


@sender
def _send(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    file = form.cleaned_data["file"]
    delivery = Delivery(
        kind=RecordKind(form.cleaned_data["kind"]),
        format=form.format,
        sender=actor_of(request.user),
        name=file.name,
    )
    try:
        batch = accept(delivery, file.chunks(), now=timezone.now())
    except (InvalidBatch, KeyReused) as error:
        form.add_error("file", str(error))
        return _page(request, form, status=422)
    messages.success(request, f"{file.name} is stored and waits for a worker.")
    return redirect("batch-detail", batch_id=batch.pk)


def _page(request: HttpRequest, form: UploadForm, *, status: int = 200) -> HttpResponse:
    batches = Batch.objects.all()
    table = BatchTable(batches)
    RequestConfig(request, paginate={"per_page": PER_PAGE}).configure(table)
    context = {
        "section": "data",
        "table": table,
        "form": form,
        "may_send": request.user.has_perm("impact.send_data"),
        "is_empty": not batches.exists(),
        "kinds": [
            (kind.value, ABOUT[kind], [column.name for column in columns if column.required])
            for kind, columns in COLUMNS.items()
        ],
    }
    return render(request, "impact/batch_list.html", context, status=status)
