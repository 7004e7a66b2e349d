"""Tests by the randomisation itself: what other draws of the same design would have shown.

Valid for any number of clusters and any distribution of outcomes, because nothing but the draw is
taken to be random (Fisher 1935).
"""

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ALL_DRAWS = 20_000  # designs with as many draws at most are enumerated
SAMPLED = 9_999
TIES = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clusters:
    """One entry per cluster: `total` of the outcome, `weight` that it is divided by, its arm.

    `weight` is the number of units, or the sum of a ratio's denominator. `block` (optional) names
    the group of clusters within which arms were drawn, such as a pair or a day.
    """

    total: Floats
    weight: Floats
    treated: Flags
    block: NDArray[np.int64] | None = None


def randomisation_inference(
    clusters: Clusters, *, level: float, rng: np.random.Generator
) -> Inference | NotEstimable:
    """Return the difference of weighted means with its randomisation interval and p-value.

    Draws keep the number treated in each block. All are enumerated up to 20,000, else 9,999 are
    sampled with `rng` and the true one is added. The interval holds the effects that, the same in
    every cluster, are not rejected (Rosenbaum 2002): exact, by where each draw's statistic crosses.
    No standard error: there is no model that it would belong to.

    >>> clusters = Clusters(total=np.array([3.0, 4, 5, 9, 11, 13, 1, 2, 12, 10]),
    ...     weight=np.ones(10), treated=np.array([0, 0, 0, 1, 1, 1, 0, 0, 1, 1], dtype=bool))
    >>> found = randomisation_inference(clusters, level=0.95, rng=np.random.default_rng(1))
    >>> found.value, round(found.p_value, 4), round(found.ci_low, 9), round(found.ci_high, 9)
    (8.0, 0.0079, 5.5, 10.5)
    """
    if (reason := _not_usable(clusters)) is not None:
        return reason
    draws = drawn_arms(clusters.treated, clusters.block, rng=rng)
    if isinstance(draws, NotEstimable):
        return draws
    observed = float(_differences(clusters, clusters.total, clusters.treated[None, :])[0])
    others = _differences(clusters, clusters.total, draws)
    # A draw's statistic when an effect of 1 for the truly treated is added: where it moves to.
    carried = _differences(clusters, clusters.weight * clusters.treated, draws)
    slack = TIES * (abs(observed) + float(np.abs(others).max()))
    p_value = float((np.abs(others) >= abs(observed) - slack).mean())
    low, high = _interval(observed, others, carried, level)
    if not (math.isfinite(low) and math.isfinite(high)):
        return NotEstimable(
            f"{len(draws)} draws of the arms are possible: too few for an interval at this level"
        )
    return Inference(value=observed, ci_low=low, ci_high=high, p_value=p_value)


def drawn_arms(
    treated: ArrayLike, block: ArrayLike | None = None, *, rng: np.random.Generator
) -> Flags | NotEstimable:
    """Return draws of the arms (draws, clusters), the true one among them.

    >>> drawn_arms([True, False, False], rng=np.random.default_rng(0)).astype(int)
    array([[1, 0, 0],
           [0, 1, 0],
           [0, 0, 1]])
    """
    arms = np.asarray(treated, dtype=np.bool_)
    labels = np.zeros(arms.size, dtype=np.int64) if block is None else np.asarray(block)
    blocks = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    counts = [math.comb(places.size, int(arms[places].sum())) for places in blocks]
    if math.prod(counts) < 2:  # noqa: PLR2004  # the true draw alone
        return NotEstimable("no other draw of the arms was possible")
    if math.prod(counts) <= ALL_DRAWS:
        return _enumerated(arms, blocks)
    return _sampled(arms, blocks, rng)


def _enumerated(arms: Flags, blocks: list[NDArray[np.intp]]) -> Flags:
    draws = np.zeros((1, arms.size), dtype=np.bool_)
    for places in blocks:
        chosen = list(combinations(places.tolist(), int(arms[places].sum())))
        options = np.zeros((len(chosen), arms.size), dtype=np.bool_)
        for row, treated in enumerate(chosen):
            options[row, list(treated)] = True
        draws = (draws[:, None, :] | options[None, :, :]).reshape(-1, arms.size)
    return draws


def _sampled(arms: Flags, blocks: list[NDArray[np.intp]], rng: np.random.Generator) -> Flags:
    draws = np.tile(arms, (SAMPLED + 1, 1))
    for places in blocks:
        draws[1:, places] = rng.permuted(draws[1:, places], axis=1)
    return draws


def _differences(clusters: Clusters, totals: Floats, draws: Flags) -> Floats:
    weights = clusters.weight
    treated = (draws @ totals) / (draws @ weights)
    return np.asarray(treated - (~draws @ totals) / (~draws @ weights))


def _interval(
    observed: float, others: Floats, carried: Floats, level: float
) -> tuple[float, float]:
    """Return the effects that more than 1 - level of the draws are as extreme under.

    Under an effect b a draw's statistic is other - b carried and the true one observed - b. The
    draw is as extreme between the two places where their sizes are equal, which lie on either side
    of the observed effect: so few lows and highs, sorted, are the limits.
    """
    slack = TIES * (abs(observed) + float(np.abs(others).max()))
    with np.errstate(divide="ignore", invalid="ignore"):
        same = (observed - others) / (1 - carried)
        opposite = (observed + others) / (1 + carried)
    ends = np.stack([same, opposite])
    always = (np.abs(1 - np.abs(carried)) < TIES) & (
        np.abs(np.abs(others) - abs(observed)) <= slack
    )
    lows = np.where(always, -np.inf, np.fmin(*ends))
    highs = np.where(always, np.inf, np.fmax(*ends))
    rejected = math.floor(round((1 - level) * len(others), 9))
    return float(np.sort(lows)[rejected]), float(np.sort(highs)[::-1][rejected])


def _not_usable(clusters: Clusters) -> NotEstimable | None:
    numbers = np.concatenate([clusters.total, clusters.weight])
    if not np.isfinite(numbers).all():
        return NotEstimable("a number of a cluster is not finite")
    if (clusters.weight <= 0).any():
        return NotEstimable("a cluster has no weight: its denominator sums to zero or less")
    arms = int(clusters.treated.sum()), int((~clusters.treated).sum())
    if min(arms) < 1:
        return NotEstimable("no cluster in one of the arms")
    means = clusters.total / clusters.weight
    if float(np.ptp(means)) <= TIES * float(np.abs(means).max()):
        return NotEstimable("zero variance: all clusters have the same value")
    return None
