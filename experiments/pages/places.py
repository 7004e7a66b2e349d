"""The card of an experiment that says from which queues and routers it was asked for."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from experiments.exposures import Place, PlaceCount, by_place
from experiments.pages.details import found
from experiments.pages.people import viewer

MOST_SHOWN = 12


class Row(NamedTuple):
    """One place as the card shows it: shares in per cent, by title in the order of the plan."""

    place: str
    rows: int
    split: tuple[tuple[str, float], ...]
    served: float
    applied: float
    kept: float | None


@viewer
def places(request: HttpRequest, key: str) -> HttpResponse:
    """Answer the card."""
    experiment = found(key)
    variants = {each.key: each.title or each.key for each in experiment.variants.all()}
    counted = {place: by_place(key, place) for place in Place}
    context = {
        "titles": list(variants.values()),
        "planned": [each.weight / 100 for each in experiment.variants.all()],
        "tables": [
            (place.value, list(_rows(counts[:MOST_SHOWN], variants)), len(counts) - MOST_SHOWN)
            for place, counts in counted.items()
            if counts
        ],
    }
    return render(request, "experiments/places.html", context)


def _rows(counts: tuple[PlaceCount, ...], variants: Mapping[str, str]) -> Iterator[Row]:
    for each in counts:
        yield Row(
            place=each.place,
            rows=each.rows,
            split=tuple(
                (title, _percent(each.asked.get(key, 0), each.rows))
                for key, title in variants.items()
            ),
            served=_percent(each.served, each.rows),
            applied=_percent(each.applied, each.rows),
            kept=_percent(each.kept, each.applied) if each.applied else None,
        )


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole
