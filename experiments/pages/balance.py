"""Balance of the arms by stratum: who was assigned what, among those who are alike."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from experiments import exposures
from experiments.design.balance import Balance
from experiments.errors import InvalidPlan, InvalidRequest
from experiments.models import Experiment
from experiments.pages.details import found
from experiments.pages.people import viewer
from experiments.plan.reading import read_plan

ALARM = 0.001


@viewer
def balance(request: HttpRequest, key: str) -> HttpResponse:
    """Show the strata of one attribute, and the test of all of them."""
    experiment = found(key)
    names = _names(experiment)
    by = request.GET.get("by") or names[0]
    counted: Balance | None = None
    error = ""
    try:
        counted = exposures.balance_by(experiment, by)
    except InvalidRequest as refusal:
        error = str(refusal)
    context = {
        "section": "experiments",
        "experiment": experiment,
        "names": names,
        "by": by,
        "error": error,
        "balance": counted,
        "variants": [variant.title or variant.key for variant in experiment.variants.all()],
        "rows": _rows(experiment, counted),
        "is_alarming": counted and counted.p_value is not None and counted.p_value < ALARM,
    }
    return render(request, "experiments/balance.html", context)


def _names(experiment: Experiment) -> list[str]:
    """Return what the plan splits by, then the queue."""
    try:
        plan = read_plan(experiment.plan_source)
    except InvalidPlan:
        return ["queue"]
    strata = [name for metric in plan.metrics for name in metric.strata]
    return list(dict.fromkeys([*plan.segments, *strata, "queue"]))


def _rows(
    experiment: Experiment, counted: Balance | None
) -> list[tuple[str, list[tuple[int, float | None]]]]:
    keys = [variant.key for variant in experiment.variants.all()]
    return [
        (each.name, [(each.counts.get(key, 0), each.expected.get(key)) for key in keys])
        for each in (counted.strata if counted else ())
    ]
