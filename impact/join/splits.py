"""The columns that a plan splits by: where each is found, and its text per unit."""

from collections.abc import Iterator, Mapping

import ibis
from ibis.expr.types import Table

from experiments.assignment.schedule import BLOCK, MINUTE
from experiments.plan.document import Plan
from impact.errors import InputMissing
from impact.join.columns import is_column, text
from impact.join.inputs import Inputs
from impact.join.start_times import LABELS

PREFIX = "split_"
EPOCH = "version"  # of the experiment when the router asked: its split may differ from the next
START = "start"
FEW = 200  # labels of a column: few enough to be listed, and their numbers to fit into a byte


def split_names(plan: Plan) -> tuple[str, ...]:
    """Return every column that the plan splits or adjusts by, once, in the plan's order.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... segments: [tier], metrics: [{key: kept, role: primary, kind: time_to_event, source: churn,
    ... covariates: [tier, age], strata: [region]}]}''')
    >>> split_names(plan)
    ('tier', 'region', 'age', 'version')
    """
    return tuple(dict.fromkeys(_named(plan)))


def split_column(name: str) -> str:
    """Return the name that the column has among the units, clear of the names of the join.

    >>> split_column("unit_id")
    'split_unit_id'
    """
    return PREFIX + name


def find_splits(plan: Plan, inputs: Inputs) -> dict[str, str]:
    """Return per split column the input that holds it: assignments first, then customers.

    What the assignment says was known when the router asked; a customer's row is as of today.

    Weekday, hour and season of the start are always there (`start_weekday`, ...).

    What units received may be nowhere: then there is no effect on compliers, and all else stands.
    So may the minute of a window, which then begins with its first contact, and its block.
    The version is there where assignments have several.

    Raises:
        InputMissing: neither has it; all that are missing are named.
    """
    names = split_names(plan)
    places: dict[str, str] = {}
    for place, table in (("customers", inputs.customers), ("assignments", inputs.assignments)):
        if table is not None:
            places |= dict.fromkeys(_present(table, names), place)
    places |= {name: START for name in names if name in LABELS and name not in places}
    wanted = set(_required_names(plan))
    if EPOCH not in _required_names(plan) and not _has_several(inputs.assignments, EPOCH, places):
        places.pop(EPOCH, None)
    missing = [name for name in names if name not in places and name in wanted]
    if missing:
        message = f"{', '.join(missing)}: neither assignments nor customers have such a value"
        raise InputMissing(message)
    return places


def split_values(table: Table, places: Mapping[str, str], place: str) -> dict[str, ibis.Value]:
    """Return the split columns that one input holds, as text under their names of the join."""
    found = {name: text(table, name) for name, where in places.items() if where == place}
    return {split_column(name): value for name, value in found.items() if value is not None}


def few_labels(inputs: Inputs, places: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the labels of every split column that has few of them, under its name of the join.

    Attributes are not asked: to read their JSON once more costs more than it saves.
    """
    tables = {"assignments": inputs.assignments, "customers": inputs.customers}
    return {
        split_column(name): labels
        for place, table in tables.items()
        if table is not None
        for name, labels in _listed(table, [name for name in places if places[name] == place])
    }


def _required_names(plan: Plan) -> tuple[str, ...]:
    """Return the columns without which nothing is computed: all but what units received."""
    return tuple(dict.fromkeys(_compared(plan)))


def _named(plan: Plan) -> Iterator[str]:
    yield from _compared(plan)
    if plan.compliance is not None:
        yield from plan.compliance.columns
    if plan.switchback is not None:
        yield from (MINUTE, BLOCK)
    yield EPOCH


def _compared(plan: Plan) -> Iterator[str]:
    yield from plan.segments
    if plan.switchback is not None:
        yield plan.switchback.window
    if plan.saturation:
        yield plan.saturation
    for metric in plan.metrics:
        yield from metric.strata
        yield from (covariate.name for covariate in metric.covariates)
        if metric.cluster:
            yield metric.cluster
        if metric.lin is not None:
            yield from (covariate.name for covariate in metric.lin.covariates)
        if metric.adjustment is not None and metric.adjustment.covariate is not None:
            yield metric.adjustment.covariate


def _has_several(table: Table, name: str, places: Mapping[str, str]) -> bool:
    """Whether rows have different values of a column that the table holds."""
    if places.get(name) != "assignments" or name not in table.columns:
        return False
    different = table.aggregate(n=table[name].nunique()).to_pyarrow().to_pylist()[0]["n"]
    return bool(different > 1)


def _listed(table: Table, names: list[str]) -> Iterator[tuple[str, list[str]]]:
    columns = {name: table[name].cast("string") for name in names if is_column(table, name)}
    if not columns:
        return
    several = {name: column.approx_nunique() for name, column in columns.items()}
    numbers = table.aggregate(**several).to_pyarrow().to_pylist()[0]
    lists = {
        name: column.collect(distinct=True)
        for name, column in columns.items()
        if numbers[name] <= FEW
    }
    if lists:
        yield from table.aggregate(**lists).to_pyarrow().to_pylist()[0].items()


def _present(table: Table, names: tuple[str, ...]) -> list[str]:
    """A column is there when a row has a value in it: optional columns that are empty are not."""
    values = {name: text(table, name) for name in names}
    counts = {name: value.count() for name, value in values.items() if value is not None}
    if not counts:
        return []
    found = table.aggregate(**counts).to_pyarrow().to_pylist()[0]
    return [name for name, count in found.items() if count]
