"""Rows over a window inside of which observation ended for some: noted, or without their number.

What those units did later is missing and counts as nothing, so that a mean is too low, and where
the arms differ in it their difference has a sign of its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from experiments.plan.document import Kind, Metric, Plan, Table
from impact.analysis.estimates import Estimate
from impact.analysis.notes import joined
from impact.analysis.sufficient import ALL, ArmProportion
from impact.analysis.withheld import without_answer
from impact.stats.contingency import Independence, independence

LARGEST = 0.05  # the share of an arm beyond which nothing is said
ALARM = 0.001
ENDED = "ended inside the window"
LIFETIME = "a mean of revenue.amount with a horizon allows for that"
RETENTION = "kind: time_to_event allows for that"

Counts = Mapping[str, ArmProportion]  # by variant


def of_observed(
    plan: Plan,
    counted: Iterable[ArmProportion],
    rows: tuple[Estimate, ...],
    metric: Metric | None = None,
) -> tuple[Estimate, ...]:
    """Return the rows of a metric, or of the money, as far as their units were observed.

    A row says for how many of its units observation ended inside of the window. It has no number
    where these are more than 5 per cent of one of its arms, or where the arms differ in them.

    >>> from experiments.plan.document import Unit
    >>> plan = Plan(key="calls", unit=Unit.CUSTOMER, control="a", metrics=(),
    ...     weights=(("a", 5000), ("b", 5000)))
    >>> arms = [ArmProportion(variant=v, n=100, successes=n) for v, n in (("a", 0), ("b", 6))]
    >>> rows = tuple(Estimate(metric="net_value", kind="money", method="student", quantity="mean",
    ...     variant=variant, value=40.0) for variant in ("a", "b"))
    >>> [row.value for row in of_observed(plan, arms, rows)]
    [40.0, None]
    """
    segments: dict[str, dict[str, ArmProportion]] = {}
    for arm in counted:
        segments.setdefault(arm.segment, {})[arm.variant] = arm
    if not any(arm.successes for arm in segments.get(ALL, {}).values()):
        return rows
    hint = _hint(metric)
    return tuple(_of_observed(row, segments, hint, tested=not is_grouped(plan)) for row in rows)


def is_grouped(plan: Plan) -> bool:
    """Whether the plan names groups of units, which are alike: then no test counts units.

    >>> from experiments.plan.document import Unit
    >>> is_grouped(Plan(key="calls", unit=Unit.CUSTOMER, control="a", metrics=(), weights=()))
    False
    """
    return plan.switchback is not None or any(metric.cluster for metric in plan.metrics)


def difference(arms: Iterable[ArmProportion]) -> Independence | None:
    """Return the test that observation ended as often in all arms; None where none can be made.

    >>> arms = [ArmProportion(variant=v, n=500, successes=n) for v, n in (("a", 20), ("b", 2))]
    >>> found = difference(arms)
    >>> found and round(found.p_value, 5)
    0.0001
    """
    test = independence([[arm.successes for arm in arms], [arm.n - arm.successes for arm in arms]])
    return test if isinstance(test, Independence) else None


def said_of(arms: Iterable[ArmProportion]) -> str:
    """Say for how many units of each arm observation ended.

    >>> said_of([ArmProportion(variant="calm", n=500, successes=3)])
    'observation of 3 of 500 units in calm ended inside the window'
    """
    parts = [f"{arm.successes:,} of {arm.n:,} units in {arm.variant}" for arm in arms]
    return f"observation of {' and '.join(parts)} {ENDED}"


def _of_observed(
    row: Estimate, segments: Mapping[str, Counts], hint: str, *, tested: bool
) -> Estimate:
    arms = _arms(row, segments.get(row.segment, segments[ALL]))
    if row.value is None and not row.ci_set and row.statistic is None:
        return row
    if not any(arm.successes for arm in arms):
        return row
    said, whole = said_of(arms), _arms(row, segments[ALL])
    if max(arm.successes / max(arm.n, 1) for arm in arms) > LARGEST:
        return without_answer(row, joined(f"{said}, more than {LARGEST:.0%} of an arm", hint))
    test = difference(whole) if tested else None
    if test is not None and test.p_value < ALARM:
        return without_answer(row, joined(f"{said}, and the arms differ in it", hint))
    return replace(row, note=joined(row.note, said, hint))


def _arms(row: Estimate, counts: Counts) -> list[ArmProportion]:
    """Return the arms that a row is of; all of them where it names none."""
    named = [counts[name] for name in (row.variant, row.baseline) if name in counts]
    return named or list(counts.values())


def _hint(metric: Metric | None) -> str:
    if metric is None or (metric.kind is Kind.MEAN and metric.source.table is Table.REVENUE):
        return LIFETIME
    return RETENTION if metric.source.table is Table.CHURN else ""
