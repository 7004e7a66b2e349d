"""What is known before assignment, and how a model uses it."""

from dataclasses import dataclass
from enum import StrEnum


class CovariateKind(StrEnum):
    """How a covariate enters a model."""

    CATEGORICAL = "categorical"
    NUMERIC = "numeric"
    BINS = "bins"


@dataclass(frozen=True, slots=True, kw_only=True)
class Covariate:
    """A column known before assignment. `edges` (ascending) only for bins: [e_i, e_i+1)."""

    name: str
    kind: CovariateKind = CovariateKind.CATEGORICAL
    edges: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuped:
    """Adjust by the same source over the days before the start, or by a numeric column.

    Exactly one of `pre_window` (days) and `covariate` is given.
    """

    pre_window: int | None = None
    covariate: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lin:
    """Adjust by all of these, each with a slope of its own in every arm.

    `pre_window` (days) is the same source before the start. At least one of both is given.
    """

    pre_window: int | None = None
    covariates: tuple[Covariate, ...] = ()
