"""One metric of a plan, what is expected of it, and how many units of it are drawn."""

from dataclasses import dataclass

import numpy as np

from experiments.design.expectations import Expectation
from experiments.plan.document import Metric, Plan
from impact.simulation.trials.drawing.likeness import Alike, clustered
from impact.simulation.trials.drawing.scenario import Drawn, Scenario
from impact.simulation.trials.outcomes import Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """What is drawn: so many `units` (windows of time, where these alternate) of one metric."""

    plan: Plan
    metric: Metric
    expected: Expectation
    scenario: Scenario
    units: int

    def alike(self, rng: np.random.Generator) -> Alike | None:
        """Draw the clusters of the units; None where the metric names none."""
        if not self.metric.cluster:
            return None
        variation = self.scenario.groups.size_variation
        return clustered(self.units, self.expected.cluster_size, variation, rng)

    def together(self, alike: Alike | None) -> Integers | None:
        """Return which units get one arm together; None where each is drawn by itself."""
        if alike is None or self.scenario.groups.drawn is Drawn.UNITS:
            return None
        return alike.of_unit
