"""Everything that a check may look at, gathered once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from experiments.plan.document import Plan
from impact.analysis.checks.saturated import Split
from impact.analysis.estimates import Estimate
from impact.analysis.sufficient import ArmAnswers, ArmCount, ArmProportion, CheckCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckContext:
    """The plan, what was counted and when; `final` when the fixed-sample answer may be read.

    `estimates` are the rows of all metrics, for checks of what they rest on. `clusters` counts
    whole clusters by variant, where each is in one arm; else it is empty. `splits` are those by
    the share that clusters drew, or by version, where these have weights of their own.
    """

    plan: Plan
    counts: CheckCounts
    arms: tuple[ArmCount, ...]
    as_of: datetime
    final: bool
    estimates: tuple[Estimate, ...] = ()
    answers: Mapping[str, tuple[ArmAnswers, ...]] = field(default_factory=dict)
    ended_early: Mapping[str, tuple[ArmProportion, ...]] = field(default_factory=dict)
    clusters: tuple[tuple[str, int], ...] = ()
    splits: tuple[Split, ...] = ()

    @property
    def look(self) -> int | None:
        """The number of the look, None when the final answer may be read."""
        return self.plan.looks.number_on(self.as_of.astimezone(self.plan.zone).date())

    @property
    def n_units(self) -> int:
        """Units of all arms, eligible or not."""
        return sum(arm.n_units for arm in self.arms)

    @property
    def is_grouped(self) -> bool:
        """Whether whole groups of units were randomised: a cluster's, or those of a window.

        Units of a group are alike, so that a test of units would find what is chance of the draw.
        Where agents or teams are the units themselves, they are no groups.
        """
        named = any(metric.cluster for metric in self.plan.metrics)
        return bool(self.clusters) and (named or self.plan.switchback is not None)

    def p_value(self, p_value: float) -> str:
        """Return a fixed-sample p-value in brackets, nothing while it may not be read yet."""
        return f" (p = {p_value:.3g})" if self.final else ""

    def units(self, number: int) -> str:
        """Return a count of units in words."""
        noun = self.plan.unit.value
        return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
