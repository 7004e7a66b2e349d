"""Define an experiment, and change it while it is a draft."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from experiments import definitions
from experiments.definitions import Draft, VariantDraft
from experiments.errors import ExperimentsError, Refusal
from experiments.models import BUCKETS, Experiment
from experiments.pages.details import found
from experiments.pages.forms import (
    OPERATORS,
    BasicsForm,
    ConditionFormSet,
    VariantFormSet,
    typed,
)
from experiments.pages.people import editor, name_of, person
from experiments.pages.saturation_form import SaturationForm
from experiments.pages.schedule_form import ScheduleForm

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
                _draft(forms),
                actor=name_of(request),
                now=timezone.now(),
                owner=person(request),
            )
        except ExperimentsError as error:
            _explain(forms, error)
        else:
            return redirect("experiment-plan", key=experiment.key)
    context = {"section": "experiments", "is_refused": request.method == "POST", **forms}
    return render(request, "experiments/define.html", context)


@editor
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change a draft; two people at once cannot overwrite each other."""
    experiment = found(key)
    forms = _forms(request, **_answers(experiment))
    edition = request.POST.get("edition", str(experiment.edition))
    if request.method == "POST" and _are_valid(forms):
        after = _merged(definitions.draft_of(experiment), _draft(forms))
        try:
            definitions.edit(
                key, after, edition=int(edition), actor=name_of(request), now=timezone.now()
            )
        except ExperimentsError as error:
            _explain(forms, error)
        else:
            return redirect("experiment-detail", key=after.key)
    context = {
        "section": "experiments",
        "experiment": experiment,
        "edition": edition,
        "is_refused": request.method == "POST",
        "keeps_audience": not _is_shown(experiment.targeting),
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
    given = request.GET.get(f"{name}s-TOTAL_FORMS", "0")
    index = int(given) if given.isdigit() else 0
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


def _draft(forms: dict[str, Any]) -> Draft:
    basics = forms["form"].cleaned_data
    rules = [rule for form in forms["conditions"] if (rule := form.rule())]
    layer = basics["layer"]
    return Draft(
        key=basics["key"],
        title=basics["title"],
        hypothesis=basics["hypothesis"],
        unit=basics["unit"],
        layer=layer.key if layer else None,
        layer_start=basics["layer_start"] or 0,
        layer_end=BUCKETS if basics["layer_end"] is None else basics["layer_end"],
        targeting={basics["audience"] or "all": rules} if rules else {},
        coverage=int(basics["coverage"] * BUCKETS / 100),
        requires=_requirements(basics["requires"]),
        is_holdout=basics["is_holdout"],
        schedule=forms["schedule"].document(),
        saturation=forms["saturation"].document(),
        variants=tuple(
            VariantDraft(
                key=row["key"],
                title=row["title"],
                weight=int(row["share"] * BUCKETS / 100),
                is_control=position == 0,
                policy=row["policy"],
            )
            for position, row in enumerate(
                form.cleaned_data for form in forms["variants"] if form.cleaned_data
            )
        ),
    )


def _requirements(lines: str) -> tuple[dict[str, object], ...]:
    """Read one experiment a line: its key, and the variants after a colon."""
    parts = [line.partition(":") for line in lines.splitlines() if line.strip()]
    return tuple(
        {"experiment": key.strip(), "variants": [name.strip() for name in names.split(",") if name]}
        for key, _, names in parts
    )


def _lines(requires: Sequence[Mapping[str, Any]]) -> str:
    pairs = ((each["experiment"], ", ".join(each.get("variants", ()))) for each in requires)
    return "\n".join(f"{key}: {names}" if names else key for key, names in pairs)


def _merged(before: Draft, answers: Draft) -> Draft:
    """Return the answers with everything that the form does not ask for left as it was."""
    is_shown = _is_shown(before.targeting)
    return replace(
        answers,
        targeting=answers.targeting if is_shown else before.targeting,
        plan_source=before.plan_source,
        salt=before.salt,
        simulated=before.simulated,
        truth=before.truth,
    )


def _answers(experiment: Experiment) -> dict[str, Any]:
    """Return what the form would have been given for this experiment."""
    is_shown = bool(experiment.targeting) and _is_shown(experiment.targeting)
    audience, rules = next(iter(experiment.targeting.items())) if is_shown else ("all", [])
    return {
        "initial": {
            **{name: getattr(experiment, name) for name in ("title", "key", "hypothesis", "unit")},
            "coverage": experiment.coverage * 100 / BUCKETS,
            "requires": _lines(experiment.requires),
            "is_holdout": experiment.is_holdout,
            "layer": experiment.layer.key if experiment.layer else None,
            "layer_start": experiment.layer_start,
            "layer_end": experiment.layer_end,
            "audience": audience,
        },
        "variants": [
            {
                "key": variant.key,
                "title": variant.title,
                "share": variant.weight * 100 / BUCKETS,
                "policy": "\n".join(
                    f"{name}: {typed(value)}" for name, value in variant.policy.items()
                ),
            }
            for variant in experiment.variants.order_by("-is_control", "position")
        ],
        "conditions": [_condition(rule) for rule in rules],
        "schedule": experiment.schedule,
        "saturation": experiment.saturation,
    }


def _is_shown(targeting: Mapping[str, Any]) -> bool:
    """Say whether rows of conditions can express the rule; one made by the API may need more."""
    rules: list[dict[str, Any]] = next(iter(targeting.values()), [])
    if list(targeting) not in ([], ["all"], ["any"]):
        return False
    return all(_condition(rule)["operator"] in OPERATORS for rule in rules)


def _condition(rule: Mapping[str, Any]) -> dict[str, str]:
    """Return the row for a leaf of the targeting language; no operator where rows have none."""
    row = {"attribute": str(rule.get("attribute", "")), "operator": "", "value": ""}
    match {name: value for name, value in rule.items() if name != "attribute"}:
        case {"in": list(values), **others} if not others:
            return {**row, "operator": "in", "value": ", ".join(map(typed, values))}
        case {"range": dict(bounds), **others} if len(bounds) == 1 and not others:
            ((operator, value),) = bounds.items()
            return {**row, "operator": operator, "value": typed(value)}
        case {"present": True, **others} if not others:
            return {**row, "operator": "present"}
        case {"equals": value, **others} if not others:
            return {**row, "operator": "equals", "value": typed(value)}
        case {"prefix": str(value), **others} if not others:
            return {**row, "operator": "prefix", "value": value}
        case _:
            return row


def _explain(forms: dict[str, Any], error: ExperimentsError) -> None:
    if not isinstance(error, Refusal):
        forms["form"].add_error(None, str(error))
        return
    for violation in error.violations:
        part, _, name = violation.field.partition(".")
        name = name.partition("[")[0]
        if part in {"schedule", "saturation"} and name in forms[part].fields:
            forms[part].add_error(name, violation.rule)
            continue
        field = violation.field if violation.field in forms["form"].fields else None
        forms["form"].add_error(field, violation.rule if field else str(violation))
