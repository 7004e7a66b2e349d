"""Parts of a report that pages about experiments ask for: they know nothing of impact."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from impact.analysis.estimates import Verdict
from impact.models import Run
from impact.pages.people import reader
from impact.pages.reports import ANSWER, LARGE, UNDER_WAY, name_runs
from impact.reports.sections.answer import effect_words
from impact.reports.stored import stored_findings

MOST_KEYS = 100
MOST_RUNS = 5
UNREAD = ("statistics", "charts", "lake_versions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What the latest report of an experiment says, in a few words."""

    experiment: str
    run_id: str
    verdict: Verdict
    is_reliable: bool
    words: str


@require_GET
@reader
def report_effects(request: HttpRequest) -> HttpResponse:
    """Answer the latest effect of each experiment asked for, each for its own place."""
    keys = request.GET.get("keys", "").split(",")[:MOST_KEYS]
    effects = [_effect(run) for run in _latest(keys).defer(*UNREAD)]
    return render(request, "impact/report_effects.html", {"effects": effects})


@require_GET
@reader
def report_panel(request: HttpRequest, key: str) -> HttpResponse:
    """Answer the card of an experiment's reports; it asks again while one is computed."""
    runs = Run.objects.filter(experiment=key).defer(*LARGE)
    recent = list(runs[:MOST_RUNS])
    latest = list(_latest([key]).defer(*LARGE).annotate(**ANSWER))
    name_runs(latest)
    context = {
        "key": key,
        "latest": next(iter(latest), None),
        "runs": recent,
        "is_under_way": any(run.status in UNDER_WAY for run in recent),
    }
    return render(request, "impact/report_panel.html", context)


def newest_done(keys: Iterable[str]) -> list[str]:
    """Return the id of the newest finished run of each experiment."""
    done = Run.objects.filter(experiment__in=keys, status=Run.Status.DONE)
    ordered = done.order_by("as_of", "requested_at").values_list("experiment", "id")
    return list(dict(ordered).values())


def _latest(keys: Iterable[str]) -> QuerySet[Run]:
    return Run.objects.filter(pk__in=newest_done(keys))


def _effect(run: Run) -> Effect:
    findings = stored_findings(run)
    return Effect(
        experiment=run.experiment,
        run_id=run.id,
        verdict=findings.results.decision.verdict,
        is_reliable=not findings.results.split_is_broken,
        words=effect_words(findings) or findings.results.answer,
    )
