"""Hazard ratios of an arm without events: no value, and a limit on one side that decides."""

from dataclasses import replace

import numpy as np

from impact.analysis.estimates import Estimate
from impact.analysis.notes import joined
from impact.analysis.rows import Subject
from impact.analysis.survival.cells import Cells
from impact.stats.estimable import NotEstimable
from impact.stats.survival.cox_sample import CoxSample
from impact.stats.survival.monotone import one_limit

EXACT = "the limit is exact"


def one_sided(subject: Subject, cells: Cells, row: Estimate) -> Estimate:
    """Return the row with its one limit where one of its two arms has no events, else as it is.

    It is that of the two arms alone, within the strata of the plan. Units
    that are alike within clusters have none: it counts each of them.

    >>> import numpy as np
    >>> cells = Cells(segment="all", variants=("a", "b"), arm=np.repeat([0, 1], 6),
    ...     time=np.tile([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2), event=np.repeat([True, False], 6),
    ...     n=np.ones(12, dtype=np.int64), stratum=np.zeros(12, dtype=np.int64))
    >>> subject = Subject(metric="kept", kind="time_to_event", unit="1", level=0.95, control="a",
    ...     look=None)
    >>> row = Estimate(metric="kept", kind="time_to_event", method="cox", quantity="hazard_ratio",
    ...     variant="b", baseline="a", events_variant=0, events_baseline=6, note="b: no events")
    >>> found = one_sided(subject, cells, row)
    >>> found.ci_set, round(found.p_value, 6)  # twice (1 / 2)^6
    ('(0, 0.849311]', 0.03125)
    """
    churned = (row.events_variant or 0, row.events_baseline or 0)
    if row.value is not None or bool(churned[0]) == bool(churned[1]) or cells.clusters:
        return row
    found = one_limit(_pair(cells, row.variant, row.baseline), level=subject.level)
    if isinstance(found, NotEstimable):
        return row
    least, most = found.low, found.high
    return replace(
        row,
        ci_low=found.low,
        ci_high=found.high,
        ci_set=f"(0, {most:g}]" if least is None else f"[{least:g}, inf)",
        confidence_level=subject.level,
        p_value=found.p_value if subject.look is None else None,
        note=joined(row.note, EXACT),
    )


def _pair(cells: Cells, variant: str, control: str) -> CoxSample:
    places = [cells.variants.index(name) for name in (control, variant)]
    pair = cells.where(np.isin(cells.arm, places))
    return CoxSample(
        time=pair.time,
        event=pair.event,
        n=pair.n,
        stratum=pair.stratum if pair.strata else None,
        design=(pair.arm == places[1]).astype(np.float64)[:, None],
        terms=(variant,),
        entry=pair.entry,
    )
