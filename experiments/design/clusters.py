"""Clusters: what it costs that customers of one agent, team or queue are alike.

`size` is the mean number of customers or contacts in a cluster, `variation` the coefficient of
variation of the sizes, `icc` the intracluster correlation: the share of the variance that lies
between clusters.
"""

import math
from collections.abc import Sequence
from statistics import fmean, stdev

from experiments.design.bounds import check_fewest, check_positive, check_share

FEW = 30  # below it normal approximations of cluster-robust methods are not to be trusted


def design_effect(size: float, icc: float, *, variation: float = 0.0) -> float:
    """Return by what the number of units grows when clusters are randomised.

    Eldridge, Ashby and Kerry (2006), Int J Epidemiol 35:1292: 1 + ((cv^2 + 1) m - 1) icc.

    Raises:
        InvalidRequest: a size below 1, a negative variation, a correlation outside of 0 to 1.

    >>> round(design_effect(25, 0.05, variation=0.4), 6)
    2.4
    """
    check_fewest("size", size, 1)
    check_fewest("variation", variation, 0)
    check_share("icc", icc)
    return 1 + ((variation**2 + 1) * size - 1) * icc


def size_variation(sizes: Sequence[float]) -> float:
    """Return the coefficient of variation of the clusters' sizes: deviation over mean.

    Raises:
        InvalidRequest: fewer than two sizes, or one that is not positive.

    >>> round(size_variation([10, 20, 30]), 6)
    0.5
    """
    check_fewest("number of sizes", len(sizes), 2)
    for size in sizes:
        check_positive("size", size)
    return stdev(sizes) / fmean(sizes)


def cluster_deviation(
    deviation: float, size: float, icc: float, *, variation: float = 0.0
) -> float:
    """Return the standard deviation between cluster means, of a deviation between units.

    With it `means` sizes an experiment in clusters, with the few degrees of freedom they have.

    Raises:
        InvalidRequest: as for `design_effect`, or a deviation that is not positive.

    >>> round(cluster_deviation(1.0, 25, 0.05, variation=0.4), 6)
    0.309839
    """
    check_positive("deviation", deviation)
    return deviation * math.sqrt(design_effect(size, icc, variation=variation) / size)
