"""Two arms of cluster sums as the statistics take them, and what these answer."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impact.analysis.estimates import Estimate
from impact.analysis.rows import Sides, Subject, row
from impact.analysis.sufficient import ClusterCounts, Floats
from impact.stats.clusters.comparison import (
    FEW,
    ClusterSums,
    compared,
    contrast_of,
    correction_for,
)
from impact.stats.clusters.randomisation import randomisation_inference
from impact.stats.clusters.regression import ClusterFit, cluster_fit
from impact.stats.estimable import NotEstimable
from impact.stats.inference import Inference

SEED = 20_260_101  # of sampled draws: the same statistics give the same digits
BESIDE = frozenset({"d", "x", "xy", "xt", "xx"})  # numbers that are no outcome
DRAWN = "randomisation"
ADJUSTED = "cuped_"
CONSTANT_EFFECT = "interval for an effect that is the same in every cluster"
ONE_CLUSTER = NotEstimable("the arm has one cluster")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Compared:
    """A comparison of two arms. `fit` is None where the draw itself is the test."""

    method: str
    sides: Sides
    difference: Inference | NotEstimable
    note: str
    level: float
    fit: ClusterFit | None = None


def compared_arms(
    counts: ClusterCounts, variant: str, control: str, *, level: float
) -> Iterator[Compared]:
    """Yield the comparison of a variant with control, and the adjusted one where there is x.

    Fewer than 15 clusters that are each in one arm are compared by randomisation inference;
    other few by CR2 with Satterthwaite's degrees of freedom; forty and more by CR1.

    >>> counts = ClusterCounts(names=("y",), cluster=np.arange(8), variant=np.repeat(["a", "b"], 4),
    ...     n=np.full(8, 10), sums=10 * np.array([[5.0], [6], [7], [6], [8], [9], [7], [8]]))
    >>> (found,) = compared_arms(counts, "b", "a", level=0.95)
    >>> found.method, found.difference.value, round(found.difference.p_value, 4)
    ('randomisation', 2.0, 0.0571)
    >>> found.note
    '8 clusters; interval for an effect that is the same in every cluster'
    """
    chosen = np.isin(counts.variant, (variant, control))
    sums = sums_of(counts, chosen, variant)
    sides = sides_of(counts, variant, control)
    note = _note(counts, sums)
    if sums.are_whole and sums.clusters < FEW:
        rng = np.random.default_rng(SEED)
        drawn = randomisation_inference(sums.as_clusters(), level=level, rng=rng)
        said = f"{note}; {CONSTANT_EFFECT}"
        yield Compared(method=DRAWN, sides=sides, difference=drawn, note=said, level=level)
        return
    yield _by_errors(sums, sides, note, level)
    if "x" in counts.names:
        yield _by_errors(sums_of(counts, chosen, variant, adjusted=True), sides, note, level)


def _by_errors(sums: ClusterSums, sides: Sides, note: str, level: float) -> Compared:
    fit = compared(sums)
    prefix = "" if sums.covariate is None else ADJUSTED
    return Compared(
        method=f"{prefix}{correction_for(sums.clusters).value}",
        sides=sides,
        difference=fit
        if isinstance(fit, NotEstimable)
        else contrast_of(fit, _second(fit), level=level),
        note=note,
        level=level,
        fit=None if isinstance(fit, NotEstimable) else fit,
    )


def level_of(subject: Subject, quantity: str, counts: ClusterCounts, variant: str) -> Estimate:
    """Return the row of one arm's mean, proportion or ratio with errors between its clusters.

    >>> subject = Subject(
    ...     metric="paid", kind="mean", unit="EUR", level=0.95, control="a", look=None)
    >>> counts = ClusterCounts(names=("y",), cluster=np.arange(3), n=np.array([10, 20, 10]),
    ...     variant=np.array(["a", "a", "b"]), sums=np.array([[50.0], [160.0], [80.0]]))
    >>> round(level_of(subject, "mean", counts, "a").value, 4)
    7.0
    >>> level_of(subject, "mean", counts, "b").note
    'no interval: the arm has one cluster'
    """
    chosen = counts.variant == variant
    sums = sums_of(counts, chosen, variant)
    shares, products = sums.weight[:, None, None], sums.outcome[:, :1, None]
    fit = cluster_fit(shares, products, int(sums.n.sum()))
    sides = Sides(variant=variant, n_variant=int(sums.n.sum()))
    method = correction_for(sums.clusters).value
    if not sums.clusters or isinstance(fit, NotEstimable):
        return row(subject, quantity, method, sides, NotEstimable("no unit in the arm"))
    found = contrast_of(fit, [1.0], level=subject.level) if sums.clusters > 1 else ONE_CLUSTER
    if isinstance(found, Inference):
        alone = Inference(
            value=found.value,
            std_error=found.std_error,
            ci_low=found.ci_low,
            ci_high=found.ci_high,
            df=found.df,
        )
        return row(subject, quantity, method, sides, alone)
    value = Inference(value=float(fit.coefficients[0, 0]))
    return row(subject, quantity, method, sides, value, f"no interval: {found.reason}")


def sums_of(
    counts: ClusterCounts, chosen: NDArray[np.bool_], variant: str, *, adjusted: bool = False
) -> ClusterSums:
    """Return the entries that were chosen; a ratio is weighted by its denominator.

    `chosen` is a mask of shape (entries,). The outcomes are the metric's own and, where it is
    there, the treatment received.

    Raises:
        ValueError: `adjusted`, and there is no covariate "x" with its products.

    >>> counts = ClusterCounts(names=("y", "d"), cluster=np.arange(3), n=np.array([2, 2, 2]),
    ...     variant=np.array(["a", "b", "c"]), sums=np.array([[600.0, 3], [500, 2], [400, 2]]))
    >>> sums = sums_of(counts, np.isin(counts.variant, ("a", "b")), "b")
    >>> sums.treated.tolist(), sums.outcome.tolist(), sums.weight.tolist()
    ([0, 1], [[600.0], [500.0]], [3.0, 2.0])
    """
    n = counts.n[chosen].astype(np.float64)
    outcome = [place for place, name in enumerate(counts.names) if name not in BESIDE]
    covariate: Floats | None = None
    products: Floats | None = None
    if adjusted:
        covariate = np.stack([counts.number("x")[chosen], counts.number("xx")[chosen]], axis=1)
        products = np.stack(
            [counts.number(name)[chosen] for name in ("xy", "xt") if name in counts.names], axis=1
        )
    return ClusterSums(
        cluster=counts.cluster[chosen],
        treated=(counts.variant[chosen] == variant).astype(np.int64),
        n=n,
        weight=counts.number("d")[chosen] if "d" in counts.names else n,
        outcome=counts.sums[chosen][:, outcome],
        covariate=covariate,
        products=products,
    )


def sides_of(counts: ClusterCounts, variant: str, control: str) -> Sides:
    """Return both arms with their units; those without a cluster are not among them.

    >>> counts = ClusterCounts(names=("y",), cluster=np.arange(3), n=np.array([10, 20, 12]),
    ...     variant=np.array(["a", "a", "b"]), sums=np.ones((3, 1)))
    >>> sides = sides_of(counts, "b", "a")
    >>> sides.n_variant, sides.n_baseline
    (12, 30)
    """
    sizes = {name: int(counts.n[counts.variant == name].sum()) for name in (variant, control)}
    return Sides(
        variant=variant, baseline=control, n_variant=sizes[variant], n_baseline=sizes[control]
    )


def _second(fit: ClusterFit) -> Floats:
    contrast = np.zeros(fit.root.shape[0])
    contrast[1] = 1.0
    return contrast


def _note(counts: ClusterCounts, sums: ClusterSums) -> str:
    left_out = f"; {counts.left_out} units without a cluster left out" if counts.left_out else ""
    return f"{sums.clusters} clusters{left_out}"
