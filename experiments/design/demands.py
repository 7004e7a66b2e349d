"""How sure an answer must be, and what there is where no answer can be."""

from dataclasses import dataclass
from statistics import NormalDist

from experiments.design.bounds import check_between

NORMAL = NormalDist()


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """The error rates of a two-sided test.

    `alpha` is the chance to find a difference where there is none, `power` the chance to find the
    difference that is there; a test that finds less often than at random is refused.

    >>> round(USUAL.z_alpha + USUAL.z_power, 4)
    2.8016
    >>> Demands(alpha=0.05, power=1)
    Traceback (most recent call last):
        ...
    experiments.errors.InvalidRequest: power = 1: must be above 0.05 and below 1
    """

    alpha: float = 0.05
    power: float = 0.8

    def __post_init__(self) -> None:
        check_between("alpha", self.alpha, 0, 1)
        check_between("power", self.power, self.alpha, 1)

    @property
    def z_alpha(self) -> float:
        """The standard normal quantile that the statistic must pass."""
        return NORMAL.inv_cdf(1 - self.alpha / 2)

    @property
    def z_power(self) -> float:
        """The standard normal quantile of the power."""
        return NORMAL.inv_cdf(self.power)


USUAL = Demands()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """Why there is no number: a design that no size or no effect makes sufficient."""

    reason: str
