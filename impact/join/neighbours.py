"""Experiments that ran on the same units at the same time: columns to split by, as segments are."""

from dataclasses import replace

from ibis.expr.types import Table

from experiments.plan.document import Plan
from impact.analysis.segments.neighbours import PREFIX
from impact.join.columns import text
from impact.join.inputs import Inputs


def with_neighbours(plan: Plan, inputs: Inputs) -> Plan:
    """Return the plan with a segment per neighbour: those it names, and those of the log.

    A neighbour's column bears the variant that a unit was assigned in the other experiment, and
    nothing where it was not in it. Columns without any value are left out: no unit was in both.
    """
    named = [f"{PREFIX}{key}" for key in plan.neighbours]
    logged = [name for name in inputs.assignments.columns if name.startswith(PREFIX)]
    present = _present(inputs.assignments, list(dict.fromkeys((*named, *logged))))
    return replace(plan, segments=tuple(dict.fromkeys((*plan.segments, *present))))


def _present(table: Table, names: list[str]) -> list[str]:
    values = {name: text(table, name) for name in names}
    counts = {name: value.count() for name, value in values.items() if value is not None}
    if not counts:
        return []
    found = table.aggregate(**counts).to_pyarrow().to_pylist()[0]
    return [name for name in names if found.get(name)]
