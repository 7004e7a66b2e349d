"""Retention: from counted customers to every row and curve of a time-to-event metric."""

from collections.abc import Iterator
from dataclasses import dataclass

from experiments.plan.document import Metric, Plan
from experiments.plan.time_to_event import NOTHING
from impact.analysis.estimates import Curve, Estimate
from impact.analysis.rows import Subject
from impact.analysis.sufficient import ALL, SurvivalCounts
from impact.analysis.survival.arms import Arms, arms_of
from impact.analysis.survival.cause_rows import KIND as SHARE
from impact.analysis.survival.cause_rows import cause_curves, cause_rows
from impact.analysis.survival.cells import Cells, cells_of, no_counts
from impact.analysis.survival.clustered import clustered_rows
from impact.analysis.survival.clustered_arms import clustered_arm_rows, clustered_curves
from impact.analysis.survival.contrasts import difference_rows, ratio_rows
from impact.analysis.survival.cox import adjusted_rows, cox_rows, hazard_ratio_rows
from impact.analysis.survival.curves import arm_rows, curves_of
from impact.analysis.survival.equality import equality_rows
from impact.analysis.survival.independence import without_independence
from impact.analysis.survival.median_rows import median_rows
from impact.analysis.survival.pieces import piece_rows
from impact.analysis.survival.robust import errors_of
from impact.analysis.survival.rows import survival_subject
from impact.analysis.survival.times import horizon_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalResult:
    """The rows of one metric, the whole experiment first, and its curves per arm."""

    estimates: tuple[Estimate, ...]
    curves: tuple[Curve, ...]


def estimate_survival(
    plan: Plan, metric: Metric, counts: tuple[SurvivalCounts, ...], *, look: int | None
) -> SurvivalResult:
    """Estimate a time-to-event metric from its counts: segment `all` and one per segment.

    Times and restricted means come out in the plan's time unit. `look` is the number of an interim
    look, at which p-values stay empty, or None for the final answer.

    >>> import numpy as np
    >>> from experiments.plan.reading import read_plan
    >>> plan = read_plan('''{key: calls, unit: customer, control: a, weights: {a: 5000, b: 5000},
    ... metrics: [{key: kept, role: primary, kind: time_to_event, source: churn, horizon: 30}]}''')
    >>> counts = SurvivalCounts(variant=np.array(["a", "a", "b", "b"]),
    ...     time=np.array([10, 30, 20, 30]), event=np.array([1, 0, 1, 0]),
    ...     n=np.array([40, 60, 20, 80]))
    >>> found = estimate_survival(plan, plan.primary, (counts,), look=None)
    >>> for row in found.estimates:
    ...     if row.baseline and row.value is not None:
    ...         print(row.quantity, row.method, round(row.value, 4))
    survival_probability_difference kaplan_meier 0.2
    rmst_difference kaplan_meier 6.0
    rmst_ratio kaplan_meier 1.2727
    lost_time_ratio kaplan_meier 0.25
    hazard_ratio cox 0.3735
    >>> [(curve.variant, len(curve.points)) for curve in found.curves]
    [('a', 3), ('b', 3)]
    """
    by_segment = {entry.segment: entry for entry in counts}
    whole = cells_of(plan, by_segment.pop(ALL, no_counts(metric)))
    merged = whole.without_covariates()
    subject, arms = survival_subject(plan, metric, look, ALL), arms_of(merged, plan.control)
    errors = errors_of(metric)
    rows = [*_whole_rows(plan, metric, subject, (merged, arms))]
    if metric.covariates:
        rows += adjusted_rows(subject, whole, arms, metric.covariates, errors)
    rows += piece_rows(plan, subject, merged, arms, errors)
    rows += _cause_rows(plan, metric, subject, (merged, arms))
    rows += _extrapolated(plan, metric, subject, (merged, arms))
    for segment in sorted(by_segment):
        cells = cells_of(plan, by_segment[segment]).without_covariates()
        inside = subject.within(segment)
        rows += _segment_rows(plan, metric, inside, (cells, arms_of(cells, plan.control)))
    curves = (*curves_of(metric, subject, arms), *cause_curves(metric, subject, merged))
    return SurvivalResult(
        estimates=tuple(without_independence(metric, rows)),
        curves=tuple(clustered_curves(subject, merged, arms.curves, curves, errors)),
    )


def _whole_rows(
    plan: Plan, metric: Metric, subject: Subject, data: tuple[Cells, Arms]
) -> Iterator[Estimate]:
    cells, arms = data
    horizon = horizon_of(metric, plan.time_unit, arms.curves.values())
    of_arms = arm_rows(subject, arms, plan.time_unit, horizon)
    yield from clustered_arm_rows(subject, cells, arms, of_arms, errors_of(metric))
    differences = [
        *difference_rows(subject, arms, plan.time_unit, horizon),
        *ratio_rows(subject, arms, horizon),
    ]
    yield from clustered_rows(subject, cells, arms, differences, errors_of(metric))
    yield from differences
    yield from median_rows(subject, arms, plan.time_unit)
    yield from equality_rows(subject, metric, cells, arms)
    yield from cox_rows(subject, cells, arms, errors_of(metric))


def _cause_rows(
    plan: Plan, metric: Metric, subject: Subject, data: tuple[Cells, Arms]
) -> Iterator[Estimate]:
    cells, arms = data
    horizon = horizon_of(metric, plan.time_unit, arms.curves.values())
    for found in cause_rows(subject, metric, cells, plan.time_unit, horizon):
        if found.quantity == SHARE:
            yield from clustered_arm_rows(subject, cells, arms, (found,), errors_of(metric))
        else:
            yield found


def _extrapolated(
    plan: Plan, metric: Metric, subject: Subject, data: tuple[Cells, Arms]
) -> Iterator[Estimate]:
    asked = (metric.time_to_event or NOTHING).extrapolation
    if asked is None:
        return
    # lifelines takes seconds to import: only who asks for models pays
    from impact.analysis.survival.extrapolated import extrapolated_rows  # noqa: PLC0415

    yield from extrapolated_rows(plan, subject, *data, asked)


def _segment_rows(
    plan: Plan, metric: Metric, subject: Subject, data: tuple[Cells, Arms]
) -> Iterator[Estimate]:
    cells, arms = data
    horizon = horizon_of(metric, plan.time_unit, arms.curves.values())
    of_arms = arm_rows(subject, arms, plan.time_unit, horizon)
    yield from clustered_arm_rows(subject, cells, arms, of_arms, errors_of(metric))
    differences = [*difference_rows(subject, arms, plan.time_unit, horizon)]
    yield from clustered_rows(subject, cells, arms, differences, errors_of(metric))
    yield from differences
    yield from equality_rows(subject, metric, cells, arms)
    yield from hazard_ratio_rows(subject, cells, arms, errors_of(metric))
