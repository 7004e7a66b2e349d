"""What a comparison can see by a day after the start, one class per kind of metric.

Changes are relative and positive, in the direction that is good, as they show by assignment.
"""

import math
from dataclasses import dataclass
from typing import Protocol

from experiments.design import means, proportions, quantiles
from experiments.design.counted import Watch, Window
from experiments.design.demands import Demands, Unreachable
from experiments.design.follow_up import smallest_reduction
from experiments.design.log_rank import log_rank_power


class Sight(Protocol):
    """Power and its inverse by calendar day."""

    @property
    def largest(self) -> float:
        """The change that no policy reaches: everybody stays, or it happens for everybody."""
        ...

    def power(self, day: float, change: float) -> float:
        """Return the chance that a change is found on that day."""
        ...

    def detectable(self, day: float) -> float | Unreachable:
        """Return the smallest change that is found with the power demanded."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalSight:
    """Time to churn by the log-rank test: all who joined are watched until the day."""

    watch: Watch
    demands: Demands

    @property
    def largest(self) -> float:
        """Churn cannot fall by more than all of it."""
        return 1.0

    def power(self, day: float, change: float) -> float:
        """Return the chance that so large a fall of the hazard is found on that day."""
        return self._found(day, self.watch.leaving(day), change)

    def detectable(self, day: float) -> float | Unreachable:
        """Return the smallest fall of the hazard that is found."""
        control = self.watch.leaving(day)
        return smallest_reduction(
            lambda change: self._found(day, control, change), self.demands.power
        )

    def _found(self, day: float, control: float, change: float) -> float:
        share = self.watch.comparison.share
        variant = self.watch.leaving(day, 1 - change)
        events = self.watch.customers(day) * ((1 - share) * control + share * variant)
        return log_rank_power(events, 1 - change, share=share, alpha=self.demands.alpha)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProportionSight:
    """Whether it happened within a window: the score test on mature units."""

    window: Window
    demands: Demands
    baseline: float
    rises: bool

    @property
    def largest(self) -> float:
        """It cannot happen for fewer than nobody or more than everybody."""
        return 1 / self.baseline - 1 if self.rises else 1.0

    def power(self, day: float, change: float) -> float:
        """Return the chance that so large a relative change is found on that day."""
        variant = self.baseline * (1 + change if self.rises else 1 - change)
        units = self.window.mature(day)
        if not units or not 0 < variant < 1:
            return 0.0
        share, alpha = self.window.comparison.share, self.demands.alpha
        return proportions.power(units, self.baseline, variant, share=share, alpha=alpha)

    def detectable(self, day: float) -> float | Unreachable:
        """Return the smallest relative change that is found."""
        units = self.window.mature(day)
        if not units:
            return self.window.nobody
        found = proportions.detectable_proportion(
            units,
            self.baseline,
            rises=self.rises,
            share=self.window.comparison.share,
            demands=self.demands,
        )
        return found if isinstance(found, Unreachable) else abs(found / self.baseline - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanSight:
    """A number or a ratio per unit: the t-test on mature units. The deviation is of a mean of 1."""

    window: Window
    demands: Demands
    deviation: float

    @property
    def largest(self) -> float:
        """A mean has no bound."""
        return math.inf

    def power(self, day: float, change: float) -> float:
        """Return the chance that so large a relative change is found on that day."""
        units = self.window.mature(day)
        if units < means.FEWEST:
            return 0.0
        share, alpha = self.window.comparison.share, self.demands.alpha
        return means.power(units, change, self.deviation, share=share, alpha=alpha)

    def detectable(self, day: float) -> float | Unreachable:
        """Return the smallest relative change that is found."""
        units = self.window.mature(day)
        if units < means.FEWEST:
            return self.window.nobody
        share = self.window.comparison.share
        return means.detectable_difference(units, self.deviation, share=share, demands=self.demands)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantileSight:
    """A quantile of lognormal values, one of each mature unit. The deviation is relative to it."""

    window: Window
    demands: Demands
    deviation: float
    rises: bool

    @property
    def largest(self) -> float:
        """It cannot fall by more than all of it; to rise it has no bound."""
        return math.inf if self.rises else 1.0

    def power(self, day: float, change: float) -> float:
        """Return the chance that so large a relative change is found on that day."""
        units = self.window.mature(day)
        if units < means.FEWEST:
            return 0.0
        signed = change if self.rises else -change
        share, alpha = self.window.comparison.share, self.demands.alpha
        return quantiles.power(units, signed, self.deviation, share=share, alpha=alpha)

    def detectable(self, day: float) -> float | Unreachable:
        """Return the smallest relative change that is found."""
        units = self.window.mature(day)
        if units < means.FEWEST:
            return self.window.nobody
        found = quantiles.detectable_change(
            units,
            self.deviation,
            rises=self.rises,
            share=self.window.comparison.share,
            demands=self.demands,
        )
        return abs(found)
