"""What is known of every unit before it is in an arm: the numbers of each metric."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Booleans = NDArray[np.bool_]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Texts = NDArray[np.str_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Values:
    """The numbers of one windowed metric: `numbers` has shape (units, names).

    Names are those of its moments (y, d, x, w). `counts` says which units count; a unit with a
    missing number (NaN) does not. `cap` is where w ends. `cluster` numbers the group that each
    unit is alike with, -1 for none; None where the metric names no cluster.
    """

    names: tuple[str, ...]
    numbers: Floats
    counts: Booleans
    cap: float | None = None
    cluster: Integers | None = None

    @property
    def complete(self) -> Booleans:
        """The units that count and miss nothing."""
        return np.asarray(self.counts & ~np.isnan(self.numbers).any(axis=1))

    def column(self, name: str) -> Floats:
        """Return one of the numbers, of all units."""
        return np.asarray(self.numbers[:, self.names.index(name)])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Times:
    """Whole days until churn (`event` 1) or until the end of observation, `end` at the latest.

    `covariates` and `strata` are the columns of the metric's model, per unit, `clusters` numbers
    the group that each is alike with. `cause` says why a unit churned ("" where it did not),
    `entry` the day before its first day at risk: None where the plan does not ask. `hazard` is the
    cumulative one at the end of every day, where the law is known; else it is estimated.
    """

    time: Integers
    event: Integers
    end: Integers
    covariates: dict[str, Texts | Floats] = field(default_factory=dict)
    strata: dict[str, Texts] = field(default_factory=dict)
    clusters: dict[str, Integers] = field(default_factory=dict)
    cause: Texts | None = None
    entry: Integers | None = None
    hazard: Floats | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranked:
    """The values that a quantile is of: shape (rows,), each with the place of its unit.

    `counts` says which of all units count, those without a value too.
    """

    values: Floats
    unit: Integers
    counts: Booleans


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Payments:
    """What units pay, and for how long each is seen: of lifetime revenue until a `horizon` (days).

    `times` are of all units. Per payment, shape (payments,): the place of its `unit`, its `day`
    from the start, its `amount`. Those after churn, or after the end of observation, may be there:
    they do not count.
    """

    horizon: int
    times: Times
    unit: Integers
    day: Integers
    amount: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Crossed:
    """A ratio's numerator and denominator by pair of a unit and a group that crosses it.

    Per pair: the place of its `unit`, a code of its `group`, and its `numbers`, shape (pairs, 2).
    """

    unit: Integers
    group: Integers
    numbers: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Slots:
    """The windows of time of a switchback, in the order of time, and the contacts in them.

    `of_unit` has the place of each contact's window, `settled` whether it came after the burn-in.
    Per window: a code of its `day`, one of the `block` in which its arm is drawn, and the minute it
    `began`.
    """

    of_unit: Integers
    settled: Booleans
    day: Integers
    block: Integers
    began: Floats

    def within(self, kept: Booleans) -> "Slots":
        """Return the same windows with some of the contacts."""
        return replace(self, of_unit=self.of_unit[kept], settled=self.settled[kept])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcomes:
    """All units, in one order everywhere; keys are those of metrics.

    `together` numbers what gets one arm as a whole, per unit; None where each is drawn by itself.
    `slots` are there where windows of time are what is drawn.
    """

    size: int
    together: Integers | None = None
    slots: Slots | None = None
    values: dict[str, Values] = field(default_factory=dict)
    times: dict[str, Times] = field(default_factory=dict)
    ranked: dict[str, Ranked] = field(default_factory=dict)
    payments: dict[str, Payments] = field(default_factory=dict)
    crossed: dict[str, Crossed] = field(default_factory=dict)
    not_estimable: dict[str, str] = field(default_factory=dict)
    currency: str = ""
