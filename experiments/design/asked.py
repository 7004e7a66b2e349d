"""Which formula answers for a metric of a plan, with what is expected of it."""

from dataclasses import dataclass

from experiments.design.clusters import design_effect
from experiments.design.comparisons import Comparison
from experiments.design.counted import Watch, Window
from experiments.design.demands import Demands
from experiments.design.enrolment import Joining
from experiments.design.expectations import Expectation
from experiments.design.follow_up import daily_hazard
from experiments.design.guards import Guard, MeanGuard, ProportionGuard, SurvivalGuard
from experiments.design.sights import (
    MeanSight,
    ProportionSight,
    QuantileSight,
    Sight,
    SurvivalSight,
)
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
    def watch(self) -> Watch:
        """How customers are watched until they leave."""
        lost = self.expected.monthly_loss
        return Watch(
            enrolment=self.enrolment,
            comparison=self.comparison,
            hazard=daily_hazard(self.expected.monthly_churn),
            loss=daily_hazard(lost) if lost else 0.0,
        )

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
    """Return what a comparison can see of a metric.

    >>> from experiments.design.enrolment import Enrolment
    >>> from experiments.plan.document import Role, Source, Table, Unit
    >>> talk = Metric(key="talk", role=Role.PRIMARY, kind=Kind.MEAN, window=30,
    ...               source=Source(table=Table.CONTACTS, column="handle_seconds"))
    >>> plan = Plan(key="scripts", unit=Unit.CUSTOMER, control="old", metrics=(talk,),
    ...             weights=(("old", 5000), ("new", 5000)))
    >>> both = Comparison(variant="new", part=1.0, share=0.5)
    >>> asked = Asked(plan, Expectation(per_day=1000), Enrolment(per_day=1000), both)
    >>> round(sight_of(talk, asked).detectable(40), 5)  # of 10,000 whose 30 days are over
    0.05604
    """
    match metric.kind:
        case Kind.TIME_TO_EVENT:
            return SurvivalSight(watch=asked.watch, demands=asked.demands)
        case Kind.PROPORTION:
            return ProportionSight(
                window=asked.window(metric),
                demands=asked.demands,
                baseline=baseline_of(metric, asked.expected),
                rises=metric.direction is Direction.INCREASE,
            )
        case Kind.MEAN | Kind.RATIO:
            deviation = deviation_of(asked.plan, metric, asked.expected)
            return MeanSight(
                window=asked.window(metric), demands=asked.demands, deviation=deviation
            )
        case Kind.QUANTILE:
            return QuantileSight(
                window=asked.window(metric),
                demands=asked.demands,
                deviation=deviation_of(asked.plan, metric, asked.expected),
                rises=metric.direction is Direction.INCREASE,
            )


def guard_of(metric: Metric, asked: Asked) -> Guard:
    """Return what a comparison can rule out of a guardrail.

    >>> from experiments.design.enrolment import Enrolment
    >>> from experiments.plan.document import Role, Source, Table, Unit
    >>> resolved = Metric(key="resolved", role=Role.GUARDRAIL, kind=Kind.PROPORTION, window=30,
    ...                   source=Source(table=Table.CONTACTS, column="resolved"), margin=0.02)
    >>> plan = Plan(key="scripts", unit=Unit.CUSTOMER, control="old", metrics=(resolved,),
    ...             weights=(("old", 5000), ("new", 5000)))
    >>> both = Comparison(variant="new", part=1.0, share=0.5)
    >>> asked = Asked(plan, Expectation(per_day=1000), Enrolment(per_day=1000), both)
    >>> round(guard_of(resolved, asked).power(40, 0.02), 4)  # of 10,000, of whom 70 % resolve
    0.5879
    """
    match metric.kind:
        case Kind.TIME_TO_EVENT:
            return SurvivalGuard(watch=asked.watch, demands=asked.demands)
        case Kind.PROPORTION:
            baseline = baseline_of(metric, asked.expected)
            return ProportionGuard(
                window=asked.window(metric), demands=asked.demands, baseline=baseline
            )
        case Kind.MEAN | Kind.RATIO | Kind.QUANTILE:
            deviation = deviation_of(asked.plan, metric, asked.expected)
            return MeanGuard(
                window=asked.window(metric), demands=asked.demands, deviation=deviation
            )
