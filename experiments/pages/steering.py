"""What may be done to an experiment that stands: moves, coverage, weights, the kill switch."""

from collections.abc import Callable, Iterable
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from experiments import definitions
from experiments.errors import ExperimentsError
from experiments.lifecycle import Move
from experiments.models import BUCKETS
from experiments.pages.details import found
from experiments.pages.people import editor, name_of
from experiments.pages.steps import STEPS
from experiments.templatetags.looks import percent


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

    return _change(request, key, act, typed=("percent",))


@require_POST
@editor
def weights(request: HttpRequest, key: str) -> HttpResponse:
    """Start the next version, with other weights."""
    names = {variant.key: f"weight-{variant.key}" for variant in found(key).variants.all()}

    def act() -> str:
        wanted = {
            variant: round(_share(request.POST.get(name, ""), "a share") * BUCKETS / 100)
            for variant, name in names.items()
        }
        if sum(wanted.values()) != BUCKETS:
            message = (
                f"The shares add up to {percent(sum(wanted.values()))}: they must add up to 100%."
            )
            raise ValueError(message)
        changed = definitions.reweigh(
            key, weights=wanted, actor=name_of(request), now=timezone.now()
        )
        return f"Version {changed.version} is served: everybody is drawn anew from now on."

    return _change(request, key, act, typed=tuple(names.values()))


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


def _change(
    request: HttpRequest, key: str, act: Callable[[], str], *, typed: Iterable[str] = ()
) -> HttpResponse:
    """Act and say so; after a refusal the page shows again what was `typed`."""
    page = reverse("experiment-detail", kwargs={"key": key})
    try:
        messages.success(request, act())
    except (ExperimentsError, ValueError) as error:
        messages.error(request, str(error))
        given = {name: request.POST.get(name, "") for name in typed}
        return redirect(f"{page}?{urlencode(given)}" if given else page)
    return redirect(page)


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
