"""What assignment did to the outcome and to the treatment received, with their joint covariance.

Everything about compliers follows from these two differences: their ratio, its error, the strength
of the first and the Anderson-Rubin set.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from impact.stats.estimable import NotEstimable

Floats = NDArray[np.float64]

PLAIN, ADJUSTED = 2, 6  # how many numbers a unit has without and with a covariate
SINGULAR = 1e-10
SAME_TREATMENT = "everybody received the same treatment"
CONSTANT = "the outcome has one value in each arm"
LAST_BITS = 1e-12
DUST = 1e-20  # a variance below this share of the squared mean is rounding
# Where the product of two of (1, y, t, x) stands among (1, y, t, x, xy, xt, xx): a score is the
# product of a combination of (1, x) and a combination of (1, y, t, x).
PRODUCTS = np.array([[0, 1, 2, 3], [3, 4, 5, 6]])


class Errors(StrEnum):
    """How the covariance is found: one variance for all units, or each unit's own (HC1)."""

    CLASSIC = "classic"
    ROBUST = "robust"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arm:
    """The units of one arm: `n`, `means` (k,) and `cross` (k, k), sums of centred products.

    The k numbers of a unit are the outcome y and the treatment t that it received; with a
    covariate x known before assignment also x, x y, x t and x x, so that k is 2 or 6. In the
    latter case subtract a constant near their means from y, t and x of both arms beforehand: it
    changes no effect and saves digits.
    """

    n: int
    means: Floats
    cross: Floats

    @property
    def squares(self) -> Floats:
        """Sums of products of (1, numbers), shape (k + 1, k + 1)."""
        full = np.empty((self.means.size + 1, self.means.size + 1))
        full[0, 0] = self.n
        full[0, 1:] = full[1:, 0] = self.n * self.means
        full[1:, 1:] = self.cross + self.n * np.outer(self.means, self.means)
        return full


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AssignmentEffects:
    """Effects of assignment on outcome and on treatment received: `covariance` is 2 by 2.

    `df` are the degrees of freedom of tests about them.
    """

    outcome: float
    treatment: float
    covariance: Floats
    df: float

    def variance_at(self, effect: float) -> float:
        """Return the variance of the outcome's effect minus `effect` times the treatment's."""
        weights = np.array([1.0, -effect])
        return float(weights @ self.covariance @ weights)


def assignment_effects(
    variant: Arm, control: Arm, *, errors: Errors = Errors.ROBUST
) -> AssignmentEffects | NotEstimable:
    """Return both differences, variant minus control, by least squares on assignment.

    With a covariate the regression is on assignment and covariate, one slope for both arms.
    Exact from the moments of each arm: a unit's score is linear in its numbers (White 1980; HC1,
    n / (n - k)).

    >>> moments = dict(means=np.array([5.0, 0.8]), cross=np.array([[40.0, 3.0], [3.0, 1.6]]))
    >>> other = dict(means=np.array([4.0, 0.2]), cross=np.array([[40.0, 3.0], [3.0, 1.6]]))
    >>> found = assignment_effects(Arm(n=10, **moments), Arm(n=10, **other))
    >>> round(found.outcome, 9), round(found.treatment, 9), found.df
    (1.0, 0.6, 18)
    """
    if (reason := _not_usable(variant, control)) is not None:
        return reason
    arms = _centred(control, variant)
    designs = [_regressors(arms[assigned].means.size, assigned) for assigned in (0, 1)]
    squares = [arm.squares for arm in arms]
    gram = sum((d @ m @ d.T for d, m in zip(designs, squares, strict=True)), np.zeros(()))
    if _is_singular(gram):
        return NotEstimable("the covariate has one value in each arm")
    inverse = np.linalg.inv(gram)
    products = sum((d @ m for d, m in zip(designs, squares, strict=True)), np.zeros(()))[:, 1:3]
    slopes = inverse @ products
    n, df = sum(arm.n for arm in arms), sum(arm.n for arm in arms) - len(gram)
    if errors is Errors.ROBUST:
        scores = [_scores(inverse[1], slopes, assigned) for assigned in (0, 1)]
        meat = sum((w @ m @ w.T for w, m in zip(scores, squares, strict=True)), np.zeros(()))
        covariance = meat * n / df
    else:
        total = sum(squares, np.zeros(()))[1:3, 1:3]
        covariance = (total - products.T @ slopes) / df * inverse[1, 1]
    return AssignmentEffects(
        outcome=float(slopes[1, 0]), treatment=float(slopes[1, 1]), covariance=covariance, df=df
    )


def _not_usable(variant: Arm, control: Arm) -> NotEstimable | None:
    if min(variant.n, control.n) < 2:  # noqa: PLR2004  # a variance needs two units
        return NotEstimable("fewer than two units in one of the arms")
    numbers = [array for arm in (variant, control) for array in (arm.means, arm.cross)]
    if not all(np.isfinite(array).all() for array in numbers):
        return NotEstimable("a number of a unit is not finite")
    if _is_dust(variant, control, 1) and abs(variant.means[1] - control.means[1]) <= LAST_BITS:
        return NotEstimable(SAME_TREATMENT)
    return NotEstimable(CONSTANT) if _is_dust(variant, control, 0) else None


def _is_dust(variant: Arm, control: Arm, place: int) -> bool:
    """Has a number one value in each arm, but for the last bits?"""
    spread = float(variant.cross[place, place] + control.cross[place, place])
    size = max(1.0, float(variant.means[place]) ** 2, float(control.means[place]) ** 2)
    return spread <= DUST * (variant.n + control.n) * size


def _centred(*arms: Arm) -> tuple[Arm, ...]:
    """Take everybody's mean away where there are no products that would have to follow."""
    if arms[0].means.size == ADJUSTED:
        return arms
    centre = sum((arm.n * arm.means for arm in arms), np.zeros(PLAIN)) / sum(a.n for a in arms)
    return tuple(Arm(n=arm.n, means=arm.means - centre, cross=arm.cross) for arm in arms)


def _regressors(size: int, assigned: int) -> Floats:
    """Return (1, z, x) of a unit as combinations of (1, numbers)."""
    design = np.zeros((3 if size == ADJUSTED else 2, size + 1))
    design[0, 0], design[1, 0] = 1.0, assigned
    if size == ADJUSTED:
        design[2, 3] = 1.0
    return design


def _scores(bread: Floats, slopes: Floats, assigned: int) -> Floats:
    """Return the scores of both effects of assignment as combinations of (1, numbers)."""
    covariates = bread.size - 2
    weight = np.array([bread[0] + bread[1] * assigned, *bread[2:]])
    scores = np.zeros((2, 1 + (ADJUSTED if covariates else PLAIN)))
    for place in (0, 1):
        level = slopes[0, place] + slopes[1, place] * assigned
        residual = np.array([-level, place == 0, place == 1, *(-slopes[2:, place])])
        for row, factor in enumerate(weight):
            np.add.at(scores[place], PRODUCTS[row, : residual.size], factor * residual)
    return scores


def _is_singular(gram: Floats) -> bool:
    scale = np.sqrt(np.diag(gram))
    if not (scale > 0).all():
        return True
    return bool(np.linalg.eigvalsh(gram / np.outer(scale, scale))[0] < SINGULAR)
