"""The sufficient statistics of an experiment: what the join hands over and a run keeps.

From these small tables every estimate is recomputed to the digit, without a customer's row.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

ALL = "all"
STAYED, OTHER_CAUSE = "", "(other)"  # no cause, and one that the plan does not name


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmCount:
    """Units of one arm: seen, eligible and not forced, and mature for every window."""

    variant: str
    n_units: int
    n_eligible: int
    n_mature: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SurvivalCounts:
    """Customers of one time-to-event metric, counted by identical rows.

    All arrays have one entry per cell. `time` is whole days since the start, `event` 1 for churn
    and 0 for censoring, `n` how many units the cell holds. `covariates` and `strata` map a
    column's name to its label per cell (numeric covariates as float arrays). `clusters` numbers the
    groups of units that are alike, -1 for units without one: numbers, so that no id is kept.
    `cause` is why a cell churned, "" where it did not, None where the plan does not ask.
    A cell is at risk on the days after its `entry`, None where all are from the start (an entry of
    -1, so that churn on day 0 counts).
    """

    segment: str = ALL
    variant: NDArray[np.str_]
    time: Integers
    event: Integers
    n: Integers
    covariates: dict[str, NDArray[np.str_] | Floats] = field(default_factory=dict)
    strata: dict[str, NDArray[np.str_]] = field(default_factory=dict)
    clusters: dict[str, Integers] = field(default_factory=dict)
    cause: NDArray[np.str_] | None = None
    entry: Integers | None = None


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
        """Merge two disjoint groups (Chan, Golub and LeVeque 1983)."""
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
class ClusterCounts:
    """Units of one metric added up by cluster and arm: an entry per pair of them.

    `cluster` holds codes without meaning, `n` how many units, `sums` (entries, k) the sums of the
    k numbers that `names` labels as those of `Moments`; "x" comes with the products "xy" and "xx".
    `left_out` units had no cluster. `shared`: the segments of a column have the same codes.
    """

    segment: str = ALL
    names: tuple[str, ...]
    cluster: Integers
    variant: NDArray[np.str_]
    n: Integers
    sums: Floats
    left_out: int = 0
    shared: bool = False

    def number(self, name: str) -> Floats:
        """Return the sums of one of the numbers, shape (entries,)."""
        return np.asarray(self.sums[:, self.names.index(name)])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WindowCounts:
    """A metric's sums by window of time, an entry per window and arm in the order of time.

    `counts` has the windows for clusters, `day` a code of the day that each began on, `before` the
    variant of the window before it, "" where it is unknown; None in statistics stored without it.
    """

    counts: ClusterCounts
    day: Integers
    before: NDArray[np.str_] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CrossedCounts:
    """A ratio's sums "y" and "d" by what crosses its units.

    `pairs` are moments per arm of the sums of each pair of unit and crossing group, `groups` the
    sums of each group and arm.
    """

    pairs: tuple["ArmMoments", ...]
    groups: ClusterCounts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ArmMoments:
    """Moments of one metric in one arm and segment (`all` or `column=value`)."""

    variant: str
    segment: str = ALL
    moments: Moments


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmProportion:
    """Successes among units of one arm and segment."""

    variant: str
    segment: str = ALL
    n: int
    successes: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ArmLifetime:
    """Revenue until a horizon (days) of one arm and segment, for weighting by observation.

    Per cell: `time` (days, at most the horizon), `complete` (churned, or seen to the horizon),
    `churned`, `n` customers, and of their revenue, each payment over the chance to be observed
    for so long, the mean `earned` and the centred `squares`. Per day `known`: what was `paid`.
    """

    variant: str
    segment: str = ALL
    horizon: int
    time: Integers
    complete: NDArray[np.bool_]
    churned: NDArray[np.bool_]
    n: Integers
    earned: Floats
    squares: Floats
    known: Integers
    paid: Floats


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ArmAnswers:
    """Who answered a survey in one arm, over all units: by value and by cell.

    `asked` units were sent one. `counts` says how many units have each of the ascending `values`.
    Per cell of the plan's segments, by name in `cells`: `units`, those who `answered`, and the
    `means` and centred `squares` of their answers. All arms have the same cells.
    """

    variant: str
    asked: int
    values: Floats
    counts: Integers
    cells: tuple[str, ...]
    units: Integers
    answered: Integers
    means: Floats
    squares: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmQuantile:
    """A quantile of the values of one arm and segment, with the ends of its interval.

    `units` counts the units, those without a value too, `rows` the values; the interval is of
    `level`. None: there is none, or the interval leaves the values that there are.
    """

    variant: str
    segment: str = ALL
    units: int
    rows: int
    value: float | None
    low: float | None
    high: float | None
    level: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEffect:
    """The relative benefit that a past experiment found, and its standard error."""

    experiment: str
    effect: float
    std_error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTimes:
    """Eligible units by when they started: (label, variant, units) of a weekday, hour or season."""

    name: str
    counts: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What contact records say of the contacts asked for from one place and assigned one variant.

    `kind` is queue or router and `place` which one, or `kind` is all. Of `asked` contacts `met`
    have a record, in `told` it says what was played, in `kept` that it was the assigned variant.
    `units` are the different units, `units_lost` those of which a contact has no record.
    """

    kind: str
    place: str
    variant: str
    asked: int
    met: int
    told: int
    kept: int
    units: int
    units_lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckCounts:
    """What the trust checks count.

    `assigned` are eligible, not forced units per variant; `received` how many of them were served
    their assigned variant, for compliance, where it is known. `pre_period` holds moments ("y") of
    outcomes before the start, by their name. `last_seen` is the latest instant in each table, as
    ISO text.
    """

    assigned: tuple[tuple[str, int], ...]
    multiple_exposure: int = 0
    late_assignment: int = 0
    ineligible_before_start: int = 0
    compliance: tuple[tuple[str, int, int], ...] = ()  # variant, exposed units, units served it
    pre_period: tuple[tuple[str, tuple[ArmMoments, ...]], ...] = ()
    last_seen: tuple[tuple[str, str], ...] = ()
    start_times: tuple[StartTimes, ...] = ()
    reconciled: tuple[Reconciled, ...] = ()


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
