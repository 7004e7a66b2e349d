"""Which formula answers for a metric of a plan, with what is expected of it."""

from dataclasses import dataclass

from experiments.design.clusters import design_effect
from experiments.design.comparisons import Comparison
from experiments.design.demands import Demands
from experiments.design.enrolment import Joining
from experiments.design.expectations import Expectation
from experiments.design.follow_up import daily_hazard
from experiments.design.guards import Guard, MeanGuard, ProportionGuard, SurvivalGuard
from experiments.design.sights import MeanSight, ProportionSight, Sight, SurvivalSight, Window
from experiments.design.spreads import baseline_of, deviation_of
from experiments.plan.document import Direction, Kind, Metric, Plan


@dataclass(frozen=True, slots=True)
class Asked:
    """A plan, what is expected, who joins when, and the comparison that decides."""

    plan: Plan
    expected: Expectation
    enrolment: Joining
    comparison: Comparison

    @property
    def demands(self) -> Demands:
        """The error rates of the plan's tests."""
        return Demands(alpha=1 - self.plan.confidence_level, power=self.expected.power)

    @property
    def hazard(self) -> float:
        """The rate of churn a day."""
        return daily_hazard(self.expected.monthly_churn)

    @property
    def loss(self) -> float:
        """The rate a day of those who leave sight."""
        lost = self.expected.monthly_loss
        return daily_hazard(lost) if lost else 0.0

    def window(self, metric: Metric) -> Window:
        """Return how units of a metric count once their window is over."""
        alike = design_effect(self.expected.cluster_size, self.expected.icc)
        return Window(
            enrolment=self.enrolment,
            comparison=self.comparison,
            days=metric.window or int(metric.horizon or 0),
            alike=alike if self.plan.switchback else 1.0,
        )


def sight_of(metric: Metric, asked: Asked) -> Sight:
    """Return what a comparison can see of a metric."""
    match metric.kind:
        case Kind.TIME_TO_EVENT:
            return SurvivalSight(
                enrolment=asked.enrolment,
                comparison=asked.comparison,
                demands=asked.demands,
                hazard=asked.hazard,
                loss=asked.loss,
            )
        case Kind.PROPORTION:
            return ProportionSight(
                window=asked.window(metric),
                demands=asked.demands,
                baseline=baseline_of(metric, asked.expected),
                rises=metric.direction is Direction.INCREASE,
            )
        case Kind.MEAN | Kind.RATIO | Kind.QUANTILE:
            return MeanSight(
                window=asked.window(metric),
                demands=asked.demands,
                deviation=deviation_of(asked.plan, metric, asked.expected),
            )


def guard_of(metric: Metric, asked: Asked) -> Guard:
    """Return what a comparison can rule out of a guardrail."""
    match metric.kind:
        case Kind.TIME_TO_EVENT:
            return SurvivalGuard(
                enrolment=asked.enrolment,
                comparison=asked.comparison,
                demands=asked.demands,
                hazard=asked.hazard,
                loss=asked.loss,
            )
        case Kind.PROPORTION:
            return ProportionGuard(
                window=asked.window(metric),
                demands=asked.demands,
                baseline=baseline_of(metric, asked.expected),
            )
        case Kind.MEAN | Kind.RATIO | Kind.QUANTILE:
            return MeanGuard(
                window=asked.window(metric),
                demands=asked.demands,
                deviation=deviation_of(asked.plan, metric, asked.expected),
            )
