"""Which times a retention report speaks of: its horizon and the round times before it."""

from collections.abc import Iterable
from dataclasses import dataclass

from experiments.plan.document import Metric, TimeUnit
from impact.stats.survival.kaplan_meier import KaplanMeier

BY_DAY = (7, 14, 30, 60, 90, 180, 270, 365, 545, 730, 1095, 1460, 1825, 2555, 3650)
BY_WEEK = (1, 2, 4, 8, 13, 26, 39, 52, 78, 104, 156, 208, 260)
BY_MONTH = (1, 2, 3, 6, 9, 12, 18, 24, 36, 48, 60, 84, 120)
BY_OTHER = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50)
DAYS_AND_WEEKS = {1: BY_DAY, 7: BY_WEEK}
SHORTEST_MONTH, LONGEST_MONTH = 28, 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """Where arms are compared, in the plan's time unit. `note` says where it comes from."""

    at: float
    note: str = ""


def horizon_of(metric: Metric, unit: TimeUnit, curves: Iterable[KaplanMeier]) -> Horizon | None:
    """Return the plan's horizon, or the shortest follow-up of an arm; None without any unit.

    >>> from experiments.plan.document import Kind, Role, Source, Table
    >>> from impact.stats.survival.kaplan_meier import kaplan_meier
    >>> metric = Metric(key="kept", role=Role.PRIMARY, kind=Kind.TIME_TO_EVENT,
    ...     source=Source(table=Table.CHURN))
    >>> curves = [kaplan_meier([1, 2, last], [1, 0, 0]) for last in (40, 30)]
    >>> horizon_of(metric, TimeUnit(), curves).at, horizon_of(metric, TimeUnit(), [])
    (30.0, None)
    """
    if metric.horizon is not None:
        return Horizon(at=unit.of(metric.horizon))
    ends = [curve.table.last_time for curve in curves if curve.table.n]
    if not ends:
        return None
    shortest = min(ends)
    note = f"no horizon in the plan: the shortest follow-up of an arm, {shortest:g} {unit.name}"
    return Horizon(at=shortest, note=note)


def display_times(unit: TimeUnit, horizon: Horizon, longest: float) -> tuple[float, ...]:
    """Return the round times within the longest follow-up, and the horizon, ascending.

    >>> display_times(TimeUnit(name="week", days=7), Horizon(at=20.0), 30.0)
    (1.0, 2.0, 4.0, 8.0, 13.0, 20.0, 26.0)
    """
    within = {float(time) for time in _round_times(unit) if time <= longest}
    return tuple(sorted(within | {horizon.at}))


def _round_times(unit: TimeUnit) -> tuple[int, ...]:
    if unit.days in DAYS_AND_WEEKS:
        return DAYS_AND_WEEKS[int(unit.days)]
    return BY_MONTH if SHORTEST_MONTH <= unit.days <= LONGEST_MONTH else BY_OTHER
