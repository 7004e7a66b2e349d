"""The whole schedule of a switchback, for planners and supervisors, before it begins."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from experiments.definitions.published import PublishedSlot, published_schedule
from experiments.errors import ExperimentsError
from experiments.pages.details import found
from experiments.pages.people import viewer

DAYS_PER_WEEK = 7
TINTS = 6  # of the style sheet
ONE_MINUTE = timedelta(minutes=1)


class Cell(NamedTuple):
    """What a slot drew, and which of the tints shows that: equal draws have the same."""

    drawn: str = ""
    tint: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Seven days in a row, and per hour what each drew: empty where there is no slot."""

    number: int
    days: Sequence[date]
    rows: Sequence[tuple[str, Sequence[Cell]]]


@viewer
def schedule(request: HttpRequest, key: str) -> HttpResponse:
    """Show week by week which variant every slot has."""
    experiment = found(key)
    try:
        listed = published_schedule(experiment)
    except ExperimentsError as error:
        raise Http404(str(error)) from None
    titles = {variant.key: variant.title or variant.key for variant in experiment.variants.all()}
    context = {
        "section": "experiments",
        "experiment": experiment,
        "schedule": experiment.schedule,
        "burn_in": (listed[0].burn_in_until - listed[0].begins_at) // ONE_MINUTE,
        "weeks": list(weeks(listed, date.fromisoformat(experiment.schedule["starts_on"]), titles)),
        "n_slots": len(listed),
    }
    return render(request, "experiments/schedule.html", context)


def weeks(
    listed: Iterable[PublishedSlot], starts_on: date, titles: Mapping[str, str]
) -> Iterator[Week]:
    """Yield the slots as tables of weeks: hours down, days across."""
    published = list(listed)
    shares = sorted({float(slot.saturation) for slot in published if slot.saturation})
    levels = [f"{share:g}" for share in shares] or list(titles)
    tints = {level: place % TINTS for place, level in enumerate(levels)}
    by_week: dict[int, dict[tuple[date, str], Cell]] = {}
    for slot in published:
        day, _, clock = slot.slot.partition("T")
        on = date.fromisoformat(day)
        week = (on - starts_on).days // DAYS_PER_WEEK
        drawn = f"{slot.saturation}%" if slot.saturation else titles[slot.variant]
        tint = tints[slot.saturation or slot.variant]
        by_week.setdefault(week, {})[on, clock] = Cell(drawn, tint)
    for week, found_slots in by_week.items():
        first = starts_on + timedelta(days=week * DAYS_PER_WEEK)
        days = [first + timedelta(days=offset) for offset in range(DAYS_PER_WEEK)]
        clocks = sorted({clock for _, clock in found_slots})
        rows = [
            (clock, [found_slots.get((day, clock), Cell()) for day in days]) for clock in clocks
        ]
        yield Week(number=week + 1, days=days, rows=rows)
