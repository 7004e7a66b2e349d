"""What the reports of the demo say, as the terminal shows it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from experiments.plan.reading import read_plan
from experiments.registry import analysable
from impact.management.demo.blueprints import Blueprint
from impact.runs.requests import latest_done
from impact.simulation.calendar import HORIZON_DAYS

EFFECTS = {
    "survival_probability_difference": ("retention_difference", 100, "points of retention"),
    "rmst_difference": ("rmst_difference", 1, "days"),
}


def told(blueprint: Blueprint) -> Iterator[str]:
    """Yield what the latest report says, line by line, and beside it the truth."""
    run = latest_done(blueprint.key)
    if run is None:
        return
    truth = analysable(blueprint.key).truth
    analysis: Mapping[str, Any] = run.analysis or {}
    yield f"{blueprint.key} (simulated: {blueprint.lesson})"
    if analysis.get("answer"):
        yield f"  answer    {analysis['answer']}"
    primary = read_plan(run.plan_source).primary.key
    for row in analysis["estimates"]:
        if row["metric"] == primary and row["segment"] == "all" and _at_horizon(row):
            yield f"  estimate  {_effect(row, truth)}"
    yield from _checks(analysis["checks"])
    decision = analysis["decision"]
    yield f"  verdict   {decision['verdict']}: {decision['reasons'][0]}"
    if run.finished_at:
        took = (run.finished_at - run.requested_at).total_seconds()
        yield f"  run       {run.id}, analysed in {took:.1f} s"


def _checks(checks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    passed = [check["name"] for check in checks if check["status"] == "pass"]
    yield f"  checks    passed: {', '.join(passed) or 'none'}"
    for check in checks:
        if check["status"] != "pass":
            yield f"            {check['status']}: {check['name']}: {check['message']}"


def _at_horizon(row: Mapping[str, Any]) -> bool:
    return row["quantity"] in EFFECTS and row["at"] == HORIZON_DAYS and row["term"] == ""


def _effect(row: Mapping[str, Any], truth: Mapping[str, Any]) -> str:
    name, factor, unit = EFFECTS[row["quantity"]]
    true = f"the truth is {factor * truth[name]:+.2f}"
    if row["value"] is None:
        return f"{row['quantity']}: {row['note']}; {true}"
    value, low, high = (factor * row[key] for key in ("value", "ci_low", "ci_high"))
    covered = "inside" if low <= factor * truth[name] <= high else "outside"
    return f"{value:+.2f} {unit} ({low:+.2f} to {high:+.2f}); {true}, {covered} the interval"
