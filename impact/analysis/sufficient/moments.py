"""Moments of numbers per unit, and what is estimated from them: means and ratios."""

from dataclasses import dataclass

import numpy as np

from impact.analysis.sufficient.parts import ALL, Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moments:
    """Mergeable moments of a vector per unit: count, means and centred cross-products.

    `means` has shape (k,), `cross` shape (k, k): the sums of products of deviations from the
    means (so variance = cross[i, i] / (n - 1)). `names` labels the k numbers:
    "y" the metric (a ratio's numerator), "d" a ratio's denominator, "x" a CUPED covariate, "w"
    the metric with every value above a cap counted as the cap.
    """

    names: tuple[str, ...]
    n: int
    means: Floats
    cross: Floats

    def __add__(self, other: "Moments") -> "Moments":
        """Merge two disjoint groups (Chan, Golub and LeVeque 1983).

        Raises:
            ValueError: the groups are of other numbers.

        >>> def around(mean):  # two units, one below and one above
        ...     return Moments(names=("y",), n=2, means=np.array([mean]), cross=np.array([[2.0]]))
        >>> both = around(2.0) + around(6.0)
        >>> both.n, both.means, both.cross
        (4, array([4.]), array([[20.]]))
        """
        if self.names != other.names:
            message = f"moments of {self.names} and {other.names} cannot be merged"
            raise ValueError(message)
        n = self.n + other.n
        if n == 0:
            return self
        delta = other.means - self.means
        return Moments(
            names=self.names,
            n=n,
            means=self.means + delta * (other.n / n),
            cross=self.cross + other.cross + np.outer(delta, delta) * (self.n * other.n / n),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ArmMoments:
    """Moments of one metric in one arm and segment (`all` or `column=value`)."""

    variant: str
    segment: str = ALL
    moments: Moments


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ArmAdjusted:
    """One arm and segment of a mean that Lin's model adjusts.

    `moments` are of the outcome ("y", first) and the covariates; `squared_error` is that of the
    arm's level (HC2), from its units; None where the model cannot be fitted, for `reason`.
    """

    variant: str
    segment: str = ALL
    moments: Moments
    squared_error: float | None = None
    reason: str = ""
