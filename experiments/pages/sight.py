"""What a test can see: the card answers anew whenever an answer or the plan changes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from experiments.errors import InvalidPlan
from experiments.pages.details import found
from experiments.pages.people import viewer
from experiments.pages.sight_card import card_of
from experiments.plan.document import Plan
from experiments.plan.reading import read_plan


@require_POST
@viewer
def sight(request: HttpRequest, key: str) -> HttpResponse:
    """Answer what the plan as it stands can show, from the answers as they stand."""
    experiment = found(key)
    plan = _read(request.POST.get("source", experiment.plan_source))
    card = card_of(experiment, plan, today=timezone.now().date(), answers=request.POST)
    context = {
        "experiment": experiment,
        "plan": plan,
        "card": card,
        "is_new_form": request.POST.get("shape", "") != card.shape,
    }
    return render(request, "experiments/sight_answer.html", context)


def _read(source: str) -> Plan | None:
    try:
        return read_plan(source)
    except InvalidPlan:
        return None
