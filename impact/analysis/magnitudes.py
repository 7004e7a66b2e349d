"""Numbers so large or so small that what is computed from them is no number any more.

Errors and their degrees of freedom are of up to the eighth power, and double precision ends at
1e308. No amount, time or score comes near; a wrong unit or a slip of the pen does.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from impact.analysis.sufficient import (
    ArmAnswers,
    ArmLifetime,
    ArmMoments,
    ArmQuantile,
    ClusterCounts,
    Floats,
    Moments,
    SufficientStatistics,
)

LARGEST, SMALLEST = 1e30, 1e-30  # in size; zero is no small number
PRODUCTS = frozenset({"xy", "xt", "xx"})  # of two numbers of a unit
TABLES = (
    "moments",
    "lifetimes",
    "compliance",
    "clusters",
    "crossed",
    "windows",
    "adjusted",
    "epochs",
    "answers",
    "quantiles",
    "money",
)


def within_range(statistics: SufficientStatistics) -> SufficientStatistics:
    """Return the statistics without the metrics that nothing can be computed of, each named.

    Whatever was known of such a metric (or of the money) is left out, so that all that is stored
    is finite, and `not_estimable` has the reason.

    >>> from impact.analysis.sufficient import CheckCounts
    >>> moments = Moments(names=("y",), n=9, means=np.array([1e40]), cross=np.zeros((1, 1)))
    >>> found = within_range(SufficientStatistics(arms=(), checks=CheckCounts(assigned=()),
    ...     moments={"paid": (ArmMoments(variant="a", moments=moments),)}))
    >>> found.moments, found.not_estimable["paid"]
    ({}, 'values so large (1e+40) that nothing follows: none may pass 1e+30')
    """
    keys = dict.fromkeys(key for name in TABLES for key in getattr(statistics, name))
    known = {key: reason for key in keys if (reason := _reason(statistics, key))}
    earlier = tuple(
        (name, arms)
        for name, arms in statistics.checks.pre_period
        if not any(map(reason_of, _of_arms(arms)))
    )
    kept: dict[str, Any] = {name: _without(getattr(statistics, name), known) for name in TABLES}
    return replace(
        statistics,
        checks=replace(statistics.checks, pre_period=earlier),
        not_estimable=statistics.not_estimable | known,
        **kept,
    )


def reason_of(sizes: Floats) -> str:
    """Return why numbers of these sizes, of any shape, cannot be computed with; "" where they can.

    >>> reason_of(np.array([0.0, 61.5]))
    ''
    >>> reason_of(np.array([1e160]))
    'values so large (1e+160) that nothing follows: none may pass 1e+30'
    """
    largest = float(sizes[np.isfinite(sizes)].max(initial=0.0))
    if largest > LARGEST:
        return f"values so large ({largest:.3g}) that nothing follows: none may pass {LARGEST:g}"
    if not np.isfinite(sizes).all():
        return f"values so large that they are not finite: none may pass {LARGEST:g}"
    smallest = float(sizes[sizes > 0].min(initial=LARGEST))
    if smallest < SMALLEST:
        return (
            f"values so small ({smallest:.3g}) that nothing follows: only 0 may pass {SMALLEST:g}"
        )
    return ""


def sizes_of(moments: Moments) -> Floats:
    """Return the larger of mean and deviation of each number; a mean beyond the range alone.

    Shape (k,), in the units of the numbers; of a product of two the size of a factor.

    >>> means, cross = np.array([-3.0, 0.0]), np.diag([4.0, 16.0])
    >>> sizes_of(Moments(names=("y", "d"), n=4, means=means, cross=cross))
    array([3., 2.])
    """
    size = np.abs(moments.means)
    deviation = np.sqrt(np.diag(moments.cross) / max(moments.n, 1))
    return _in_units(moments.names, np.where(size > LARGEST, size, np.maximum(size, deviation)))


def _without(table: Mapping[str, object], keys: Mapping[str, str]) -> dict[str, object]:
    return {key: value for key, value in table.items() if key not in keys}


def _reason(statistics: SufficientStatistics, key: str) -> str:
    return reason_of(np.concatenate([np.zeros(0), *_sizes(statistics, key)]))


def _sizes(statistics: SufficientStatistics, key: str) -> Iterator[Floats]:
    """Yield how large the numbers of a metric are, those of one arm and segment at a time."""
    for table in (statistics.moments, statistics.compliance, statistics.epochs, statistics.money):
        yield from _of_arms(table.get(key, ()))
    yield from (sizes_of(arm.moments) for arm in statistics.adjusted.get(key, ()))
    yield from map(_of_clusters, statistics.clusters.get(key, ()))
    if key in statistics.windows:
        yield _of_clusters(statistics.windows[key].counts)
    if key in statistics.crossed:
        yield from _of_arms(statistics.crossed[key].pairs)
        yield _of_clusters(statistics.crossed[key].groups)
    yield from map(_of_lifetime, statistics.lifetimes.get(key, ()))
    yield from map(_of_answers, statistics.answers.get(key, ()))
    yield from map(_of_quantile, statistics.quantiles.get(key, ()))


def _of_arms(arms: Iterable[ArmMoments]) -> Iterator[Floats]:
    for arm in arms:
        yield sizes_of(arm.moments)


def _of_clusters(counts: ClusterCounts) -> Floats:
    """Return the largest of each number, per unit of its cluster."""
    each = np.abs(counts.sums) / np.maximum(counts.n, 1)[:, None]
    return _in_units(counts.names, each.max(axis=0, initial=0.0))


def _in_units(names: tuple[str, ...], sizes: Floats) -> Floats:
    """Return the size of a factor where a number is a product of two."""
    return np.where(np.isin(names, list(PRODUCTS)), np.sqrt(sizes), sizes)


def _of_lifetime(arm: ArmLifetime) -> Floats:
    squares = np.sqrt(arm.squares / np.maximum(arm.n, 1))
    parts = (np.abs(arm.earned), squares, np.abs(arm.paid) / max(int(arm.n.sum()), 1))
    return np.array([part.max(initial=0.0) for part in parts])


def _of_answers(arm: ArmAnswers) -> Floats:
    return np.array([np.abs(part).max(initial=0.0) for part in (arm.values, arm.means)])


def _of_quantile(arm: ArmQuantile) -> Floats:
    return np.array([abs(end) for end in (arm.value, arm.low, arm.high) if end is not None])
