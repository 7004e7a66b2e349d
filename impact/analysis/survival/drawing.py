"""Curves as the report draws them, of whatever is estimated at each time."""

from collections.abc import Iterable, Mapping

from impact.analysis.estimates import CurvePoint
from impact.stats.survival.cumulative_incidence import IncidencePoint
from impact.stats.survival.kaplan_meier import SurvivalPoint


def drawn(
    points: Iterable[SurvivalPoint | IncidencePoint], events: Mapping[float, float]
) -> tuple[CurvePoint, ...]:
    """Return one point per time, with how many events the curve counts at it.

    `events` has them by time, in the unit of the points; a time that it does not have has none.

    >>> from impact.stats.survival.kaplan_meier import kaplan_meier, survival_points
    >>> curve = kaplan_meier([1, 2, 3, 4], [1, 0, 1, 0])
    >>> points = drawn(survival_points(curve, 0.95), {1.0: 1, 3.0: 1})
    >>> [(point.at, round(point.value, 4), point.events) for point in points]
    [(0.0, 1.0, 0), (1.0, 0.75, 1), (2.0, 0.75, 0), (3.0, 0.375, 1), (4.0, 0.375, 0)]
    """
    return tuple(
        CurvePoint(
            at=point.time,
            value=point.value,
            ci_low=point.ci_low,
            ci_high=point.ci_high,
            at_risk=point.at_risk,
            events=int(events.get(point.time, 0)),
        )
        for point in points
    )
