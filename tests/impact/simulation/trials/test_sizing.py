"""What a formula is told of the units of a simulation: the spread that they are drawn with."""

import math
from dataclasses import replace

import numpy as np
import pytest

from experiments.design import switchbacks
from experiments.design.expectations import Expectation
from experiments.plan.document import Direction, Kind, Source, Table
from experiments.plan.switchback import Switchback
from impact.simulation.trials.counting import alone, final_plan
from impact.simulation.trials.drawing.assumed import Assumed
from impact.simulation.trials.drawing.scenario import Alternation, Scenario
from impact.simulation.trials.drawing.windows import contacts_in_windows
from impact.simulation.trials.effects import with_effect
from impact.simulation.trials.outcomes import Outcomes
from impact.simulation.trials.sizing import window_power
from tests.impact.analysis.building import RETENTION, SPEND, plan_of

RESOLVED = replace(
    SPEND,
    key="resolved",
    kind=Kind.PROPORTION,
    source=Source(table=Table.CONTACTS, column="resolved"),
    window=1,
)
PLAN = replace(final_plan(plan_of(RETENTION, RESOLVED)), switchback=Switchback())


def windows(units: int, direction: Direction, baseline: float) -> Assumed:
    """A window of 40 contacts a day, which share nothing with those of other days."""
    plan = alone(PLAN, "resolved")
    metric = replace(plan.primary, direction=direction)
    expected = Expectation(per_day=1, baseline=baseline, icc=0.1, cluster_size=40)
    scenario = Scenario(windows=Alternation(windows_a_day=1))
    return Assumed(
        plan=replace(plan, metrics=(metric,)),
        metric=metric,
        expected=expected,
        scenario=scenario,
        units=units,
    )


def variance(drawn: Outcomes) -> float:
    """Return the variance between the windows' shares."""
    assert drawn.slots is not None
    happened = drawn.values["resolved"].column("y")
    found = np.bincount(drawn.slots.of_unit, happened) / np.bincount(drawn.slots.of_unit)
    return float(found.var(ddof=1))


@pytest.mark.parametrize(
    ("direction", "baseline", "change"),
    [(Direction.INCREASE, 0.7, 0.12), (Direction.DECREASE, 0.3, 0.3)],
)
def test_windows_with_a_changed_share_spread_as_they_are_drawn(
    direction: Direction, baseline: float, change: float
) -> None:
    rng, many = np.random.default_rng(5), windows(8000, direction, baseline)
    before = contacts_in_windows(many, rng)
    everybody = np.ones(before.size, dtype=np.bool_)
    after = with_effect(many.metric, before, everybody, change, rng)
    apart = math.sqrt(variance(before) + variance(after)) / baseline

    found = window_power(windows(100, direction, baseline), change)

    assert 0.5 < switchbacks.power(50, change, apart) < 0.95
    assert found == pytest.approx(switchbacks.power(50, change, apart), abs=0.02)


def test_a_share_that_cannot_rise_by_so_much_has_no_formula() -> None:
    assert window_power(windows(100, Direction.INCREASE, 0.7), 0.5) is None
