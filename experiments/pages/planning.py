"""The plan of a draft: written from a few answers, edited as text, checked line by line."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from experiments import definitions
from experiments.errors import ExperimentsError, InvalidPlan
from experiments.lifecycle import EDITABLE
from experiments.models import Experiment
from experiments.pages.details import found
from experiments.pages.people import editor, name_of
from experiments.pages.sight_card import card_of
from experiments.plan.reading import read_plan
from experiments.plan.template import plan_text

USUAL_LENGTH = timedelta(days=90 + 180)  # a quarter to enrol, half a year to follow


class MeasureForm(forms.Form):
    """The questions behind an ordinary plan."""

    horizon = forms.IntegerField(
        label="Follow each customer for (days)",
        min_value=1,
        max_value=3650,
        initial=180,
        help_text="Retention is compared at this day.",
    )
    window = forms.IntegerField(
        label="Count revenue and contacts over (days)", min_value=1, max_value=3650, initial=90
    )
    planned_end = forms.DateField(
        label="Planned end",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Before this day reports are interim and show no p-value. Leave time to enrol "
        "customers and then to follow them.",
    )
    zone = forms.CharField(label="Time zone", initial="UTC", max_length=64)
    segments = forms.CharField(
        required=False, help_text="Attributes to look into, fixed now: tier, region"
    )
    currency = forms.CharField(initial="EUR", min_length=3, max_length=3)
    cost_per_handle_minute = forms.DecimalField(
        label="Cost of a minute of handling", min_value=0, decimal_places=4, initial="0.80"
    )

    def clean_zone(self) -> str:
        """Accept names of the time-zone database only."""
        zone = str(self.cleaned_data["zone"]).strip()
        if zone not in available_timezones():
            message = f"{zone}: must be a name such as Europe/Berlin or UTC"
            raise forms.ValidationError(message)
        return zone


@editor
def plan(request: HttpRequest, key: str) -> HttpResponse:
    """Show the plan for editing and save it; a plan with errors can be saved, but not started."""
    experiment = found(key)
    if experiment.status not in EDITABLE:
        return redirect("experiment-detail", key=key)
    action = request.POST.get("action", "")
    measure = MeasureForm(
        request.POST if action == "write" else None,
        initial={"planned_end": timezone.now().date() + USUAL_LENGTH},
    )
    source = request.POST.get("source", experiment.plan_source)
    if action == "write" and measure.is_valid():
        source = _written(experiment, measure.cleaned_data)
    error = _saved(request, experiment, source) if action == "save" else None
    if action == "save" and error is None:
        return redirect("experiment-detail", key=key)
    checked = _checked(source)
    context = {
        "section": "experiments",
        "experiment": experiment,
        "measure": measure,
        "source": source,
        "edition": request.POST.get("edition", str(experiment.edition)),
        "error": error,
        **checked,
        "card": card_of(experiment, checked["plan"], today=timezone.now().date()),
    }
    return render(request, "experiments/plan.html", context)


@require_POST
@editor
def check(request: HttpRequest, key: str) -> HttpResponse:
    """Answer what a reader of the plan would say of the text as it stands."""
    context = _checked(request.POST.get("source", ""))
    return render(request, "experiments/plan_check.html", {"experiment": found(key), **context})


def _written(experiment: Experiment, answers: dict[str, Any]) -> str:
    variants = list(experiment.variants.all())
    control = next(variant.key for variant in variants if variant.is_control)
    return plan_text(
        key=experiment.key,
        title=experiment.title,
        unit=experiment.unit,
        control=control,
        weights={variant.key: variant.weight for variant in variants},
        horizon=answers["horizon"],
        window=answers["window"],
        planned_end=answers["planned_end"],
        timezone=answers["zone"],
        segments=[name.strip() for name in answers["segments"].split(",") if name.strip()],
        currency=answers["currency"].upper(),
        cost_per_handle_minute=str(answers["cost_per_handle_minute"]),
    )


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


def _checked(source: str) -> dict[str, Any]:
    if not source.strip():
        return {"plan": None, "violations": ()}
    try:
        return {"plan": read_plan(source), "violations": ()}
    except InvalidPlan as refusal:
        return {"plan": None, "violations": refusal.violations}
