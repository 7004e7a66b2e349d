"""The counted customers of one metric and segment, laid out for the statistics."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from experiments.plan.document import Metric, Plan
from experiments.plan.time_to_event import NOTHING
from impact.analysis.sufficient import ALL, Floats, Integers, SurvivalCounts
from impact.stats.intervals import within

NO_TEXT = np.array([], dtype=np.str_)
NO_COUNT = np.array([], dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """Cells of identical customers; `time` in the plan's time unit.

    `arm` is the place of each cell's variant in `variants`; `stratum` numbers the combinations of
    the strata named in `strata`, all 0 where there are none.
    """

    segment: str
    variants: tuple[str, ...]
    arm: NDArray[np.intp]
    time: Floats
    event: NDArray[np.bool_]
    n: Integers
    stratum: NDArray[np.intp]
    strata: tuple[str, ...] = ()
    covariates: dict[str, NDArray[np.str_] | Floats] = field(default_factory=dict)
    clusters: dict[str, Integers] = field(default_factory=dict)
    cause: NDArray[np.str_] | None = None
    entry: Floats | None = None
    note: str = ""

    def where(self, kept: NDArray[np.bool_ | np.intp]) -> "Cells":
        """Return some of the cells, by a mask or by their places."""
        return replace(
            self,
            arm=self.arm[kept],
            time=self.time[kept],
            event=self.event[kept],
            n=self.n[kept],
            stratum=self.stratum[kept],
            covariates={name: labels[kept] for name, labels in self.covariates.items()},
            clusters={name: codes[kept] for name, codes in self.clusters.items()},
            cause=None if self.cause is None else self.cause[kept],
            entry=None if self.entry is None else self.entry[kept],
        )

    def during(self, start: float, end: float) -> "Cells":
        """Return those who are still there after `start`, followed up to `end`.

        >>> cells = Cells(segment="all", variants=("a",), arm=np.zeros(3, dtype=int),
        ...     time=np.array([10.0, 20, 30]), event=np.array([True, True, False]),
        ...     n=np.array([20, 10, 70]), stratum=np.zeros(3, dtype=int))
        >>> part = cells.during(10.0, 25.0)
        >>> part.time.tolist(), part.event.tolist(), part.n.tolist()
        ([20.0, 25.0], [True, False], [10, 70])
        """
        kept, time, event = within(self.time, self.event, start, end)
        return replace(self.where(kept), time=time, event=event)

    def without_covariates(self) -> "Cells":
        """Return the same customers in the few cells that differ in anything but covariates.

        >>> cells = Cells(segment="all", variants=("a",), arm=np.zeros(2, dtype=int),
        ...     time=np.array([30.0, 30.0]), event=np.array([False, False]), n=np.array([20, 70]),
        ...     stratum=np.zeros(2, dtype=int), covariates={"tier": np.array(["basic", "pro"])})
        >>> cells.without_covariates().n.tolist()
        [90]
        """
        further = [column for column in (self.cause, self.entry) if column is not None]
        key = (self.stratum, self.time, self.arm, self.event, *self.clusters.values(), *further)
        keys = _combined(*key)
        distinct, first, place = np.unique(keys, return_index=True, return_inverse=True)
        merged = replace(self.where(first), covariates={})
        n = np.bincount(place, weights=self.n, minlength=distinct.size).astype(np.int64)
        return replace(merged, n=n)


def cells_of(plan: Plan, counts: SurvivalCounts) -> Cells:
    """Lay out the counts of the plan's variants; cells of others and of no units are left aside.

    Days become the plan's time unit.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: kept, role: primary, kind: time_to_event, source: churn}],
    ... time_unit: week}''')
    >>> cells = cells_of(plan, SurvivalCounts(variant=np.array(["b", "a", "gone"]),
    ...     time=np.array([14, 28, 28]), event=np.array([1, 0, 0]), n=np.array([5, 90, 3])))
    >>> cells.arm.tolist(), cells.time.tolist(), cells.n.tolist()
    ([1, 0], [2.0, 4.0], [5, 90])
    """
    arm = np.full(counts.variant.size, -1, dtype=np.intp)
    for place, variant in enumerate(plan.variants):
        arm[counts.variant == variant] = place
    cells = Cells(
        segment=counts.segment,
        variants=plan.variants,
        arm=arm,
        time=counts.time / plan.time_unit.days,
        event=counts.event == 1,
        n=counts.n,
        stratum=_numbered(counts),
        strata=tuple(counts.strata),
        covariates=counts.covariates,
        clusters=counts.clusters,
        cause=counts.cause,
        entry=None if counts.entry is None else counts.entry / plan.time_unit.days,
    )
    return _at_risk(cells.where((arm >= 0) & (counts.n > 0)))


def _at_risk(cells: Cells) -> Cells:
    """Leave aside who was never at risk while observed, and say how many."""
    if cells.entry is None:
        return cells
    never = cells.entry >= cells.time
    lost, early = (int(cells.n[mask].sum()) for mask in (never, never & cells.event))
    churned = f", {early} of them churned before they were" if early else ""
    note = f"{lost} units never at risk{churned}" if lost else ""
    return replace(cells.where(~never), note=note)


def no_counts(metric: Metric) -> SurvivalCounts:
    """Return the counts of an experiment that nobody entered.

    >>> from experiments.plan.document import Kind, Role, Source, Table
    >>> counts = no_counts(Metric(key="kept", role=Role.PRIMARY, kind=Kind.TIME_TO_EVENT,
    ...     source=Source(table=Table.CHURN), strata=("region",)))
    >>> counts.n.size, list(counts.strata)
    (0, ['region'])
    """
    return SurvivalCounts(
        segment=ALL,
        variant=NO_TEXT,
        time=NO_COUNT,
        event=NO_COUNT,
        n=NO_COUNT,
        covariates={covariate.name: NO_TEXT for covariate in metric.covariates},
        clusters={metric.cluster: NO_COUNT} if metric.cluster else {},
        strata=dict.fromkeys(metric.strata, NO_TEXT),
        cause=NO_TEXT if (metric.time_to_event or NOTHING).causes else None,
        entry=NO_COUNT if (metric.time_to_event or NOTHING).at_risk else None,
    )


def _numbered(counts: SurvivalCounts) -> NDArray[np.intp]:
    """Number the combinations of all strata."""
    if not counts.strata:
        return np.zeros(counts.time.size, dtype=np.intp)
    return _combined(*counts.strata.values())


def _combined(*columns: NDArray[np.generic]) -> NDArray[np.intp]:
    """Number the combinations of some columns, in their order."""
    numbers = np.zeros(columns[0].size, dtype=np.intp)
    for column in columns:
        levels, codes = np.unique(column, return_inverse=True)
        _, numbers = np.unique(numbers * max(levels.size, 1) + codes, return_inverse=True)
    return numbers
