"""Curves of one arm when units are alike within clusters: same values, limits between clusters."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from math import exp, log

import numpy as np

from impact.analysis.estimates import Curve, CurvePoint, Estimate
from impact.analysis.notes import joined
from impact.analysis.rows import Subject
from impact.analysis.survival.arms import Arms
from impact.analysis.survival.cells import Cells
from impact.analysis.survival.clustered import CORRECTED, METHOD
from impact.analysis.survival.robust import MOST_WEIGHED, Errors
from impact.analysis.withheld import value_alone
from impact.stats.clusters.comparison import FEW, LEAST_DF, MANY
from impact.stats.inference import quantile_of
from impact.stats.survival.curve_few_clusters import (
    Part,
    curve_cluster_error,
    effect_on_mean,
    effect_on_survival,
)
from impact.stats.survival.few_clusters import ClusterError
from impact.stats.survival.influence import clustered_error, influence
from impact.stats.survival.kaplan_meier import KaplanMeier

SURVIVAL = "survival_probability"
MEANS = frozenset({"rmst", "lost_time"})
ALIKE = "no limits: they would take those of one {} for independent"
Limits = tuple[float | None, float | None]


def clustered_arm_rows(
    subject: Subject, cells: Cells, arms: Arms, rows: Iterable[Estimate], errors: Errors | None
) -> Iterator[Estimate]:
    """Yield the rows about one arm, with errors by cluster where the plan names clusters.

    Those of survival and restricted means have them; medians and shares by cause keep their value
    and say why they have no limits.

    >>> from impact.analysis.survival.arms import arms_of
    >>> subject = Subject(
    ...     metric="kept", kind="time_to_event", unit="1", level=0.95, control="a", look=None)
    >>> cells = Cells(segment="all", variants=("a",), arm=np.zeros(40, dtype=int),
    ...     time=np.resize([10.0, 20, 30], 40), event=np.resize([True, True, False], 40),
    ...     n=np.resize([3, 2, 7, 4], 40), stratum=np.zeros(40, dtype=int),
    ...     clusters={"team": np.arange(40) // 2})
    >>> row = Estimate(metric="kept", kind="time_to_event", method="kaplan_meier", variant="a",
    ...     quantity="survival_probability", at=25.0, value=0.3, ci_low=0.2, ci_high=0.4)
    >>> median = replace(row, quantity="median_survival", value=20.0)
    >>> arms, errors = arms_of(cells, "a"), Errors(cluster="team")
    >>> for found in clustered_arm_rows(subject, cells, arms, [row, median], errors):
    ...     print(found.quantity, found.method, found.note)
    survival_probability kaplan_meier_cluster_cr2 20 clusters of team
    median_survival kaplan_meier no limits: they would take those of one team for independent
    """
    for found in rows:
        if errors is None or not errors.cluster or found.value is None:
            yield found
        elif found.quantity == SURVIVAL or found.quantity in MEANS:
            yield _with_error(subject, cells, arms, found, errors)
        else:
            yield value_alone(found, ALIKE.format(errors.cluster))


def clustered_curves(
    subject: Subject,
    cells: Cells,
    arms: Mapping[str, KaplanMeier],
    curves: Iterable[Curve],
    errors: Errors | None,
) -> Iterator[Curve]:
    """Yield the curves, with bands between clusters from 40 of them in the arm on, else without.

    At every point the limits of log(-log) with the clustered error of the curve (Williams 1995)
    and Student's t on the clusters less one. Shares by cause have no band.

    >>> from impact.analysis.survival.arms import arms_of
    >>> subject = Subject(
    ...     metric="kept", kind="time_to_event", unit="1", level=0.95, control="a", look=None)
    >>> cells = Cells(segment="all", variants=("a",), arm=np.zeros(40, dtype=int),
    ...     time=np.resize([10.0, 20, 30], 40), event=np.resize([True, True, False], 40),
    ...     n=np.resize([3, 2, 7, 4], 40), stratum=np.zeros(40, dtype=int),
    ...     clusters={"team": np.arange(40)})
    >>> point = CurvePoint(at=10.0, value=0.65, ci_low=0.6, ci_high=0.7, at_risk=160, events=56)
    >>> curve = Curve(metric="kept", kind="survival", variant="a", segment="all", points=(point,))
    >>> def banded(teams):
    ...     grouped = replace(cells, clusters={"team": np.arange(40) % teams})
    ...     arms = arms_of(grouped, "a").curves
    ...     (found,) = clustered_curves(subject, grouped, arms, [curve], Errors(cluster="team"))
    ...     return found.points[0].ci_low
    >>> round(banded(40), 3), banded(20)
    (0.458, None)
    """
    for curve in curves:
        if errors is None or not errors.cluster:
            yield curve
        elif curve.term or _clusters(cells, curve.variant, errors) < MANY:
            yield _without_band(curve)
        else:
            yield _with_band(subject, cells, arms[curve.variant], curve, errors)


def _with_error(
    subject: Subject, cells: Cells, arms: Arms, found: Estimate, errors: Errors
) -> Estimate:
    own = _of_arm(cells, found.variant)
    clusters = _clusters(cells, found.variant, errors)
    if clusters < FEW:
        few = f"no limits: {clusters} clusters of {errors.cluster}, fewer than {FEW}"
        return value_alone(found, few)
    error = _error(own, arms.curves[found.variant], found, errors)
    said = f"{clusters} clusters of {errors.cluster}"
    method = METHOD if clusters >= MANY else CORRECTED
    named = replace(found, method=method, std_error=error.std_error, note=joined(found.note, said))
    if found.ci_low is None or error.std_error <= 0:
        return value_alone(found, said)
    if not error.df >= LEAST_DF:
        few = f"too few clusters carry it: {error.df:.1f} effective degrees of freedom"
        return replace(value_alone(found, few), std_error=error.std_error)
    low, high = _limits(found.quantity, found.value or 0.0, error, subject.level)
    return replace(named, ci_low=low, ci_high=high)


def _error(own: Cells, curve: KaplanMeier, found: Estimate, errors: Errors) -> ClusterError:
    horizon, of_survival = found.at or 0.0, found.quantity == SURVIVAL
    moved = influence(curve, own.time, own.event, horizon, own.entry)
    cluster = own.clusters[errors.cluster]
    part = Part(
        curve=curve,
        moved=moved.survival if of_survival else moved.restricted_mean,
        effect=(effect_on_survival if of_survival else effect_on_mean)(curve, horizon),
        time=own.time,
        entry=own.entry,
        n=own.n,
        cluster=cluster,
    )
    groups = np.unique(cluster).size
    if groups <= MOST_WEIGHED:
        return curve_cluster_error([part])
    plain = clustered_error([(part.moved, own.n, cluster)])
    return ClusterError(std_error=plain, df=groups - 1.0)


def _limits(quantity: str, value: float, error: ClusterError, level: float) -> Limits:
    reach = quantile_of(level, error.df) * error.std_error
    if quantity != SURVIVAL:
        return value - reach, value + reach
    return _log_log(value, reach)


def _log_log(value: float, reach: float) -> Limits:
    """Return the limits on the log(-log) scale, none where the curve is at 0 or 1."""
    if not 0 < value < 1 or reach <= 0:
        return None, None
    factor = exp(min(reach / (value * -log(value)), 700.0))
    return value**factor, value ** (1 / factor)


def _with_band(
    subject: Subject, cells: Cells, fitted: KaplanMeier, curve: Curve, errors: Errors
) -> Curve:
    own = _of_arm(cells, curve.variant)
    cluster = own.clusters[errors.cluster]
    quantile = quantile_of(subject.level, np.unique(cluster).size - 1.0)

    def banded(point: CurvePoint) -> CurvePoint:
        if point.ci_low is None:
            return point
        moved = influence(fitted, own.time, own.event, point.at, own.entry).survival
        reach = quantile * clustered_error([(moved, own.n, cluster)])
        low, high = _log_log(point.value, reach)
        return replace(point, ci_low=low, ci_high=high)

    return replace(curve, points=tuple(banded(point) for point in curve.points))


def _without_band(curve: Curve) -> Curve:
    bare = (replace(point, ci_low=None, ci_high=None) for point in curve.points)
    return replace(curve, points=tuple(bare))


def _of_arm(cells: Cells, variant: str) -> Cells:
    return cells.where(cells.arm == cells.variants.index(variant))


def _clusters(cells: Cells, variant: str, errors: Errors) -> int:
    return int(np.unique(_of_arm(cells, variant).clusters[errors.cluster]).size)
