"""The effects of one metric and variant in the levels of a segment, on a scale where they add."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from experiments.plan.document import Metric
from impact.analysis.ended_early import ENDED
from impact.analysis.epochs.mixing import CHANGED
from impact.analysis.estimates import Estimate
from impact.analysis.few_units import ROUGH as FEW_UNITS
from impact.analysis.headlines import effect_row, headline_of
from impact.stats.means.ratio import ROUGH
from impact.stats.segments.heterogeneity import LEAST

EXPLORATORY = "exploratory"


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentEffect:
    """One level: the row of its effect, the effect (for ratios the logarithm) and its error.

    `degrees` of freedom of the error are infinite where it counts as known.
    """

    row: Estimate
    effect: float
    std_error: float
    degrees: float = math.inf


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

    >>> row = Estimate(metric="visits", kind="mean", method="welch", quantity="mean_difference")
    >>> few = SegmentEffect(row=row, effect=1.0, std_error=0.5, degrees=3.0)
    >>> many = replace(few, degrees=80.0)
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


def rough_levels(found: SegmentEffects) -> str:
    """Say that the errors compared are rough themselves, "" where none is.

    >>> row = Estimate(metric="spend", kind="mean", quantity="mean_difference", method="welch",
    ...     variant="b", segment="tier=pro", value=1.0, std_error=0.5, note=FEW_UNITS)
    >>> level = SegmentEffect(row=row, effect=1.0, std_error=0.5)
    >>> found = SegmentEffects(column="tier", variant="b", known=(level,), levels=1)
    >>> rough_levels(found) == FEW_UNITS, rough_levels(replace(found, known=()))
    (True, '')
    """
    marks = (ROUGH, FEW_UNITS)
    said = (mark for mark in marks if any(mark in level.row.note for level in found.known))
    return next(said, "")


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
    error, degrees = _error(row)
    if row.value is None or not error or (is_ratio(metric) and row.value <= 0):
        return None
    effect = math.log(row.value) if is_ratio(metric) else row.value
    return SegmentEffect(row=row, effect=effect, std_error=error, degrees=degrees)


def _error(row: Estimate) -> tuple[float | None, float]:
    """Return the error of a row and its degrees of freedom; of shares from their counts."""
    if row.std_error or row.method != "newcombe":
        return row.std_error, math.inf if row.df is None else row.df
    arms = ((row.events_variant, row.n_variant), (row.events_baseline, row.n_baseline))
    known = [(events, n) for events, n in arms if events is not None and n is not None and n > 1]
    return _share_error(*known) if len(known) == len(arms) else (None, math.inf)


def _share_error(*arms: tuple[int, int]) -> tuple[float, float]:
    """Return the error of a difference of shares, for which Newcombe has none, as Welch would.

    Half a unit is added to each side, so that an arm in which nobody (or everybody) had the
    outcome still has an error (Agresti and Caffo 2000 add one). Divided by n + 1 and taken for
    known, such errors find an interaction of twelve levels of 33 customers in one of four
    experiments without any.

    >>> error, degrees = _share_error((20, 40), (10, 40))
    >>> round(error, 4), round(degrees, 1)
    (0.1063, 76.6)
    """
    parts = []
    for events, n in arms:
        share = (events + 0.5) / (n + 1)
        parts.append((share * (1 - share) / (n - 1), n - 1))
    variance = sum(part for part, _ in parts)
    return math.sqrt(variance), variance**2 / sum(part**2 / df for part, df in parts)
