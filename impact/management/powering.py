"""Power by simulation: a grid of sizes and effects, each drawn many times and counted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from experiments.design.expectations import Expectation
from experiments.design.unit_notes import CLUSTERS
from experiments.plan.canonical import plan_sha256
from experiments.plan.document import Plan
from impact.management.countdown import Countdown
from impact.management.demo.progress import Output
from impact.management.power_questions import on_level, simulated
from impact.management.trial_results import Outcome, results
from impact.simulation.trials.counting import alone, final_plan
from impact.simulation.trials.drawing.assumed import Assumed
from impact.simulation.trials.drawing.population import population_of
from impact.simulation.trials.drawing.scenario import Scenario, Through
from impact.simulation.trials.effects import Manner
from impact.simulation.trials.formulas import formula_power, formula_safety
from impact.simulation.trials.running import Treatment, Trials, run_trials, treatment_of
from impact.simulation.trials.splitting import Split, alternating_split, weighted_split

WINDOW = "window"
OF_ALL = ("accrual", "days", "shape", "zeros", "law", "level")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Sizes (units of all arms) and effects (relative, in the good direction) to try."""

    units: Sequence[int]
    effects: Sequence[float]
    repeats: int
    seed: int
    delay: int = 0


def simulate_power(
    plan: Plan, key: str, expected: Expectation, scenario: Scenario, grid: Grid, out: Output
) -> dict[str, Any]:
    """Return the document: one row per size and effect.

    Raises:
        InvalidRequest: the metric cannot be simulated, or a number is out of its range.
    """
    metric = on_level(simulated(plan, key), scenario.level)
    bare = alone(replace(final_plan(plan), metrics=(metric,)), key)
    countdown = Countdown(
        out, total=len(grid.units) * len(grid.effects) * grid.repeats, what="experiments"
    )
    assumed = Assumed(plan=bare, metric=bare.primary, expected=expected, scenario=scenario, units=0)
    return {
        "experiment": plan.key,
        "plan_sha256": plan_sha256(plan),
        "metric": key,
        "unit": plan.unit.value if plan.switchback is None else WINDOW,
        "seed": grid.seed,
        "repeats": grid.repeats,
        "alpha": round(1 - plan.confidence_level, 12),
        "assumed": _told(assumed) | {"delay": grid.delay},
        "rows": list(_rows(assumed, grid, countdown)),
    }


def _rows(assumed: Assumed, grid: Grid, countdown: Countdown) -> Iterator[dict[str, Any]]:
    places = [(units, change) for units in grid.units for change in grid.effects]
    adherence, carried = assumed.expected.adherence, assumed.scenario.windows.carried
    through = assumed.scenario.payments.through
    how = Manner(delay=grid.delay, by_staying=through is Through.CHURN)
    for number, (units, change) in enumerate(places):
        drawn = replace(assumed, units=units)
        changes = {assumed.metric.key: change} if change else {}
        treatment = treatment_of(changes, adherence, how=how, carried=carried)
        trials = Trials()
        for trials in run_trials(
            assumed.plan,
            population_of(drawn),
            _split(drawn),
            repeats=grid.repeats,
            rng=np.random.default_rng([grid.seed, units]),
            treatment=treatment,
        ):
            countdown.tell(number * grid.repeats + trials.run)
        row = _row(assumed.plan, trials, treatment, units) | {"effect": change}
        if grid.delay and change:
            yield row | {"formula": None, "formula_safe": None}
        else:
            yield row | {
                "formula": formula_power(drawn, change * adherence),
                "formula_safe": formula_safety(drawn, change * adherence),
            }


def _split(assumed: Assumed) -> Split:
    if assumed.plan.switchback is None:
        return weighted_split(assumed.plan)
    a_day = assumed.scenario.windows.windows_a_day
    return alternating_split(assumed.plan, a_day, assumed.units)


def _row(plan: Plan, trials: Trials, treatment: Treatment, units: int) -> dict[str, Any]:
    """Several variants are told by the one that is found most seldom."""
    outcome = Outcome(plan=plan, trials=trials, treatment=treatment, units=units)
    row: dict[str, Any] = min(results(outcome)["metrics"], key=_found)
    return {"units": units, **row}


def _found(row: Mapping[str, Any]) -> float:
    return float(row["found"]["value"]) if row["found"] else 0.0


def _told(assumed: Assumed) -> dict[str, Any]:
    """Return what was assumed, of what is not asked of every metric only what this one is."""
    expected, scenario = assumed.expected, assumed.scenario
    names = ("monthly_churn", "monthly_loss", "baseline", "variation", "adherence")
    told = {name: getattr(expected, name) for name in names}
    told |= {name: getattr(scenario, name) for name in OF_ALL}
    if assumed.plan.switchback is not None:
        sizes = {"size_variation": scenario.groups.size_variation}
        alike = {"cluster_size": expected.cluster_size, "icc": expected.icc}
        return told | alike | sizes | asdict(scenario.windows)
    if assumed.metric.time_to_event is not None:
        told |= asdict(scenario.contracts)
    if assumed.metric.is_lifetime:
        return told | asdict(scenario.payments)
    if assumed.metric.cluster or assumed.plan.unit in CLUSTERS:
        told |= {"cluster_size": expected.cluster_size, "icc": expected.icc}
        told |= asdict(scenario.groups)
    return told
