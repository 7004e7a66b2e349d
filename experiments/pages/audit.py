"""The audit of an experiment in the browser: computed when it is asked for, kept nowhere."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from experiments.audit import audit
from experiments.errors import ExperimentsError
from experiments.pages.details import found
from experiments.pages.people import viewer


@viewer
def audit_page(request: HttpRequest, key: str) -> HttpResponse:
    """Say what an audit is; the page then asks for its answer."""
    context = {"section": "experiments", "experiment": found(key)}
    return render(request, "experiments/audit.html", context)


@viewer
def audit_answer(request: HttpRequest, key: str) -> HttpResponse:
    """Recompute every arm in the log."""
    experiment = found(key)
    try:
        context = {"experiment": experiment, "audit": audit(key)}
    except ExperimentsError as error:
        context = {"experiment": experiment, "refusal": str(error)}
    return render(request, "experiments/audit_answer.html", context)
