"""The plan of a draft: written from a few answers, edited as text, checked line by line."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from experiments import definitions
from experiments.errors import ExperimentsError, InvalidPlan
from experiments.lifecycle import EDITABLE
from experiments.models import Experiment
from experiments.pages.details import found
from experiments.pages.measure_form import MeasureForm
from experiments.pages.people import editor, name_of
from experiments.pages.sight_card import card_of
from experiments.plan.reading import read_plan


@editor
def plan(request: HttpRequest, key: str) -> HttpResponse:
    """Show the plan for editing and save it; a plan with errors can be saved, but not started."""
    experiment = found(key)
    if experiment.status not in EDITABLE:
        return redirect("experiment-detail", key=key)
    action = request.POST.get("action", "")
    now = timezone.now()
    measure = MeasureForm(request.POST if action == "write" else None, experiment, today=now.date())
    source = request.POST.get("source", experiment.plan_source)
    if action == "write" and measure.is_valid():
        source = measure.text()
    error = _saved(request, experiment, source) if action == "save" else None
    if action == "save" and error is None:
        return redirect("experiment-detail", key=key)
    checked = _checked(source, now)
    context = {
        "section": "experiments",
        "experiment": experiment,
        "measure": measure,
        "source": source,
        "edition": request.POST.get("edition", str(experiment.edition)),
        "error": error,
        **checked,
        "card": card_of(experiment, checked["plan"], today=now.date()),
    }
    return render(request, "experiments/plan.html", context)


@require_POST
@editor
def check(request: HttpRequest, key: str) -> HttpResponse:
    """Answer what a reader of the plan would say of the text as it stands."""
    context = _checked(request.POST.get("source", ""), timezone.now())
    return render(request, "experiments/plan_check.html", {"experiment": found(key), **context})


def _saved(request: HttpRequest, experiment: Experiment, source: str) -> str | None:
    """Save the plan; return why not where it could not be saved."""
    draft = replace(definitions.draft_of(experiment), plan_source=source)
    edition = request.POST.get("edition", "")
    try:
        definitions.edit(
            experiment.key,
            draft,
            edition=int(edition) if edition.isdigit() else 0,
            actor=name_of(request),
            now=timezone.now(),
        )
    except ExperimentsError as error:
        return str(error)
    return None


def _checked(source: str, now: datetime) -> dict[str, Any]:
    """Return the plan, what keeps it from being one, and what keeps it from a start today."""
    if not source.strip():
        return {"plan": None, "violations": (), "late": ()}
    try:
        plan = read_plan(source)
    except InvalidPlan as refusal:
        return {"plan": None, "violations": refusal.violations, "late": ()}
    return {"plan": plan, "violations": (), "late": tuple(definitions.looks_not_ahead(plan, now))}
