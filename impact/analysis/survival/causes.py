"""The causes that a plan names: who left for each, and its share over time."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from experiments.plan.document import Metric
from experiments.plan.time_to_event import NOTHING
from impact.analysis.sufficient import OTHER_CAUSE
from impact.analysis.survival.arms import Arms, arms_of
from impact.analysis.survival.cells import Cells
from impact.stats.survival.cause_table import cause_table
from impact.stats.survival.cumulative_incidence import CumulativeIncidence, cumulative_incidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cause:
    """One cause: who left for it among the cells, and its share over time in every arm."""

    name: str
    cells: Cells
    arms: Arms
    curves: dict[str, CumulativeIncidence]
    note: str


def causes_of(metric: Metric, cells: Cells, control: str) -> Iterator[Cause]:
    """Estimate every cause that the plan names; none where it names none.

    >>> import numpy as np
    >>> from experiments.plan.document import Kind, Role, Source, Table
    >>> from experiments.plan.time_to_event import TimeToEvent
    >>> metric = Metric(key="kept", role=Role.PRIMARY, kind=Kind.TIME_TO_EVENT,
    ...     source=Source(table=Table.CHURN), time_to_event=TimeToEvent(causes=("price",)))
    >>> cells = Cells(segment="all", variants=("a",), arm=np.zeros(3, dtype=int),
    ...     time=np.array([10.0, 20, 30]), event=np.array([True, True, False]),
    ...     n=np.array([20, 10, 70]), stratum=np.zeros(3, dtype=int),
    ...     cause=np.array(["price", "(other)", ""]))
    >>> (cause,) = causes_of(metric, cells, "a")
    >>> cause.name, cause.cells.event.tolist(), cause.note
    ('price', [True, False, False], '10 churns of no named cause compete as well')
    """
    names = (metric.time_to_event or NOTHING).causes
    if cells.cause is None or not names:
        return
    tables = {}
    for place, variant in enumerate(cells.variants):
        own = cells.arm == place
        entry = None if cells.entry is None else cells.entry[own]
        tables[variant] = cause_table(cells.time[own], cells.cause[own], cells.n[own], entry)
    unnamed = int(cells.n[cells.cause == OTHER_CAUSE].sum())
    note = f"{unnamed} churns of no named cause compete as well" if unnamed else ""
    for name in names:
        alone = replace(cells, event=cells.cause == name)
        yield Cause(
            name=name,
            cells=alone,
            arms=arms_of(alone, control),
            curves={variant: cumulative_incidence(tables[variant], name) for variant in tables},
            note=note,
        )
