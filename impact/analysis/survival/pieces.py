"""Hazard ratios of each part of follow-up: how much an effect changes over time.

With many customers every test of proportional hazards rejects: what matters is the size. Each part
(start, end] is a model of its own, of those who are still there after its start. Parts describe:
the data cut them, so none is tested by itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import inf

from experiments.plan.document import Plan
from impact.analysis.estimates import Estimate
from impact.analysis.headlines import PIECEWISE
from impact.analysis.notes import joined
from impact.analysis.rows import INTERIM, Subject, row
from impact.analysis.survival.arms import Arms, arms_of
from impact.analysis.survival.cells import Cells
from impact.analysis.survival.cox import piecewise_rows
from impact.analysis.survival.robust import Errors
from impact.analysis.wording import time_text
from impact.stats.estimable import NotEstimable
from impact.stats.intervals import event_cuts

NO_PARTS = NotEstimable("churn at fewer than two times: follow-up has no parts to compare")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of follow-up, in the plan's time unit, and its name."""

    start: float
    end: float
    name: str


def piece_rows(
    plan: Plan, subject: Subject, cells: Cells, arms: Arms, errors: Errors | None = None
) -> Iterator[Estimate]:
    """Yield the unadjusted hazard ratios of each third of the events; `at` is where it ends.

    >>> import numpy as np
    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: kept, role: primary, kind: time_to_event, source: churn, horizon: 30}]}''')
    >>> subject = Subject(
    ...     metric="kept", kind="time_to_event", unit="1", level=0.95, control="a", look=None)
    >>> cells = Cells(segment="all", variants=("a", "b"), arm=np.array([0, 0, 1, 1]),
    ...     time=np.array([10.0, 30, 20, 30]), event=np.array([True, False, True, False]),
    ...     n=np.array([40, 60, 20, 80]), stratum=np.zeros(4, dtype=int))
    >>> for found in piece_rows(plan, subject, cells, arms_of(cells, "a")):
    ...     print(found.at, found.value, found.note)
    10.0 None up to 10 days; b: no events
    30.0 None after 10 days; a: no events
    """
    parts = _parts_of(plan, cells)
    if not parts:
        for variant in arms.others:
            yield row(subject, "hazard_ratio", PIECEWISE, arms.against_control(variant), NO_PARTS)
    for part in parts:
        inside = cells.during(part.start, part.end)
        for estimate in piecewise_rows(subject, inside, arms_of(inside, plan.control), errors):
            note = _note(part, estimate.note)
            yield replace(estimate, at=part.end, statistic=None, p_value=None, note=note)


def _parts_of(plan: Plan, cells: Cells) -> tuple[Part, ...]:
    """Return the parts of follow-up with about a third of the events each; none of only one."""
    cuts = event_cuts(cells.time, cells.event, cells.n)
    if not cuts:
        return ()
    ends = (*cuts, float(cells.time.max()))
    starts = (-inf, *cuts)  # churn on the day of the start belongs to the first part
    return tuple(
        Part(start=start, end=end, name=_name(plan, start, end, last=end == ends[-1]))
        for start, end in zip(starts, ends, strict=True)
    )


def _name(plan: Plan, start: float, end: float, *, last: bool) -> str:
    if start == -inf:
        return f"up to {time_text(plan, end)}"
    after = f"after {time_text(plan, start)}"
    return after if last else f"{after} up to {time_text(plan, end)}"


def _note(part: Part, note: str) -> str:
    """Put the part's name before what else there is to say, behind the mark of an interim row."""
    if note.startswith(INTERIM):
        rest = note.removeprefix(INTERIM).removeprefix("; ")
        return joined(INTERIM, part.name, rest)
    return joined(part.name, note)
