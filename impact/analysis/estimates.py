"""One tidy row per estimate, one shape for curves, checks and the verdict."""

from dataclasses import dataclass, fields
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One row: an estimate, or the reason in `note` why there is none (`value` is then None).

    Columns, scales and vocabulary are those of the published contract: `docs/estimates.md`.
    """

    metric: str
    kind: str
    method: str
    quantity: str
    population: str = "intention_to_treat"
    segment: str = "all"
    variant: str = ""
    baseline: str = ""
    term: str = ""
    at: float | None = None
    unit: str = "1"
    value: float | None = None
    std_error: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    ci_set: str = ""
    confidence_level: float | None = None
    statistic: float | None = None
    df: float | None = None
    p_value: float | None = None
    p_value_adjusted: float | None = None
    look: int | None = None
    n_variant: int | None = None
    n_baseline: int | None = None
    events_variant: int | None = None
    events_baseline: int | None = None
    note: str = ""


COLUMNS = tuple(field.name for field in fields(Estimate))
NOT_IDENTIFIED = "not identified"  # how a note begins that takes a comparison back


class CheckStatus(StrEnum):
    """What a check says."""

    PASS = "pass"  # noqa: S105  # a verdict, not a secret
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """May we trust it? One answer, with what it was computed from."""

    name: str
    status: CheckStatus
    message: str
    statistic: float | None = None
    df: float | None = None
    p_value: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """One step of a curve. `at` in the plan's time unit."""

    at: float
    value: float
    ci_low: float | None
    ci_high: float | None
    at_risk: int
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A curve of one arm and segment; `term` is the cause of a cumulative incidence."""

    metric: str
    kind: str
    variant: str
    segment: str
    points: tuple[CurvePoint, ...]
    term: str = ""


class Verdict(StrEnum):
    """What the evidence allows."""

    SHIP = "ship"
    DO_NOT_SHIP = "do_not_ship"
    KEEP_RUNNING = "keep_running"
    NOT_IDENTIFIED = "not_identified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The verdict and why, in whole sentences."""

    verdict: Verdict
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BayesianView:
    """What is believed of one variant's relative benefit (more is better), before and after.

    `scale` names what is relative: the logarithm of a ratio, or a fraction of control's mean.
    """

    metric: str
    variant: str
    baseline: str
    scale: str
    prior_mean: float
    prior_sd: float
    prior_from: str
    mean: float
    sd: float
    ci_low: float
    ci_high: float
    credible_level: float
    probability_of_harm: float
    worthwhile: float
    probability_worthwhile: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """All that evaluation says about an experiment."""

    estimates: tuple[Estimate, ...]
    curves: tuple[Curve, ...]
    checks: tuple[Check, ...]
    decision: Decision
    bayesian: tuple[BayesianView, ...] = ()
