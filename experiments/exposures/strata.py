"""Assigned units by what was known of them when the router asked, held to their weights."""

from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import Count, F, Min
from django.db.models.fields.json import KeyTextTransform

from experiments.assignment.refusals import violation
from experiments.design.balance import Balance, Cell, balance
from experiments.errors import InvalidRequest
from experiments.exposures.attributes import LONGEST_NAME
from experiments.exposures.reading import ANALYSED
from experiments.models import Experiment, Exposure

MOST_STRATA = 200
UNKNOWN = "(not known)"


Counts = dict[str, int]


class StratumCount(NamedTuple):
    """Units of a stratum that a version assigned to a variant."""

    version: int
    stratum: str
    variant: str
    units: int


def balance_by(experiment: Experiment, by: str) -> Balance:
    """Return how each stratum split, each version held to the weights that it had.

    Where clusters drew shares or slots were drawn, units are counted and not tested.

    Raises:
        InvalidRequest: as for `strata`.
    """
    known = {} if experiment.schedule or experiment.saturation else _weights(experiment)
    cells: dict[tuple[int, str], Counts] = {}
    for version, stratum, variant, units in strata(experiment.key, by):
        cells.setdefault((version, stratum), {})[variant] = units
    return balance(
        Cell(stratum=stratum, counts=counts, weights=known.get(version, {}))
        for (version, stratum), counts in cells.items()
    )


def strata(experiment: str, by: str) -> Iterator[StratumCount]:
    """Yield eligible, not forced units by version, value of `by` and assigned variant.

    `by` is `queue` or the name of an attribute. A unit counts once, by its first such row.

    Raises:
        InvalidRequest: `by` cannot be a name, or has more than 200 values.
    """
    if not 1 <= len(by) <= LONGEST_NAME:
        raise InvalidRequest(violation("by", by, f"must have 1 to {LONGEST_NAME} characters"))
    value = F("queue") if by == "queue" else KeyTextTransform(by, "attributes")
    own = Exposure.objects.filter(ANALYSED, experiment=experiment)
    first = own.values("unit_id").annotate(first=Min("id")).values("first")
    counted = (
        Exposure.objects.filter(pk__in=first)
        .annotate(stratum=value)
        .values_list("version", "stratum", "assigned_variant")
        .annotate(units=Count("id"))
        .order_by("version", "stratum", "assigned_variant")
    )
    rows = list(counted[: MOST_STRATA * MOST_STRATA])
    found = {stratum for _, stratum, _, _ in rows}
    if len(found) > MOST_STRATA:
        rule = f"must have at most {MOST_STRATA} values: it has {len(found)}"
        raise InvalidRequest(violation("by", by, rule))
    for version, stratum, variant, units in rows:
        name = UNKNOWN if stratum in {None, ""} else str(stratum)
        yield StratumCount(version, name, variant, units)


def _weights(experiment: Experiment) -> dict[int, Counts]:
    present = {variant.key: variant.weight for variant in experiment.variants.all()}
    past = {version.number: dict(version.weights) for version in experiment.past.all()}
    return {**past, experiment.version: present}
