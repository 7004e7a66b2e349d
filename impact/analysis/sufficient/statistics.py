"""The statistics as a whole: what the join hands over and a run keeps."""

from dataclasses import dataclass, field

from impact.analysis.sufficient.checks import CheckCounts
from impact.analysis.sufficient.clusters import ClusterCounts, CrossedCounts, WindowCounts
from impact.analysis.sufficient.counts import ArmAnswers, ArmProportion, ArmQuantile
from impact.analysis.sufficient.moments import ArmAdjusted, ArmMoments
from impact.analysis.sufficient.survival import ArmLifetime, SurvivalCounts


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmCount:
    """Units of one arm: seen, eligible and not forced, and mature for every window."""

    variant: str
    n_units: int
    n_eligible: int
    n_mature: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEffect:
    """The relative benefit that a past experiment found, and its standard error."""

    experiment: str
    effect: float
    std_error: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SufficientStatistics:
    """Everything a report needs of the data. Keys of the mappings are metric keys.

    `money["revenue_and_handling"]` is there when the plan has economics: joint moments per arm,
    named "revenue" (in the plan's currency) and "handle_minutes", or the one that was given.
    `compliance` holds joint moments of outcome and treatment received, all arms of one treatment
    after those of another: "y" and "received", "served=<variant>" or "dose" (minutes), and with
    an adjustment "x", "xy", "xt" and "xx"; centred at the mean of everybody.
    `clusters` holds the same numbers, and those of `compliance`, added up by cluster and arm.
    `crossed` holds ratios by what crosses their units, `windows` sums by window of a switchback.
    `splits` counts units by version and variant where the split changed between versions, and
    `epochs` then holds moments by version, for segments `version=...`.
    `ended_early` counts by window metric, and for the money, the units that count and, as
    successes, those whose observation ended inside of the window before they churned.
    `information` holds per metric its events or units at every earlier look of a plan that spends
    its error rate over looks.
    `response` counts by cluster the units that were asked, and in "y" those who answered.
    `currency` is what all amounts stand in: the plan's, else the only one of the data, else "".
    """

    arms: tuple[ArmCount, ...]
    checks: CheckCounts
    survival: dict[str, tuple[SurvivalCounts, ...]] = field(default_factory=dict)
    moments: dict[str, tuple[ArmMoments, ...]] = field(default_factory=dict)
    proportions: dict[str, tuple[ArmProportion, ...]] = field(default_factory=dict)
    money: dict[str, tuple[ArmMoments, ...]] = field(default_factory=dict)
    ended_early: dict[str, tuple[ArmProportion, ...]] = field(default_factory=dict)
    lifetimes: dict[str, tuple[ArmLifetime, ...]] = field(default_factory=dict)
    compliance: dict[str, tuple[ArmMoments, ...]] = field(default_factory=dict)
    clusters: dict[str, tuple[ClusterCounts, ...]] = field(default_factory=dict)
    crossed: dict[str, CrossedCounts] = field(default_factory=dict)
    windows: dict[str, WindowCounts] = field(default_factory=dict)
    adjusted: dict[str, tuple[ArmAdjusted, ...]] = field(default_factory=dict)
    splits: tuple[tuple[str, str, int], ...] = ()
    epochs: dict[str, tuple[ArmMoments, ...]] = field(default_factory=dict)
    answers: dict[str, tuple[ArmAnswers, ...]] = field(default_factory=dict)
    response: dict[str, ClusterCounts] = field(default_factory=dict)
    quantiles: dict[str, tuple[ArmQuantile, ...]] = field(default_factory=dict)
    caps: dict[str, float] = field(default_factory=dict)  # metric -> where it is winsorised
    not_estimable: dict[str, str] = field(default_factory=dict)  # metric -> reason
    information: dict[str, tuple[int, ...]] = field(default_factory=dict)
    past: tuple[PastEffect, ...] = ()  # of the primary metric, where the plan has a Bayesian view
    currency: str = ""
