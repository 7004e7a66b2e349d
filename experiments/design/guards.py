"""What guardrails can rule out by a day after the start, one class per kind of metric.

Sized for a policy that does neither harm nor good: then adherence changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from experiments.design.counted import Watch, Window
from experiments.design.demands import Demands, Unreachable
from experiments.design.enrolment import Joining
from experiments.design.first_day import Needed, first_day
from experiments.design.margins import hazards, proportions
from experiments.design.margins import means as margins_of_means
from experiments.design.means import FEWEST
from experiments.plan.document import Metric

NO_EVENT = Unreachable(reason="Nobody is expected to have left by then.")


class Scale(StrEnum):
    """What a margin is measured in: a hazard ratio, a share of units, a share of the level."""

    HAZARD_RATIO = "hazard_ratio"
    SHARE_OF_UNITS = "share_of_units"
    SHARE_OF_LEVEL = "share_of_level"


class Guard(Protocol):
    """What harm is ruled out, by calendar day."""

    @property
    def scale(self) -> Scale:
        """What margins are measured in."""
        ...

    def power(self, day: float, margin: float) -> float:
        """Return the chance that harm of the margin or more is ruled out on that day."""
        ...

    def margin(self, day: float) -> float | Unreachable:
        """Return the smallest margin that is ruled out with the power demanded."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """The smallest margin that is ruled out by a day."""

    day: int
    margin: float | Unreachable


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """A guardrail: when its own margin is ruled out, and which margins by when.

    `needed` is None where the margin is in the metric's own unit, whose level nobody was asked for.
    """

    metric: Metric
    scale: Scale
    needed: Needed | Unreachable | None
    ruled: tuple[Ruled, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalGuard:
    """More churn, as a hazard ratio: all who joined are watched until the day."""

    watch: Watch
    demands: Demands
    scale: Scale = Scale.HAZARD_RATIO

    def power(self, day: float, margin: float) -> float:
        """Return the chance that so large a ratio is ruled out on that day."""
        if not (events := self._events(day)):
            return 0.0
        share, alpha = self.watch.comparison.share, self.demands.alpha
        return hazards.power(events, margin, share=share, alpha=alpha)

    def margin(self, day: float) -> float | Unreachable:
        """Return the smallest ratio that is ruled out."""
        if not (events := self._events(day)):
            return NO_EVENT
        share = self.watch.comparison.share
        return hazards.detectable_margin(events, share=share, demands=self.demands)

    def _events(self, day: float) -> float:
        return self.watch.customers(day) * self.watch.leaving(day)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProportionGuard:
    """A share of units that moves to the wrong side, in points: mature units."""

    window: Window
    demands: Demands
    baseline: float
    scale: Scale = Scale.SHARE_OF_UNITS

    def power(self, day: float, margin: float) -> float:
        """Return the chance that so many points are ruled out on that day."""
        if not (units := self.window.mature(day)):
            return 0.0
        share, alpha = self.window.comparison.share, self.demands.alpha
        return proportions.power(units, margin, self.baseline, share=share, alpha=alpha)

    def margin(self, day: float) -> float | Unreachable:
        """Return how few points are ruled out."""
        if not (units := self.window.mature(day)):
            return self.window.nobody
        share = self.window.comparison.share
        return proportions.detectable_margin(
            units, self.baseline, share=share, demands=self.demands
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanGuard:
    """A mean, ratio or quantile, relative to its level: the deviation is of a level of 1."""

    window: Window
    demands: Demands
    deviation: float
    scale: Scale = Scale.SHARE_OF_LEVEL

    def power(self, day: float, margin: float) -> float:
        """Return the chance that so large a share of the level is ruled out on that day."""
        if (units := self.window.mature(day)) < FEWEST:
            return 0.0
        share, alpha = self.window.comparison.share, self.demands.alpha
        return margins_of_means.power(units, margin, self.deviation, share=share, alpha=alpha)

    def margin(self, day: float) -> float | Unreachable:
        """Return how small a share of the level is ruled out."""
        if (units := self.window.mature(day)) < FEWEST:
            return self.window.nobody
        share = self.window.comparison.share
        return margins_of_means.detectable_margin(
            units, self.deviation, share=share, demands=self.demands
        )


def guarded(
    metric: Metric, guard: Guard, enrolment: Joining, *, demanded: float, days: Iterable[int]
) -> Guarded:
    """Return what a guardrail rules out, and when it rules out its own margin.

    >>> from experiments.design.comparisons import Comparison
    >>> from experiments.design.enrolment import Enrolment
    >>> from experiments.plan.document import Kind, Role, Source, Table
    >>> resolved = Metric(key="resolved", role=Role.GUARDRAIL, kind=Kind.PROPORTION, margin=0.02,
    ...                   source=Source(table=Table.CONTACTS, column="resolved"))
    >>> joining, both = Enrolment(per_day=100), Comparison(variant="b", part=1.0, share=0.5)
    >>> window = Window(enrolment=joining, comparison=both, days=30)
    >>> guard = ProportionGuard(window=window, demands=Demands(), baseline=0.9)
    >>> guarded(resolved, guard, joining, demanded=0.8, days=()).needed  # 7,064 units, then 30 days
    Needed(days=101, units=10100)
    """
    return Guarded(
        metric=metric,
        scale=guard.scale,
        needed=_needed(metric, guard, enrolment, demanded),
        ruled=tuple(Ruled(day=day, margin=guard.margin(day)) for day in days),
    )


def _needed(
    metric: Metric, guard: Guard, enrolment: Joining, demanded: float
) -> Needed | Unreachable | None:
    margin = metric.margin
    if margin is None or guard.scale is Scale.SHARE_OF_LEVEL:
        return None
    return first_day(lambda day: guard.power(day, margin), demanded, enrolment)
