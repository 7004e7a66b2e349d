"""One experiment: where it stands, and who was assigned what."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from experiments import exposures
from experiments.assignment.targeting_words import describe
from experiments.definitions import looks_not_ahead
from experiments.errors import InvalidPlan
from experiments.lifecycle import EDITABLE, SERVING, Status, moves_from
from experiments.models import BUCKETS, Experiment, Variant
from experiments.pages.events import events
from experiments.pages.people import viewer
from experiments.pages.sight_card import card_of
from experiments.pages.steps import STEPS
from experiments.plan.reading import read_plan

BEFORE_START = frozenset({Status.DRAFT, Status.REVIEW})  # as long as it can change a decision


def found(key: str) -> Experiment:
    """Return the experiment with that key or answer 404."""
    try:
        return Experiment.objects.select_related("owner", "layer").get(key=key)
    except Experiment.DoesNotExist:
        message = f"no experiment has the key {key}"
        raise Http404(message) from None


@viewer
def experiment_detail(request: HttpRequest, key: str) -> HttpResponse:
    """Show the experiment."""
    experiment = found(key)
    status = Status(experiment.status)
    variants = list(experiment.variants.all())
    now = timezone.now()
    planned = _plan_or_violations(experiment.plan_source)
    plan = planned["plan"] if status in BEFORE_START else None
    context = {
        "section": "experiments",
        "experiment": experiment,
        "record": experiment,
        "variants": variants,
        "audience": describe(experiment.targeting),
        "coverage_percent": experiment.coverage * 100 / BUCKETS,
        "typed_coverage": request.GET.get("percent", ""),
        "shares": _shares(request, variants),
        "retries_weights": any(f"weight-{variant.key}" in request.GET for variant in variants),
        "moves": [(move.value, STEPS[move]) for move in moves_from(status)],
        "is_editable": status in EDITABLE,
        "is_serving": status in SERVING,
        "has_started": experiment.started_at is not None,
        "events": events(experiment.changes.all()[:50]),
        **planned,
        "late": tuple(looks_not_ahead(plan, now)) if plan else (),
        "has_no_end": plan is not None and plan.looks.planned_end is None,
        "card": card_of(experiment, plan, today=now.date()) if plan else None,
        **_counts(experiment),
    }
    return render(request, "experiments/detail.html", context)


@viewer
def counts(request: HttpRequest, key: str) -> HttpResponse:
    """Answer the live counts alone, for the page to refresh."""
    experiment = found(key)
    context = {"experiment": experiment, "is_serving": experiment.status in SERVING}
    return render(request, "experiments/counts.html", {**context, **_counts(experiment)})


def _shares(request: HttpRequest, variants: Iterable[Variant]) -> list[tuple[Variant, str]]:
    """Return the share of each variant in per cent, or what was typed for it and refused."""
    return [
        (variant, request.GET.get(f"weight-{variant.key}", f"{variant.weight * 100 / BUCKETS:g}"))
        for variant in variants
    ]


def _plan_or_violations(source: str) -> dict[str, Any]:
    if not source:
        return {"plan": None, "violations": ()}
    try:
        return {"plan": read_plan(source), "violations": ()}
    except InvalidPlan as error:
        return {"plan": None, "violations": error.violations}


def _counts(experiment: Experiment) -> dict[str, object]:
    variants = {variant.key: variant for variant in experiment.variants.all()}
    counted = {row.variant: row for row in exposures.counts(experiment.key)}
    rows = [counted.get(key) or _nobody(key) for key in dict.fromkeys([*variants, *counted])]
    total = sum(row.units for row in rows)
    return {
        "total": total,
        "counts": [
            {
                "row": row,
                "share": 100 * row.units / total if total else 0,
                "title": variants[row.variant].title if row.variant in variants else "",
                "planned": variants[row.variant].weight / 100 if row.variant in variants else 0,
            }
            for row in rows
        ],
    }


def _nobody(variant: str) -> exposures.VariantCount:
    """Return the counts of a variant that nobody was assigned yet."""
    return exposures.VariantCount(variant=variant, units=0, rows=0, served=0, exposed=0)
