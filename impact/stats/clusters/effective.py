"""How many clusters of one size would say as much as these."""

import numpy as np
from numpy.typing import ArrayLike


def effective_clusters(whole: ArrayLike) -> float:
    """Return (sum w^2)^2 / sum w^4, w how far each cluster moves the estimate as one block.

    Carter, Schnepel and Steigerwald (2017), for units of a cluster that are wholly alike: then a
    cluster's part of the variance is its weight squared, and a giant is one observation whatever
    its size. Student's t on one less is what a test from unequal clusters is read against.

    >>> effective_clusters([1.0, 1.0, -1.0, -1.0]), round(effective_clusters([9.0, 1.0, -1.0]), 2)
    (4.0, 1.05)
    """
    squares = np.asarray(whole, dtype=np.float64) ** 2
    largest = float(squares.max(initial=0.0))
    if largest == 0:
        return 0.0
    shares = squares / largest
    return float(shares.sum() ** 2 / (shares**2).sum())
