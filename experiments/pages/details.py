"""One experiment: where it stands, who was assigned what, what may be done to it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from experiments import definitions, exposures
from experiments.assignment.targeting_words import describe
from experiments.errors import ExperimentsError, InvalidPlan
from experiments.lifecycle import EDITABLE, SERVING, Move, Status, moves_from
from experiments.models import BUCKETS, Experiment
from experiments.pages.events import events
from experiments.pages.people import editor, name_of, viewer
from experiments.pages.sight_card import Card, card_of
from experiments.pages.steps import STEPS
from experiments.plan.document import Plan
from experiments.plan.reading import read_plan
from experiments.templatetags.looks import percent


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
    planned = _plan_or_violations(experiment.plan_source)
    context = {
        "section": "experiments",
        "experiment": experiment,
        "record": experiment,
        "variants": experiment.variants.all(),
        "audience": describe(experiment.targeting),
        "coverage_percent": experiment.coverage * 100 / BUCKETS,
        "moves": [(move.value, STEPS[move]) for move in moves_from(status)],
        "is_editable": status in EDITABLE,
        "is_serving": status in SERVING,
        "has_started": experiment.started_at is not None,
        "events": events(experiment.changes.all()[:50]),
        **planned,
        "card": _card_before_start(experiment, planned["plan"]),
        **_counts(experiment),
    }
    return render(request, "experiments/detail.html", context)


@viewer
def counts(request: HttpRequest, key: str) -> HttpResponse:
    """Answer the live counts alone, for the page to refresh."""
    experiment = found(key)
    context = {"experiment": experiment, "is_serving": experiment.status in SERVING}
    return render(request, "experiments/counts.html", {**context, **_counts(experiment)})


@require_POST
@editor
def move(request: HttpRequest, key: str) -> HttpResponse:
    """Move the experiment along its lifecycle."""

    def act() -> str:
        step = _step(request.POST.get("move", ""))
        definitions.move(key, step, actor=name_of(request), now=timezone.now())
        return STEPS[step].done

    return _change(request, key, act)


@require_POST
@editor
def coverage(request: HttpRequest, key: str) -> HttpResponse:
    """Ramp the share of the audience that takes part."""

    def act() -> str:
        buckets = round(_share(request.POST.get("percent", "")) * BUCKETS / 100)
        definitions.set_coverage(key, coverage=buckets, actor=name_of(request), now=timezone.now())
        return f"{percent(buckets)} of the audience take part from now on."

    return _change(request, key, act)


@require_POST
@editor
def weights(request: HttpRequest, key: str) -> HttpResponse:
    """Start the next version, with other weights."""

    def act() -> str:
        wanted = {
            variant.key: round(
                _share(request.POST.get(f"weight-{variant.key}", ""), "a share") * BUCKETS / 100
            )
            for variant in found(key).variants.all()
        }
        changed = definitions.reweigh(
            key, weights=wanted, actor=name_of(request), now=timezone.now()
        )
        return f"Version {changed.version} is served: everybody is drawn anew from now on."

    return _change(request, key, act)


@require_POST
@editor
def kill(request: HttpRequest, key: str) -> HttpResponse:
    """Send everybody to control at once, or lift that."""

    def act() -> str:
        if request.POST.get("lift"):
            definitions.unkill(key, actor=name_of(request), now=timezone.now())
            return "The kill switch is lifted: variants are served again."
        definitions.kill(key, actor=name_of(request), now=timezone.now())
        return "Killed: everybody is served control."

    return _change(request, key, act)


def _change(request: HttpRequest, key: str, act: Callable[[], str]) -> HttpResponse:
    try:
        messages.success(request, act())
    except ExperimentsError as error:
        messages.error(request, str(error))
    except ValueError as error:
        messages.error(request, str(error))
    return redirect("experiment-detail", key=key)


def _step(name: str) -> Move:
    if name not in set(Move):
        message = f"{name}: must be one of {', '.join(Move)}."
        raise ValueError(message)
    return Move(name)


def _share(percent_given: str, name: str = "the coverage") -> float:
    rule = f"{percent_given}: {name} must be a number from 0 to 100."
    try:
        share = float(percent_given)
    except ValueError:
        raise ValueError(rule) from None
    if not 0 <= share <= 100:  # noqa: PLR2004  # per cent
        raise ValueError(rule)
    return share


def _plan_or_violations(source: str) -> dict[str, Any]:
    if not source:
        return {"plan": None, "violations": ()}
    try:
        return {"plan": read_plan(source), "violations": ()}
    except InvalidPlan as error:
        return {"plan": None, "violations": error.violations}


def _card_before_start(experiment: Experiment, plan: Plan | None) -> Card | None:
    """Return what the test can see, as long as that can change a decision."""
    if plan is None or experiment.status not in {Status.DRAFT, Status.REVIEW}:
        return None
    return card_of(experiment, plan, today=timezone.now().date())


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
