"""Experiments that ran at the same time on the same units: who was in both, in which arms?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from experiments.plan.document import Metric, Plan
from impact.analysis.bins import MISSING
from impact.analysis.estimates import Estimate

PREFIX = "neighbour_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """The overlap matrix of one other experiment: units by its variant and by our own.

    `levels` are the other's variants, "(missing)" for units that were not in it; `units` has one
    row per level and one column per variant of the plan.
    """

    experiment: str
    levels: tuple[str, ...]
    units: tuple[tuple[int, ...], ...]

    @property
    def total(self) -> int:
        """All units."""
        return sum(map(sum, self.units))

    @property
    def shared(self) -> int:
        """Units that were in both."""
        rows = zip(self.levels, self.units, strict=True)
        return sum(sum(units) for level, units in rows if level != MISSING)


def neighbours_of(estimates: Iterable[Estimate]) -> tuple[str, ...]:
    """Return the columns of other experiments among the segments of the rows, in their order.

    >>> from dataclasses import replace
    >>> row = Estimate(metric="paid", kind="mean", method="student", quantity="mean")
    >>> segments = ("all", "tier=pro", "neighbour_ivr=old", "neighbour_ivr=new")
    >>> neighbours_of(replace(row, segment=segment) for segment in segments)
    ('neighbour_ivr',)
    """
    columns = (row.segment.partition("=")[0] for row in estimates)
    return tuple(dict.fromkeys(name for name in columns if name.startswith(PREFIX)))


def without_neighbours(estimates: Iterable[Estimate]) -> tuple[Estimate, ...]:
    """Return the rows without those inside of another experiment's arm: they are no segments.

    >>> from dataclasses import replace
    >>> row = Estimate(metric="paid", kind="mean", method="student", quantity="mean")
    >>> rows = row, replace(row, segment="tier=pro"), replace(row, segment="neighbour_ivr=old")
    >>> [found.segment for found in without_neighbours(rows)]
    ['all', 'tier=pro']
    """
    return tuple(row for row in estimates if not row.segment.startswith(PREFIX))


def overlaps(plan: Plan, metric: Metric, estimates: tuple[Estimate, ...]) -> Iterator[Overlap]:
    """Yield the overlap matrix of every other experiment, from the units of one metric's arms.

    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: visits, role: primary, kind: mean, source: contacts, window: 30}]}''')
    >>> units = {("a", "new"): 30, ("b", "new"): 20, ("a", "(missing)"): 90, ("b", "(missing)"): 80}
    >>> rows = tuple(Estimate(metric="visits", kind="mean", method="student", quantity="mean",
    ...     variant=arm, segment=f"neighbour_ivr={other}", n_variant=n)
    ...     for (arm, other), n in units.items())
    >>> (matrix,) = overlaps(plan, plan.primary, rows)
    >>> matrix.levels, matrix.units, matrix.shared
    (('new', '(missing)'), ((30, 20), (90, 80)), 50)
    """
    for column in neighbours_of(estimates):
        counts = _counts(plan, metric, column, estimates)
        if counts:
            yield Overlap(
                experiment=column.removeprefix(PREFIX),
                levels=tuple(counts),
                units=tuple(tuple(row.tolist()) for row in counts.values()),
            )


def _counts(
    plan: Plan, metric: Metric, column: str, estimates: tuple[Estimate, ...]
) -> dict[str, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    counts: dict[str, np.ndarray[tuple[int], np.dtype[np.int64]]] = {}
    for row in estimates:
        name, _, level = row.segment.partition("=")
        if (row.metric, name, row.baseline) != (metric.key, column, "") or not row.variant:
            continue
        found = counts.setdefault(level, np.zeros(len(plan.variants), dtype=np.int64))
        found[plan.variants.index(row.variant)] = row.n_variant or 0
    return counts
