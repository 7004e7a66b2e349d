"""The plan of a draft: written from a few answers, edited as text, checked line by line."""

from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from experiments import definitions
from experiments.errors import ExperimentsError, Refusal
from experiments.lifecycle import EDITABLE
from experiments.models import Experiment
from experiments.pages.details import found
from experiments.pages.measure_form import MeasureForm
from experiments.pages.people import editor, name_of
from experiments.pages.sight_card import card_of
from experiments.pages.typed_values import whole
from experiments.plan.reading import read_plan

WRITE, REPLACE = "write", "replace"  # the second also where somebody typed in the text
WRITES = frozenset({WRITE, REPLACE})


@editor
def plan(request: HttpRequest, key: str) -> HttpResponse:
    """Show the plan for editing and save it; what was refused stays in the page to be mended."""
    experiment = found(key)
    if experiment.status not in EDITABLE:
        return redirect("experiment-detail", key=key)
    action = request.POST.get("action", "")
    now = timezone.now()
    measure = MeasureForm(request.POST if action in WRITES else None, experiment, today=now.date())
    measure.keep(request.POST)
    source = request.POST.get("source", experiment.plan_source)
    written = request.POST.get("written", "")
    may_write = action in WRITES and measure.is_valid()
    asks_first = may_write and action == WRITE and not _is_known(experiment, source, written)
    if may_write and not asks_first:
        source = measure.text()
        written = _mark(source)
    error = _saved(request, experiment, source) if action == "save" else None
    if action == "save" and error is None:
        return redirect("experiment-detail", key=key)
    checked = _checked(experiment, source, now)
    context = {
        "section": "experiments",
        "experiment": experiment,
        "measure": measure,
        "source": source,
        "written": written,
        "asks_first": asks_first,
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
    experiment = found(key)
    context = _checked(experiment, request.POST.get("source", ""), timezone.now())
    return render(request, "experiments/plan_check.html", {"experiment": experiment, **context})


def _is_known(experiment: Experiment, source: str, written: str) -> bool:
    """Say whether nothing is lost with the text: it is saved, was written here, or is empty."""
    return _mark(source) in {_mark(""), _mark(experiment.plan_source), written}


def _mark(text: str) -> str:
    """Return what tells a text from others, however its lines end."""
    return sha256("\n".join(text.strip().splitlines()).encode()).hexdigest()


def _saved(request: HttpRequest, experiment: Experiment, source: str) -> str | None:
    """Save the plan; return why not where it could not be saved."""
    try:
        definitions.edit(
            experiment.key,
            _with_plan(experiment, source),
            edition=whole(request.POST.get("edition", "")),
            actor=name_of(request),
            now=timezone.now(),
        )
    except ExperimentsError as error:
        return str(error)
    return None


def _with_plan(experiment: Experiment, source: str) -> definitions.Draft:
    plan_source = source if source.strip() else ""
    return replace(definitions.draft_of(experiment), plan_source=plan_source)


def _checked(experiment: Experiment, source: str, now: datetime) -> dict[str, Any]:
    """Return the plan, what keeps it from being saved, and what keeps it from a start today."""
    if not source.strip():
        return {"plan": None, "violations": (), "late": ()}
    try:
        definitions.check(_with_plan(experiment, source), existing=experiment)
    except Refusal as refusal:
        return {"plan": None, "violations": refusal.violations, "late": ()}
    plan = read_plan(source)
    return {"plan": plan, "violations": (), "late": tuple(definitions.looks_not_ahead(plan, now))}
