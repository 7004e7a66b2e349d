"""Define an experiment, and change it while it is a draft."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from experiments import definitions
from experiments.errors import ExperimentsError
from experiments.pages.details import found
from experiments.pages.drafting import answers_of, draft_from, is_shown, merged
from experiments.pages.explaining import explain
from experiments.pages.forms import BasicsForm
from experiments.pages.people import editor, name_of, person
from experiments.pages.row_forms import ConditionFormSet, VariantFormSet
from experiments.pages.saturation_form import SaturationForm
from experiments.pages.schedule_form import ScheduleForm
from experiments.pages.typed_values import whole

NOTHING: Mapping[str, Any] = MappingProxyType({})
STARTERS = [
    {"key": "control", "title": "As today", "share": 50},
    {"key": "", "title": "", "share": 50},
]


@editor
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a new experiment and create it as a draft."""
    forms = _forms(request, initial={"unit": "customer"}, variants=STARTERS, conditions=[])
    if request.method == "POST" and _are_valid(forms):
        try:
            experiment = definitions.create(
                draft_from(forms),
                actor=name_of(request),
                now=timezone.now(),
                owner=person(request),
            )
        except ExperimentsError as error:
            explain(forms, error)
        else:
            return redirect("experiment-plan", key=experiment.key)
    context = {"section": "experiments", "is_refused": request.method == "POST", **forms}
    return render(request, "experiments/define.html", context)


@editor
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change a draft; two people at once cannot overwrite each other."""
    experiment = found(key)
    forms = _forms(request, **answers_of(experiment))
    edition = request.POST.get("edition", str(experiment.edition))
    if request.method == "POST" and _are_valid(forms):
        after = merged(definitions.draft_of(experiment), draft_from(forms))
        try:
            definitions.edit(
                key, after, edition=whole(edition), actor=name_of(request), now=timezone.now()
            )
        except ExperimentsError as error:
            explain(forms, error)
        else:
            return redirect("experiment-detail", key=after.key)
    context = {
        "section": "experiments",
        "experiment": experiment,
        "edition": edition,
        "is_refused": request.method == "POST",
        "keeps_audience": not is_shown(experiment.targeting),
        **forms,
    }
    return render(request, "experiments/define.html", context)


@editor
def variant_row(request: HttpRequest) -> HttpResponse:
    """Answer one more empty row for a variant."""
    return _empty_row(request, VariantFormSet(prefix="variants").empty_form, "variant")


@editor
def condition_row(request: HttpRequest) -> HttpResponse:
    """Answer one more empty row for a condition."""
    return _empty_row(request, ConditionFormSet(prefix="conditions").empty_form, "condition")


def _empty_row(request: HttpRequest, form: Any, name: str) -> HttpResponse:  # noqa: ANN401
    index = whole(request.GET.get(f"{name}s-TOTAL_FORMS", ""))
    form.prefix = form.prefix.replace("__prefix__", str(index))
    context = {"form": form, "is_added": True, "next_total": index + 1}
    return render(request, f"experiments/rows/{name}.html", context)


def _forms(
    request: HttpRequest,
    *,
    initial: dict[str, Any],
    variants: list[dict[str, Any]],
    conditions: list[dict[str, Any]],
    schedule: Mapping[str, Any] = NOTHING,
    saturation: Mapping[str, Any] = NOTHING,
) -> dict[str, Any]:
    if request.method == "POST":
        # No initial values: a formset would take a row that equals its own as not answered.
        return {
            "form": BasicsForm(request.POST),
            "variants": VariantFormSet(request.POST, prefix="variants"),
            "conditions": ConditionFormSet(request.POST, prefix="conditions"),
            "schedule": ScheduleForm(request.POST, schedule),
            "saturation": SaturationForm(request.POST, saturation),
        }
    return {
        "form": BasicsForm(initial=initial),
        "variants": VariantFormSet(initial=variants, prefix="variants"),
        "conditions": ConditionFormSet(initial=conditions, prefix="conditions"),
        "schedule": ScheduleForm(None, schedule),
        "saturation": SaturationForm(None, saturation),
    }


def _are_valid(forms: dict[str, Any]) -> bool:
    return all([part.is_valid() for part in forms.values()])  # noqa: C419  # show every error
