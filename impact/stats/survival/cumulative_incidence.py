"""How many left for one cause, where other causes compete for them.

Aalen and Johansen (1978): F_k(t) sums S(t-) d_k / n over the times up to t, S being the curve of
all causes together. One minus the Kaplan-Meier curve of a single cause, which takes the others for
censored, is too high: it counts those who can no longer leave for this cause.

The variance is that of the delta method with multinomial events (Dinse and Larson 1986; Marubini
and Valsecchi 1995, section 10.3), with d events of all causes and d_k of this one at u:

    sum over u <= t of   (F(t) - F(u))^2 d / (n (n - d))
                       + S(u-)^2 d_k (n - d_k) / n^3
                       - 2 (F(t) - F(u)) S(u-) d_k / n^2

With one cause it is Greenwood's. Limits are symmetric for log(-log F) (Choudhury 2002): they stay
inside [0, 1].
"""

import math
from dataclasses import dataclass

import numpy as np

from impact.stats.estimable import NotEstimable
from impact.stats.inference import normal_quantile
from impact.stats.survival.cause_table import CauseTable
from impact.stats.survival.kaplan_meier import too_early
from impact.stats.survival.life_table import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CumulativeIncidence:
    """The share that left for `cause` right after each time of its table."""

    table: CauseTable
    cause: str
    value: Floats
    std_error: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidencePoint:
    """Cumulative incidence at one time; a limit that is undefined is None."""

    time: float
    value: float
    std_error: float
    ci_low: float | None
    ci_high: float | None
    at_risk: int


def cumulative_incidence(table: CauseTable, cause: str) -> CumulativeIncidence:
    """Estimate the share that left for one cause.

    >>> from impact.stats.survival.cause_table import cause_table
    >>> found = cumulative_incidence(cause_table([1, 2, 3, 4], ["a", "b", "a", ""]), "a")
    >>> found.value.tolist(), found.std_error.round(4).tolist()
    ([0.25, 0.25, 0.5, 0.5], [0.2165, 0.2165, 0.25, 0.25])
    """
    n, own = table.at_risk, table.events_of(cause)
    staying = n - table.leaving
    before = np.concatenate([[1.0], np.cumprod(staying / n)[:-1]])
    value: Floats = np.cumsum(before * own / n)
    spread = np.divide(table.leaving, n * staying, out=np.zeros(n.size), where=staying > 0)
    jump, shared = before**2 * own * (n - own) / n**3, before * own / n**2
    variance = (
        value**2 * np.cumsum(spread)
        - 2 * value * np.cumsum(spread * value + shared)
        + np.cumsum(spread * value**2 + jump + 2 * shared * value)
    )
    errors: Floats = np.sqrt(np.maximum(variance, 0.0))
    return CumulativeIncidence(table=table, cause=cause, value=value, std_error=errors)


def incidence_at(
    curve: CumulativeIncidence, time: float, confidence_level: float = 0.95
) -> IncidencePoint | NotEstimable:
    """Return the share that left by `time`, or why it is not known.

    >>> from impact.stats.survival.cause_table import cause_table
    >>> curve = cumulative_incidence(cause_table([1, 2, 3, 4], ["a", "b", "a", ""]), "a")
    >>> point = incidence_at(curve, 3.5)
    >>> point.value, point.std_error, round(point.ci_low, 4), round(point.ci_high, 4)
    (0.5, 0.25, 0.0578, 0.8449)
    >>> incidence_at(curve, 5).reason
    'follow-up ends at 4, before 5'
    """
    table = curve.table
    if table.n == 0:
        return NotEstimable("no units")
    emptied = table.time[np.cumprod(table.at_risk > table.leaving) == 0]
    if emptied.size > 1 and time >= emptied[0]:
        return too_early(float(emptied[0]))
    everybody_left = table.at_risk[-1] == table.leaving[-1]
    if time > table.last_time and not everybody_left:
        return NotEstimable(f"follow-up ends at {table.last_time:g}, before {time:g}")
    place = int(np.searchsorted(table.time, time, side="right")) - 1
    value = float(curve.value[place]) if place >= 0 else 0.0
    error = float(curve.std_error[place]) if place >= 0 else 0.0
    return _point(time, value, error, _at_risk(table, time), confidence_level)


def incidence_points(
    curve: CumulativeIncidence, confidence_level: float = 0.95
) -> tuple[IncidencePoint, ...]:
    """Return the whole curve: time 0 and every distinct time of the table.

    >>> from impact.stats.survival.cause_table import cause_table
    >>> curve = cumulative_incidence(cause_table([1, 2], ["a", "b"]), "a")
    >>> [point.value for point in incidence_points(curve)]
    [0.0, 0.5, 0.5]
    """
    table = curve.table
    numbers = (table.time, curve.value, curve.std_error, table.at_risk)
    points = [
        _point(time, value, error, int(n), confidence_level)
        for time, value, error, n in zip(*(part.tolist() for part in numbers), strict=True)
    ]
    if table.n and table.time[0] > 0:
        points.insert(0, _point(0.0, 0.0, 0.0, _at_risk(table, 0.0), confidence_level))
    return tuple(points)


def _point(time: float, value: float, error: float, at_risk: int, level: float) -> IncidencePoint:
    low, high = _limits(value, error, level)
    return IncidencePoint(
        time=time, value=value, std_error=error, ci_low=low, ci_high=high, at_risk=at_risk
    )


def _limits(value: float, error: float, level: float) -> tuple[float | None, float | None]:
    if not 0 < value < 1 or error <= 0:
        return None, None
    stretch = math.exp(normal_quantile(level) * error / (value * -math.log(value)))
    return value**stretch, value ** (1 / stretch)


def _at_risk(table: CauseTable, time: float) -> int:
    place = int(np.searchsorted(table.time, time, side="left"))
    return int(table.at_risk[place]) if place < table.time.size else 0
