"""The effects of one metric and variant in the levels of a segment, on a scale where they add."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from experiments.plan.document import Metric
from impact.analysis.ended_early import ENDED
from impact.analysis.epochs.mixing import CHANGED
from impact.analysis.estimates import Estimate
from impact.analysis.headlines import effect_row, headline_of
from impact.stats.segments.heterogeneity import LEAST

EXPLORATORY = "exploratory"


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentEffect:
    """One level: the row of its effect, the effect (for ratios the logarithm) and its error."""

    row: Estimate
    effect: float
    std_error: float

    @property
    def degrees(self) -> float:
        """The degrees of freedom of the error, infinite where it counts as known."""
        own = self.row.df if self.row.std_error else None
        return math.inf if own is None else own


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentEffects:
    """A column and variant: the levels with an effect, and how many there are in all.

    `taken_back` says why levels have none although there are data; "" where none was taken back.
    """

    column: str
    variant: str
    known: tuple[SegmentEffect, ...]
    levels: int
    taken_back: str = ""

    @property
    def numbers(self) -> tuple[list[float], list[float]]:
        """The effects of the levels, and their errors."""
        return [level.effect for level in self.known], [level.std_error for level in self.known]


def with_degrees(found: SegmentEffects) -> SegmentEffects:
    """Return the levels whose errors are known well enough for a test of several of them.

    >>> row = Estimate(metric="visits", kind="mean", method="welch", quantity="mean_difference",
    ...     std_error=0.5, df=3.0)
    >>> few = SegmentEffect(row=row, effect=1.0, std_error=0.5)
    >>> many = replace(few, row=replace(row, df=80.0))
    >>> tiers = SegmentEffects(column="tier", variant="b", known=(few, many), levels=2)
    >>> [level.degrees for level in with_degrees(tiers).known]
    [80.0]
    """
    known = tuple(level for level in found.known if level.degrees > LEAST)
    return replace(found, known=known)


def left_out(found: SegmentEffects, compared: int) -> str:
    """Say that levels are not compared and why: too few data, or taken back; "" where all are.

    >>> left_out(SegmentEffects(column="tier", variant="b", known=(), levels=4), 3)
    '1 of 4 levels without enough data left out'
    """
    missing = found.levels - compared
    if missing <= 0:
        return ""
    if found.taken_back:
        return f"{missing} of {found.levels} levels left out: {found.taken_back}"
    return f"{missing} of {found.levels} levels without enough data left out"


def segment_effects(
    metric: Metric, variant: str, column: str, estimates: Iterable[Estimate]
) -> SegmentEffects:
    """Return the effects of a metric on one variant in the levels of a column.

    >>> from experiments.plan.document import Kind, Role, Source, Table
    >>> metric = Metric(key="retention", role=Role.PRIMARY, kind=Kind.TIME_TO_EVENT,
    ...     source=Source(table=Table.CHURN))
    >>> row = Estimate(metric="retention", kind="time_to_event", method="cox", variant="b",
    ...     quantity="hazard_ratio", segment="tier=pro", value=0.8, std_error=0.1)
    >>> empty = replace(row, segment="tier=new", value=None)
    >>> found = segment_effects(metric, "b", "tier", [row, empty])
    >>> [(level.row.segment, round(level.effect, 4)) for level in found.known], found.levels
    ([('tier=pro', -0.2231)], 2)
    """
    quantity, start = headline_of(metric).effect, f"{column}="
    own = [
        row
        for row in estimates
        if (row.metric, row.quantity, row.variant) == (metric.key, quantity, variant)
        and row.segment.startswith(start)
    ]
    segments = dict.fromkeys(row.segment for row in own)
    rows = [effect_row(metric, variant, own, segment=segment) for segment in segments]
    found = (None if row is None else _effect(metric, row) for row in rows)
    return SegmentEffects(
        column=column,
        variant=variant,
        known=tuple(effect for effect in found if effect is not None),
        levels=len(segments),
        taken_back=next((reason for row in rows if row and (reason := _taken_back(row))), ""),
    )


def is_ratio(metric: Metric) -> bool:
    """Whether the metric's effect is a ratio, whose logarithm adds.

    >>> from experiments.plan.document import Kind, Role, Source, Table
    >>> source = Source(table=Table.CHURN)
    >>> is_ratio(Metric(key="left", role=Role.PRIMARY, kind=Kind.TIME_TO_EVENT, source=source))
    True
    >>> is_ratio(Metric(key="left", role=Role.PRIMARY, kind=Kind.PROPORTION, source=source))
    False
    """
    return headline_of(metric).no_effect == 1


def _taken_back(row: Estimate) -> str:
    """Return why a level that has data has no effect; "" where it has one, or too few data."""
    if row.value is not None:
        return ""
    if CHANGED in row.note:
        return CHANGED
    return f"observation {ENDED}" if ENDED in row.note else ""


def _effect(metric: Metric, row: Estimate) -> SegmentEffect | None:
    error = row.std_error or _share_error(row)
    if row.value is None or not error or (is_ratio(metric) and row.value <= 0):
        return None
    effect = math.log(row.value) if is_ratio(metric) else row.value
    return SegmentEffect(row=row, effect=effect, std_error=error)


def _share_error(row: Estimate) -> float | None:
    """Return the error of a difference of shares from its counts: Newcombe's row has none.

    Half a unit is added to each side, so that an arm in which nobody (or everybody) had the
    outcome still has an error (Agresti and Caffo 2000 add one).
    """
    counts = (row.events_variant, row.n_variant, row.events_baseline, row.n_baseline)
    if row.method != "newcombe" or None in counts:
        return None
    variance = 0.0
    for events, n in ((counts[0], counts[1]), (counts[2], counts[3])):
        share = ((events or 0) + 0.5) / ((n or 0) + 1)
        variance += share * (1 - share) / ((n or 0) + 1)
    return math.sqrt(variance)
