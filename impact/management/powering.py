"""Power by simulation: a grid of sizes and effects, each drawn many times and counted."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from experiments.design.expectations import Expectation
from experiments.design.findings import setting_of
from experiments.design.units import not_identified
from experiments.errors import InvalidRequest, Violation
from experiments.plan.canonical import plan_sha256
from experiments.plan.document import Kind, Metric, Plan
from impact.analysis.clusters.units import clusters_of_units
from impact.management.countdown import Countdown
from impact.management.demo.progress import Output
from impact.management.trial_results import Outcome, results
from impact.simulation.trials.counting import alone, final_plan
from impact.simulation.trials.drawing import Scenario, population_of, weighted_split
from impact.simulation.trials.formulas import formula_power, formula_safety
from impact.simulation.trials.outcomes import lacking
from impact.simulation.trials.running import Treatment, Trials, run_trials, treatment_of

FROM_HISTORY = ("monthly_churn", "baseline", "variation", "mean")


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
    metric = _on_level(simulated(plan, key), scenario.level)
    bare = alone(replace(final_plan(plan), metrics=(metric,)), key)
    countdown = Countdown(
        out, total=len(grid.units) * len(grid.effects) * grid.repeats, what="experiments"
    )
    rows = list(_rows(bare, bare.primary, expected, scenario, grid, countdown))
    return {
        "experiment": plan.key,
        "plan_sha256": plan_sha256(plan),
        "metric": key,
        "unit": plan.unit.value,
        "seed": grid.seed,
        "repeats": grid.repeats,
        "alpha": round(1 - plan.confidence_level, 12),
        "assumed": _assumed(expected, scenario, grid),
        "rows": rows,
    }


def simulated(plan: Plan, key: str) -> Metric:
    """Return a metric as it is simulated: without covariates and adjustments, which only help.

    Churn is simulated of any cause: that is what the metric's own claim is about.

    Raises:
        InvalidRequest: the plan has no such metric, or no simulation of it.
    """
    found = next((metric for metric in plan.metrics if metric.key == key), None)
    if found is None:
        known = ", ".join(metric.key for metric in plan.metrics)
        raise _refused(key, f"must be one of the plan's metrics: {known}")
    unseen = not_identified(setting_of(plan))
    if key in unseen:
        raise _refused(key, f"is not identified: {unseen[key].reason}")
    if reason := lacking(plan, found) or _not_drawn(plan, found):
        raise _refused(key, reason.replace("replayed", "simulated"))
    return replace(
        found, covariates=(), strata=(), adjustment=None, winsorising=None, time_to_event=None
    )


def _not_drawn(plan: Plan, metric: Metric) -> str:
    """Return why assumptions do not make units of a metric, where a history would."""
    if metric.cluster or clusters_of_units(plan, metric):
        return "units that are alike are not simulated: replay draws arms over your own"
    if metric.time_to_event is not None and metric.time_to_event.at_risk is not None:
        return "times at risk are not simulated: replay draws arms over your own contracts"
    return ""


def _on_level(metric: Metric, level: float | None) -> Metric:
    """Return the metric with its margin as a share of the level: numbers are drawn with one of 1.

    Without the margin where the level is not known, and for a quantile, whose level is not 1.
    """
    if metric.margin is None or metric.kind in {Kind.TIME_TO_EVENT, Kind.PROPORTION}:
        return metric
    if level is None or metric.kind is Kind.QUANTILE:
        return replace(metric, margin=None)
    return replace(metric, margin=metric.margin / level)


def history_from(path: Path, key: str) -> dict[str, float]:
    """Return what a replay's JSON document says of a metric, by the names of the questions.

    Raises:
        InvalidRequest: it is no such document, or says nothing of the metric.
    """
    try:
        profile = json.loads(path.read_text(encoding="utf-8"))["profile"]
        row: Mapping[str, float] = next(row for row in profile if row["metric"] == key)
    except (OSError, ValueError, KeyError, TypeError, StopIteration) as error:
        rule = f"must be a JSON document of replay that knows the metric {key}"
        raise InvalidRequest(Violation(field="history", value=str(path), rule=rule)) from error
    return {name: float(row[name]) for name in FROM_HISTORY if name in row}


def _rows(
    plan: Plan,
    metric: Metric,
    expected: Expectation,
    scenario: Scenario,
    grid: Grid,
    countdown: Countdown,
) -> Iterator[dict[str, Any]]:
    places = [(units, change) for units in grid.units for change in grid.effects]
    for number, (units, change) in enumerate(places):
        changes = {metric.key: change} if change else {}
        treatment = treatment_of(changes, expected.adherence, delay=grid.delay)
        trials = Trials()
        for trials in run_trials(
            plan,
            population_of(plan, metric, expected, scenario, units=units),
            weighted_split(plan),
            repeats=grid.repeats,
            rng=np.random.default_rng([grid.seed, units]),
            treatment=treatment,
        ):
            countdown.tell(number * grid.repeats + trials.run)
        row = _row(plan, trials, treatment, units) | {"effect": change}
        asked = (plan, metric, expected, scenario)
        shown = change * expected.adherence
        if grid.delay and change:
            yield row | {"formula": None, "formula_safe": None}
        else:
            yield row | {
                "formula": formula_power(*asked, units=units, change=shown),
                "formula_safe": formula_safety(*asked, units=units, change=shown),
            }


def _row(plan: Plan, trials: Trials, treatment: Treatment, units: int) -> dict[str, Any]:
    """Several variants are told by the one that is found most seldom."""
    outcome = Outcome(plan=plan, trials=trials, treatment=treatment, units=units)
    row: dict[str, Any] = min(results(outcome)["metrics"], key=_found)
    return {"units": units, **row}


def _found(row: Mapping[str, Any]) -> float:
    return float(row["found"]["value"]) if row["found"] else 0.0


def _assumed(expected: Expectation, scenario: Scenario, grid: Grid) -> dict[str, Any]:
    names = ("monthly_churn", "monthly_loss", "baseline", "variation", "adherence")
    given = {name: getattr(expected, name) for name in names}
    further = {field.name: getattr(scenario, field.name) for field in fields(scenario)}
    return {**given, **further, "delay": grid.delay}


def _refused(value: str, rule: str) -> InvalidRequest:
    return InvalidRequest(Violation(field="metric", value=value, rule=rule))
