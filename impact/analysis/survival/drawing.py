"""Curves as the report draws them, of whatever is estimated at each time."""

from collections.abc import Iterable, Mapping

from impact.analysis.estimates import CurvePoint
from impact.stats.survival.cumulative_incidence import IncidencePoint
from impact.stats.survival.kaplan_meier import SurvivalPoint


def drawn(
    points: Iterable[SurvivalPoint | IncidencePoint], events: Mapping[float, float]
) -> tuple[CurvePoint, ...]:
    """Return one point per time, with how many events the curve counts at it."""
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
